/// The checks of lab 02: what a part that guests enter and leave Xen through must do, in five
/// tiers.
///
/// [io.xenarium.lab02.check.EntryWorld] is a vCPU with a little memory that lends the part its
/// platform; [io.xenarium.lab02.check.Op] is what can be asked of it; `T1Contract` is where to
/// start reading.
package io.xenarium.lab02.check;
