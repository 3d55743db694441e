/// Lab 08, the scheduler: who runs where, and for how long.
///
/// Start reading in [io.xenarium.lab08.Credit2]; what the hypervisor lends it is
/// [io.xenarium.parts.Scheduler.Platform].
package io.xenarium.lab08;
