package io.xenarium.parts;

import io.xenarium.terms.Vaddr;

import java.util.Objects;

/// The heart of a processor: it reads the bytes of an instruction, computes, sets the flags, and
/// stops precisely where it cannot go on (lab 01).
///
/// It knows a small, real piece of the 64-bit instruction set; [Operation] has the list. What it
/// does not know it leaves to the machine, instruction by instruction, so that a whole guest runs
/// on both.
///
/// What it keeps true, whatever the bytes: an instruction that faults has changed no register, no
/// flag and no memory, and rip points at it. Between two instructions all state is in the
/// [Platform]; the part has none. Sources: Intel SDM vol. 1, 3.4.3 and 3.7; vol. 2, chapter 2; vol.
/// 3, chapter 6.
public interface Processor {
    /// No instruction is longer.
    int MAX_BYTES = 15;

    /// Computes the result of an operation from [Operation#ADD] to [Operation#DEC], cut to the
    /// operand's size. For CMP it is the difference, for TEST the conjunction, though neither is
    /// stored.
    long execAlu(Calculation what);

    /// The flags after the operation: `before`, with those changed that the operation changes.
    ///
    /// @param result what [#execAlu] said
    /// @param before RFLAGS as they were
    long updateFlags(Calculation what, long result, long before);

    /// Whether a condition holds, by its four bits in the encoding: 0 (o) to 15 (g).
    boolean holds(int condition, long rflags);

    /// Where a memory operand is. [Operand.Memory#RIP] as the base stands for the address of the
    /// next instruction.
    Vaddr effectiveAddress(Operand.Memory place);

    /// Reads one instruction, and not a byte more than it has. [Instruction#OTHER] leaves it to the
    /// machine.
    Instruction decode(Code code);

    /// Carries the instruction out. Memory that cannot be reached makes it fault: [Platform#read]
    /// and its like do not come back then, and the machine calls [#raise].
    void execute(Instruction instruction);

    /// Ends the instruction under way with an exception. A fault leaves rip at the instruction, so
    /// that it can be tried again; a trap leaves it behind. Never returns: it ends in
    /// [Platform#deliver].
    ///
    /// @param error the error code, counted only where the vector has one
    void raise(int vector, int error);

    /// What the part can do.
    enum Operation {
        /// The first eight in the order of their encoding: bits 3 to 5 of the opcode, or of ModRM.
        ADD,
        OR,
        ADC,
        SBB,
        AND,
        SUB,
        XOR,
        CMP,
        TEST,
        INC,
        DEC,
        MOV,
        LEA,
        PUSH,
        POP,
        JUMP,
        JUMP_IF,
        /// INT3: an exception that is wanted, a trap.
        BREAKPOINT,
        /// UD2: an instruction that is promised never to be one, a fault.
        UNDEFINED,
        /// More than [#MAX_BYTES] bytes: a general-protection fault.
        TOO_LONG,
        /// None of ours.
        OTHER
    }

    /// What an operation works on. Values have no bits above the operand's size.
    ///
    /// @param bytes the operand size: 2, 4 or 8
    /// @param a the first operand; the only one of INC and DEC
    /// @param b the second; INC and DEC have none, whatever stands here: they count by one
    /// @param carry CF before the operation
    record Calculation(Operation operation, int bytes, long a, long b, boolean carry) {}

    /// A decoded instruction.
    ///
    /// @param bytes the operand size: 2, 4 or 8
    /// @param destination what is written, or compared first; [Operand.None] for PUSH and jumps
    /// @param source the other operand; for a jump the distance from the next instruction
    /// @param condition of JUMP_IF: 0 (o) to 15 (g); else 0
    /// @param length all bytes, prefixes included
    record Instruction(
            Operation operation,
            int bytes,
            Operand destination,
            Operand source,
            int condition,
            int length) {
        public Instruction {
            Objects.requireNonNull(operation, "operation");
            Objects.requireNonNull(destination, "destination");
            Objects.requireNonNull(source, "source");
        }

        /// An instruction that is left to the machine.
        public static final Instruction OTHER = bare(Operation.OTHER, 0);

        /// An instruction without operands.
        public static Instruction bare(Operation operation, int length) {
            return new Instruction(operation, 8, Operand.NONE, Operand.NONE, 0, length);
        }
    }

