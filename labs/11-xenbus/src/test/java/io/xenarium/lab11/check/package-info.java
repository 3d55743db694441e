/// The checks of lab 11: what the handshake and the console of a back-end must do, in five tiers.
///
/// [io.xenarium.lab11.check.DeviceWorld] and [io.xenarium.lab11.check.RingWorld] lend the part a
/// device and a ring without a machine; `T1Contract` is where to start reading.
package io.xenarium.lab11.check;
