/// Lab 03, page tables: how a processor gets from a virtual address to memory.
///
/// Start reading in [io.xenarium.lab03.FourLevels]; what the processor lends it is
/// [io.xenarium.parts.Paging.Platform].
package io.xenarium.lab03;
