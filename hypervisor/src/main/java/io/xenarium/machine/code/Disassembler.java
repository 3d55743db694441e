package io.xenarium.machine.code;

/// Instructions as text, in the two ways that people write them.
///
/// AT&T syntax is GNU's: it says what `objdump -d` says (a test compares them), without symbols and
/// with one space instead of padding. Intel syntax is that of the Intel SDM.
public final class Disassembler {
    /// What is no instruction.
    private static final String NONE = "(bad)";

    private Disassembler() {}

    /// AT&T syntax, as `mov %rsp,%rbp`. Prefixes without effect are shown in front, so it needs the
    /// bytes themselves.
    ///
    /// @param code holds the instruction's bytes at `offset`
    /// @param addressVaddr where the instruction stands
    public static String att(
            Instruction instruction, byte[] code, int offset, Mode mode, long addressVaddr) {
        if (isNone(instruction)) {
            return NONE;
        }
        AttPrefixes prefixes = new AttPrefixes(instruction, code, offset, mode);
        String mnemonic = new AttMnemonic(instruction, mode, prefixes).text();
        String operands = new AttOperands(instruction, mode, prefixes, addressVaddr).text();
        return prefixes.text() + mnemonic + (operands.isEmpty() ? "" : " " + operands);
    }

    /// Intel syntax, as `mov rbp, rsp`.
    ///
    /// @param addressVaddr where the instruction stands
    public static String intel(Instruction instruction, Mode mode, long addressVaddr) {
        return isNone(instruction) ? NONE : new IntelSyntax(instruction, mode, addressVaddr).text();
    }

    private static boolean isNone(Instruction instruction) {
        return switch (instruction.op()) {
            case INVALID, TRUNCATED, TOO_LONG -> true;
            default -> false;
        };
    }

    /// The target of a near branch that stands at `addressVaddr`.
    static long target(Instruction instruction, Operand.Relative to, Mode mode, long addressVaddr) {
        long target = addressVaddr + instruction.length() + to.offset();
        if (instruction.operandBytes() == 2) {
            return target & 0xffff;
        }
        return mode == Mode.LONG ? target : target & 0xffffffffL;
    }
}
