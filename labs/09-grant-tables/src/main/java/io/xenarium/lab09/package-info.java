/// Lab 09, grant tables: frames that one domain lets another use.
///
/// Start reading in [io.xenarium.lab09.SharedFrames]; what the hypervisor lends it is
/// [io.xenarium.parts.Grants.Platform].
package io.xenarium.lab09;
