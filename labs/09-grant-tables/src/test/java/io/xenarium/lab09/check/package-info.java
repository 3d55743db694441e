/// The checks of lab 09: what a grant-table part must do, in five tiers.
///
/// [io.xenarium.lab09.check.GrantWorld] is a small Xen without guests that lends the part its
/// platform; [io.xenarium.lab09.check.Op] is what can be asked of it; `T1Contract` is where to
/// start reading.
package io.xenarium.lab09.check;
