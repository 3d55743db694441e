/// Lab 01, a CPU you can hold: decoding, arithmetic, flags, addresses and exceptions of a small and
/// real piece of the 64-bit instruction set.
///
/// Start reading in [io.xenarium.lab01.SmallProcessor]; what the machine lends it is
/// [io.xenarium.parts.Processor.Platform].
package io.xenarium.lab01;
