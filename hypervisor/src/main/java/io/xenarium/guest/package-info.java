/// The small paravirtual guests of our own: kernels that do what every PV kernel does first, and no
/// more, written to be read and to be played with.
///
/// Their sources, in C and assembly, lie under `hypervisor/src/main/guest`, each with a `build.sh`;
/// what it builds is checked in as a resource, so that nobody needs a C compiler. A test builds
/// them again and compares.
///
/// Imports `terms` only. Start reading in [io.xenarium.guest.Guests], and `hello/main.c`.
package io.xenarium.guest;
