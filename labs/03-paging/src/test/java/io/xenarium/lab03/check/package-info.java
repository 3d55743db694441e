/// The checks of lab 03: what a part that finds memory by virtual address must do, in five tiers.
///
/// [io.xenarium.lab03.check.PagingWorld] is a processor's TLBs and a few page tables that lend the
/// part its platform; [io.xenarium.lab03.check.Op] is what can happen to them; `T1Contract` is
/// where to start reading.
package io.xenarium.lab03.check;
