/// Lab 11, XenBus handshake and console: what all back-ends have in common.
///
/// Start reading in [io.xenarium.lab11.BackEnds]; what domain 0 lends it is
/// [io.xenarium.parts.SplitDriver.Device], [io.xenarium.parts.SplitDriver.ByteRing] and
/// [io.xenarium.parts.SplitDriver.Console].
package io.xenarium.lab11;
