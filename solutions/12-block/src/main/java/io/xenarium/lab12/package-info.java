/// Lab 12, the split block driver: requests of a guest, served by domain 0.
///
/// Start reading in [io.xenarium.lab12.DiskServer]; what domain 0 lends it is
/// [io.xenarium.parts.BlockBackend.Platform].
package io.xenarium.lab12;
