/// Lab 05, event channels: one-bit wires between domains, in the two-level ABI.
///
/// Start reading in [io.xenarium.lab05.TwoLevelEventChannels]; what the hypervisor lends it is
/// [io.xenarium.parts.EventChannels.Platform].
package io.xenarium.lab05;
