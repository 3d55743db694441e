package io.xenarium.machine.code;

import java.util.List;

/// One decoded instruction: what the bytes say, not yet what they do. The interpreter, the
/// translator and the disassembler all read it.
///
/// @param op what it does, by Intel's mnemonic; [Op#INVALID], [Op#TRUNCATED] and [Op#TOO_LONG]
///   where the bytes are no instruction
/// @param condition for [Op#JCC], [Op#SETCC] and [Op#CMOVCC] the condition's encoding 0 (o) … 15
///   (g), else −1
/// @param length bytes, with prefixes: 1 to 15
/// @param operandBytes the operand size 1, 2, 4 or 8: where the width of an operand is fixed by the
///   opcode, the width of the first one (for vector instructions 4, 8 or 16)
/// @param addressBytes the address size: 2, 4 or 8
/// @param modrm the ModRM byte, or 0 where it has none
/// @param marks which prefixes were there and how the operands were encoded, as a set of the bits
///   below
/// @param operands explicit operands in Intel's order, the destination first. String instructions
///   and XLAT show their implied memory operands too, because a segment override works on them
/// @param row the line of the [InstructionTable] that it was decoded by
public record Instruction(
        Op op,
        int condition,
        int length,
        int operandBytes,
        int addressBytes,
        int modrm,
        int marks,
        List<Operand> operands,
        InstructionTable.Row row) {
    public static final int LOCK = 1;

    /// F3, where it came after any F2. Some rows take it as part of the opcode.
    public static final int REP = 2;

    /// F2, where it came after any F3. Some rows take it as part of the opcode.
    public static final int REPNE = 4;

    public static final int OPERAND_SIZE = 8;
    public static final int ADDRESS_SIZE = 16;
    public static final int REX_W = 32;
    public static final int REX_R = 64;
    public static final int REX_X = 128;
    public static final int REX_B = 256;

    /// A REX prefix, whatever its bits.
    public static final int REX = 512;

    /// The memory operand has a SIB byte.
    public static final int SIB = 1024;

    /// The memory operand has a displacement, which may be zero.
    public static final int DISPLACED = 2048;

    /// The encoding is known, but this use of it raises #UD: a LOCK that is not allowed, a load of
    /// cs, a control register that does not exist.
    public static final int UNDEFINED = 4096;

    private static final int OVERRIDE_SHIFT = 16;

    /// The marks that say that `segment` (es 0 … gs 5) overrides the default.
    static int override(int segment) {
        return segment + 1 << OVERRIDE_SHIFT;
    }

    public boolean has(int mark) {
        return (marks & mark) != 0;
    }

    public Operand operand(int index) {
        return operands.get(index);
    }

    /// The segment register (es 0 … gs 5) that a prefix asks for, or [Operand#NONE]. In 64-bit mode
    /// only fs and gs count.
    public int segmentOverride() {
        return (marks >>> OVERRIDE_SHIFT) - 1;
    }

    /// Whether executing it raises #UD, whatever the processor offers.
    public boolean isUndefined() {
        return op == Op.INVALID || has(UNDEFINED);
    }
}
