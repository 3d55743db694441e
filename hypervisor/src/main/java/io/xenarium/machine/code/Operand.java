package io.xenarium.machine.code;

/// An operand of an instruction.
public sealed interface Operand {
    /// A register.
    ///
    /// @param number by the instruction encoding; for [Bank#GPR_HIGH] 0 is ah, 1 ch, 2 dh, 3 bh
    /// @param bytes how much of it is used
    record Register(Bank bank, int number, int bytes) implements Operand {}

    /// A place in memory: segment base + base + index · scale + displacement.
    ///
    /// @param segment the segment register by its encoding (es 0 … gs 5), after overrides and
    ///   defaults
    /// @param base a general register, [#RIP] for the address of the next instruction, or [#NONE]
    /// @param index a general register or [#NONE]
    /// @param scale 1, 2, 4 or 8
    /// @param bytes how much is accessed; 0 for an address that is only computed
    record Memory(int segment, int base, int index, int scale, long displacement, int bytes)
            implements Operand {}

    /// A constant, sign-extended to 64 bits as the instruction does it.
    ///
    /// @param bytes the width in the encoding
    record Immediate(long value, int bytes) implements Operand {}

    /// The target of a near branch, relative to the next instruction.
    record Relative(long offset) implements Operand {}

    /// The target of a far branch.
    record Far(int selector, long offset) implements Operand {}

    /// No register.
    int NONE = -1;

    /// The instruction pointer as a base register.
    int RIP = 16;

    /// Families of registers.
    enum Bank {
        GPR,
        GPR_HIGH,
        SEGMENT,
        CONTROL,
        DEBUG,
        X87,
        MMX,
        XMM
    }
}
