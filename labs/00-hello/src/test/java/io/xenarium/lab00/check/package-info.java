/// The checks of lab 00: what a part must do that writes a guest's words to Xen's console.
///
/// [io.xenarium.lab00.check.ConsoleWorld] lends the part its platform; `T1Contract` is where to
/// start reading.
package io.xenarium.lab00.check;
