/// Lab 06, shared info and time: what guests are told of time, and when.
///
/// Start reading in [io.xenarium.lab06.PublishedTime]; what the hypervisor lends it is
/// [io.xenarium.parts.GuestTime.Platform].
package io.xenarium.lab06;
