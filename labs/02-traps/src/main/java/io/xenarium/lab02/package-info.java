/// Lab 02, traps and hypercalls: how control passes between a guest and Xen.
///
/// Start reading in [io.xenarium.lab02.BounceFrames]; what the hypervisor lends it is
/// [io.xenarium.parts.PvEntry.Platform].
package io.xenarium.lab02;
