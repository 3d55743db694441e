/// Lab 00, hello from dom0: the hypercall that writes to Xen's own console.
///
/// Start reading in [io.xenarium.lab00.HelloConsole]; what the hypervisor lends it is
/// [io.xenarium.parts.ConsoleIo.Platform].
package io.xenarium.lab00;
