/// Lab 07, the domain builder: what a guest finds in its memory when it begins.
///
/// Start reading in [io.xenarium.lab07.GuestBuilder]; what the hypervisor lends it is
/// [io.xenarium.parts.DomainBuilder.Platform].
package io.xenarium.lab07;
