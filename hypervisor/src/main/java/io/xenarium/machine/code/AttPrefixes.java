package io.xenarium.machine.code;

import io.xenarium.machine.code.InstructionTable.Row;
import io.xenarium.machine.code.OperandCode.Place;
import io.xenarium.machine.code.OperandCode.Width;

/// The prefixes of one instruction that GNU shows in front of the mnemonic: those with a meaning of
/// their own (lock, rep), and those without any effect.
final class AttPrefixes {
    private final Instruction instruction;
    private final Row row;
    private final byte[] code;
    private final int offset;
    private final Mode mode;

    AttPrefixes(Instruction instruction, byte[] code, int offset, Mode mode) {
        this.instruction = instruction;
        this.row = instruction.row();
        this.code = code;
        this.offset = offset;
        this.mode = mode;
    }

    /// The prefixes, each followed by a space.
    String text() {
        StringBuilder text = new StringBuilder();
        int end = end();
        for (int at = offset; at < end; at++) {
            text.append(name(at, end));
        }
        return text.toString();
    }

    private int end() {
        int at = offset;
        while (isPrefix(code[at] & 0xff)) {
            at++;
        }
        return at;
    }

    private boolean isPrefix(int b) {
        return switch (b) {
            case 0x26, 0x2e, 0x36, 0x3e, 0x64, 0x65, 0x66, 0x67, 0xf0, 0xf2, 0xf3 -> true;
            default -> isRex(b);
        };
    }

    private boolean isRex(int b) {
        return mode == Mode.LONG && (b & 0xf0) == 0x40;
    }

    private String name(int at, int end) {
        int b = code[at] & 0xff;
        boolean isLast = isLastOfKind(at, end);
        if (isRex(b)) {
            return at == end - 1 && isRexUsed(b) ? "" : rexName(b);
        }
        return switch (b) {
            case 0x66 ->
                    isLast && isOperandSizeUsed()
                            ? ""
                            : mode == Mode.PROTECTED_16 ? "data32 " : "data16 ";
            case 0x67 ->
                    isLast && isAddressSizeUsed()
                            ? ""
                            : mode == Mode.PROTECTED_32 ? "addr16 " : "addr32 ";
            case 0xf0 -> "lock ";
            case 0xf2 -> isLast ? repeatName(b, 3, "repnz ") : "repnz ";
            case 0xf3 -> isLast ? repeatName(b, 2, "repz ") : "repz ";
            default -> isLast && isSegmentUsed(b) ? "" : segmentName(b, isLast);
        };
    }

    private boolean isLastOfKind(int at, int end) {
        for (int i = at + 1; i < end; i++) {
            if (code[i] == code[at]) {
                return false;
            }
        }
        return true;
    }

    private String repeatName(int b, int number, String unused) {
        if (row.key().prefix() == number) {
            return "";
        }
        return switch (row.op()) {
            case INS, OUTS, MOVS, LODS, STOS -> b == 0xf3 ? "rep " : unused;
            case CALL, JMP, RET, JCC -> b == 0xf2 ? "bnd " : unused;
            default -> unused;
        };
    }

    private boolean isOperandSizeUsed() {
        if (row.key().prefix() == 1) {
            return true;
        }
        if (instruction.has(Instruction.REX_W) || mode == Mode.LONG && row.has(Row.FORCED_64)) {
            return false;
        }
        return AttNames.followsOperandSize(row.op())
                || row.operands().stream().anyMatch(o -> o.width().followsOperandSize());
    }

    private boolean isAddressSizeUsed() {
        return row.op() == Op.JCXZ
                || instruction.operands().stream().anyMatch(o -> o instanceof Operand.Memory);
    }

    private boolean isSegmentUsed(int b) {
        boolean isNull = mode == Mode.LONG && b < 0x40;
        return !isNull
                && instruction.operands().stream().anyMatch(o -> o instanceof Operand.Memory);
    }

    private String segmentName(int b, boolean isLast) {
        boolean isIndirect =
                row.key().opcode() == 0xff && (row.op() == Op.CALL || row.op() == Op.JMP);
        return switch (b) {
            case 0x26 -> "es ";
            case 0x2e -> "cs ";
            case 0x36 -> "ss ";
            case 0x3e -> isLast && isIndirect ? "notrack " : "ds ";
            case 0x64 -> "fs ";
            default -> "gs ";
        };
    }

    /// Whether each bit of the REX prefix that is set has an effect.
    private boolean isRexUsed(int rex) {
        boolean hasSib = instruction.has(Instruction.SIB);
        int used = 0;
        boolean hasByteRegister = false;
        for (int i = 0; i < row.operands().size(); i++) {
            Place place = row.operands().get(i).place();
            boolean isMemory = instruction.operand(i) instanceof Operand.Memory;
            used |= place == Place.REG ? 4 : 0;
            used |=
                    place == Place.RM || place == Place.RM_REGISTER || place == Place.OPCODE
                            ? 1
                            : 0;
            used |= place == Place.RM && isMemory && hasSib ? 2 : 0;
            hasByteRegister |=
                    instruction.operand(i) instanceof Operand.Register register
                            && register.bank() == Operand.Bank.GPR
                            && register.bytes() == 1;
        }
        used |= isRexWUsed() ? 8 : 0;
        return (rex & 15) == 0 ? hasByteRegister : (rex & ~used & 15) == 0;
    }

    private boolean isRexWUsed() {
        return row.key().needsRexW()
                || AttNames.followsOperandSize(row.op()) && !AttNames.isStack(row.op())
                || row.operands().stream()
                        .anyMatch(o -> o.width().followsOperandSize() || o.width() == Width.REX_W);
    }

    private static String rexName(int b) {
        String bits =
                ((b & 8) != 0 ? "W" : "")
                        + ((b & 4) != 0 ? "R" : "")
                        + ((b & 2) != 0 ? "X" : "")
                        + ((b & 1) != 0 ? "B" : "");
        return "rex" + (bits.isEmpty() ? "" : "." + bits) + " ";
    }
}