    /// An operand.
    sealed interface Operand {
        /// No operand.
        Operand NONE = new None();

        /// There is none.
        record None() implements Operand {}

        /// A general register by its encoding: rax 0, rcx 1, rdx 2, rbx 3, rsp 4, rbp 5, rsi 6, rdi
        /// 7, r8 8 … r15 15.
        record Register(int number) implements Operand {}

        /// A constant, sign-extended to 64 bits.
        record Constant(long value) implements Operand {}

        /// A place in memory: base + index · scale + displacement.
        ///
        /// @param base a register, [#RIP], or [#ABSENT]
        /// @param index a register or [#ABSENT]
        /// @param scale 1, 2, 4 or 8
        record Memory(int base, int index, int scale, long displacement) implements Operand {
            /// No register.
            public static final int ABSENT = -1;

            /// The next instruction's address as the base.
            public static final int RIP = 16;
        }
    }

    /// The bytes of an instruction, as they are fetched.
    interface Code {
        /// The next byte, 0 to 255. A processor never fetches more than [#MAX_BYTES]: from then on
        /// this answers 0, and only counts.
        int next();

        /// How often [#next] was called.
        int taken();
    }

    /// The flags that arithmetic sets, as bits of RFLAGS.
    final class Rflags {
        /// Carry: the result does not fit, unsigned.
        public static final int CF = 1;

        /// Parity: the lowest byte of the result has an even number of ones.
        public static final int PF = 1 << 2;

        /// Auxiliary: a carry or borrow out of bit 3.
        public static final int AF = 1 << 4;

        public static final int ZF = 1 << 6;
        public static final int SF = 1 << 7;

        /// Overflow: the result does not fit, signed.
        public static final int OF = 1 << 11;

        /// All six.
        public static final int ARITHMETIC = CF | PF | AF | ZF | SF | OF;

        private Rflags() {}
    }

    /// Vectors of exceptions.
    final class Vector {
        /// Breakpoint, from INT3: a trap.
        public static final int BP = 3;

        /// Overflow, from INTO: a trap.
        public static final int OF = 4;

        /// Invalid opcode.
        public static final int UD = 6;

        /// General protection.
        public static final int GP = 13;

        /// Page fault.
        public static final int PF = 14;

        /// Vectors with an error code, as a set of bits: #DF, #TS, #NP, #SS, #GP, #PF, #AC.
        public static final int WITH_ERROR_CODE =
                1 << 8 | 1 << 10 | 1 << 11 | 1 << 12 | 1 << 13 | 1 << 14 | 1 << 17;

        private Vector() {}
    }

    // tag::show-platform[]
    /// What the machine lends to this part: all the state there is.
    interface Platform {
        /// All 64 bits of a general register.
        long register(int number);

        void setRegister(int number, long value);

        /// RFLAGS.
        long flags();

        void setFlags(long rflags);

        /// Where the instruction under way begins.
        Vaddr begin();

        /// Where the next instruction will be: when [#execute] begins, behind this one.
        Vaddr rip();

        /// Goes on elsewhere. To an address that is not canonical it is a fault.
        void setRip(Vaddr target);

        /// Reads `bytes` bytes, zero-extended. Does not come back where it faults.
        long read(Vaddr at, int bytes);

        /// The same for an instruction that will then write to the place: the permission to write
        /// is asked for now, so that a page fault says that it was a write.
        long readForWrite(Vaddr at, int bytes);

        /// Writes the low `bytes` bytes. Does not come back where it faults; then nothing is
        /// written.
        void write(Vaddr at, int bytes, long value);

        /// Hands the exception over to whoever handles it, with rip as it is now. Does not come
        /// back. An error code is 0 where the vector has none.
        void deliver(int vector, int error);
    }

    // end::show-platform[]

    /// Makes the part. Found by `ServiceLoader`.
    interface Maker {
        Processor make(Platform platform);
    }
}
