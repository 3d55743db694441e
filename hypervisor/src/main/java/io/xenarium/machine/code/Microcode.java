package io.xenarium.machine.code;

import java.util.Optional;

/// Instructions that somebody else than the interpreter decodes and executes, one at a time: a
/// processor that a learner writes. What this does not know, the interpreter does itself.
///
/// It is asked where instructions are decoded, so a machine without it pays nothing for it. It has
/// no state of its own: all that a guest can see stands in the [State], before and after each
/// instruction.
@FunctionalInterface
public interface Microcode {
    /// Knows no instruction.
    Maker NONE = _ -> _ -> Optional.empty();

    /// Reads one instruction of 64-bit code. Empty where the interpreter shall do it.
    Optional<Routine> decode(Bytes bytes);

    /// Makes the microcode of one processor.
    @FunctionalInterface
    interface Maker {
        /// @param state on which its routines will work
        Microcode make(State state);
    }

    /// The bytes from an instruction's first on.
    @FunctionalInterface
    interface Bytes {
        /// The next byte, 0 to 255. Whoever asks for bytes of the next page makes the processor
        /// fetch from there, and fault where it cannot.
        int next();
    }

    /// One decoded instruction, to be executed again and again.
    interface Routine {
        /// How many bytes it has: 1 to 15.
        int length();

        /// Executes it. A fault leaves as the exception that [State#raise] throws, with rip where
        /// the guest shall find it.
        void execute();
    }

    /// The processor's state while an instruction executes.
    interface State {
        long register(int number);

        void setRegister(int number, long value);

        /// RFLAGS.
        long flags();

        void setFlags(long rflags);

        /// Where the instruction under way begins.
        long begin();

        /// Where the next instruction will be: behind this one, unless it has been changed.
        long rip();

        /// Goes on elsewhere. An address that is not canonical is a fault.
        void setRip(long target);

        /// Reads 1, 2, 4 or 8 bytes, zero-extended.
        long read(long vaddr, int bytes);

        /// The same where the instruction will write to the place: the permission to write is
        /// checked now.
        long readForWrite(long vaddr, int bytes);

        void write(long vaddr, int bytes, long value);

        /// Ends the instruction with an exception; `address` counts for page faults only. The rip
        /// of the moment is what the guest finds.
        RuntimeException raise(int vector, int error, long address);
    }
}
