package io.xenarium.machine.code;

import java.util.List;

/// One decoded instruction: what the bytes say, not yet what they do. The interpreter, the
/// translator and the disassembler all read it.
///
/// @param op what it does, by Intel's mnemonic
/// @param condition for [Op#JCC], [Op#SETCC] and [Op#CMOVCC] the condition's encoding 0 (o) … 15
///   (g), else −1
/// @param length bytes, with prefixes: 1 to 15
/// @param operandBytes the operand size: 1, 2, 4 or 8; for vector instructions the bytes that they
///   work on
/// @param addressBytes the address size: 2, 4 or 8
/// @param prefixes the prefixes that were there, as a set of the bits below
/// @param operands explicit operands in Intel's order, the destination first
public record Instruction(
        Op op,
        int condition,
        int length,
        int operandBytes,
        int addressBytes,
        int prefixes,
        List<Operand> operands) {
    public static final int LOCK = 1;
    public static final int REP = 2;
    public static final int REPNE = 4;
    public static final int OPERAND_SIZE = 8;
    public static final int ADDRESS_SIZE = 16;
    public static final int REX_W = 32;

    public boolean has(int prefix) {
        return (prefixes & prefix) != 0;
    }

    public Operand operand(int index) {
        return operands.get(index);
    }
}
