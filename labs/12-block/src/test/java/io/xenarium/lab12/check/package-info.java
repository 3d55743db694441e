/// The checks of lab 12: what a block back-end must do, in five tiers.
///
/// [io.xenarium.lab12.check.BlockWorld] is a ring, a guest and a disk without a machine, and lends
/// the part its platform; [io.xenarium.lab12.check.Op] is what can happen in it; `T1Contract` is
/// where to start reading.
package io.xenarium.lab12.check;
