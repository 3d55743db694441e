/// The checks of lab 05: what an event-channel part must do, in five tiers.
///
/// [io.xenarium.lab05.check.EventWorld] is a small Xen without guests that lends the part its
/// platform; [io.xenarium.lab05.check.Op] is what can be asked of it; `T1Contract` is where to
/// start reading.
package io.xenarium.lab05.check;
