package io.xenarium.machine.code;

import io.xenarium.machine.code.InstructionTable.Row;
import io.xenarium.machine.code.OperandCode.Place;
import io.xenarium.machine.code.OperandCode.Width;

import java.util.List;

/// The prefixes of one instruction that GNU shows in front of the mnemonic: those with a meaning of
/// their own (lock, rep), and those without any effect.
final class AttPrefixes {
    private static final byte NOP = (byte) 0x90;

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

    /// The prefix of a conditional branch that tells whether it will be taken, or 0.
    int branchHint() {
        int hint = 0;
        if (row.op() != Op.JCC && !isCounting()) {
            return hint;
        }
        for (int at = offset; at < end(); at++) {
            hint = code[at] == 0x2e || code[at] == 0x3e ? code[at] : hint;
        }
        return hint;
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
            case 0x66, 0x67, 0xf0, 0xf2, 0xf3 -> true;
            default -> isSegment(b) || isRex(b);
        };
    }

    private static boolean isSegment(int b) {
        return switch (b) {
            case 0x26, 0x2e, 0x36, 0x3e, 0x64, 0x65 -> true;
            default -> false;
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
            default ->
                    isLastSegment(at, end, code) && isSegmentUsed() ? "" : segmentName(b, isLast);
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
            case XCHG -> isElisionAllowed() ? b == 0xf3 ? "xrelease " : "xacquire " : unused;
            case MOV -> b == 0xf3 && isElisionAllowed() && isStore() ? "xrelease " : unused;
            default ->
                    instruction.has(Instruction.LOCK) && row.has(Row.LOCKABLE) && isElisionAllowed()
                            ? b == 0xf3 ? "xrelease " : "xacquire "
                            : unused;
        };
    }

    /// Whether GNU reads a repeat prefix as one of hardware lock elision.
    private boolean isElisionAllowed() {
        return instruction.operand(0) instanceof Operand.Memory;
    }

    private boolean isStore() {
        int opcode = row.key().opcode();
        return opcode == 0x88 || opcode == 0x89 || opcode == 0xc6 || opcode == 0xc7;
    }

    private boolean isOperandSizeUsed() {
        if (row.key().prefix() == 1 || code[end()] == NOP) {
            return true;
        }
        if (instruction.has(Instruction.REX_W) || mode == Mode.LONG && row.has(Row.FORCED_64)) {
            return false;
        }
        return AttNames.followsOperandSize(row.op())
                || hasWidth(Width.OPERAND, Width.OPERAND_32, Width.FAR, Width.BOUNDS);
    }

    private boolean isAddressSizeUsed() {
        return isCounting()
                || hasPlace(Place.RM, Place.SOURCE, Place.DESTINATION, Place.TABLE) && hasMemory();
    }

    private static boolean isLastSegment(int at, int end, byte[] code) {
        for (int i = at + 1; i < end; i++) {
            if (isSegment(code[i] & 0xff)) {
                return false;
            }
        }
        return true;
    }

    private boolean isSegmentUsed() {
        if (hasPlace(Place.SOURCE, Place.TABLE) || branchHint() != 0) {
            return true;
        }
        boolean isOverridden = instruction.segmentOverride() != Operand.NONE && !isNotrack();
        return isOverridden && hasPlace(Place.RM, Place.OFFSET) && hasMemory();
    }

    /// Whether it counts rCX, whose width is the address size.
    private boolean isCounting() {
        return switch (row.op()) {
            case JCXZ, LOOP, LOOPE, LOOPNE -> true;
            default -> false;
        };
    }

    private boolean hasPlace(Place... places) {
        return row.operands().stream().anyMatch(form -> List.of(places).contains(form.place()));
    }

    private boolean hasMemory() {
        return instruction.operands().stream().anyMatch(o -> o instanceof Operand.Memory);
    }

    private String segmentName(int b, boolean isLast) {
        return switch (b) {
            case 0x26 -> "es ";
            case 0x2e -> "cs ";
            case 0x36 -> "ss ";
            case 0x3e -> isLast && isNotrack() ? "notrack " : "ds ";
            case 0x64 -> "fs ";
            default -> "gs ";
        };
    }

    /// Whether a ds prefix takes an indirect branch out of branch tracking.
    boolean isNotrack() {
        boolean isBranch = row.op() == Op.CALL || row.op() == Op.JMP;
        boolean hasPrefix = false;
        for (int at = offset; at < end(); at++) {
            hasPrefix |= code[at] == 0x3e;
        }
        return hasPrefix && isBranch && row.key().opcode() == 0xff;
    }

    /// Whether each bit of the REX prefix that is set has an effect.
    private boolean isRexUsed(int rex) {
        boolean hasSib = instruction.has(Instruction.SIB);
        int used = 0;
        boolean hasByteRegister = false;
        for (int i = 0; i < row.operands().size(); i++) {
            Place place = row.operands().get(i).place();
            boolean isMemory = instruction.operand(i) instanceof Operand.Memory;
            used |= place == Place.REG && !hasEight(i) ? 4 : 0;
            used |= place.isRm() && !hasEight(i) ? 1 : 0;
            used |= place == Place.RM && isMemory && hasSib ? 2 : 0;
            hasByteRegister |=
                    instruction.operand(i) instanceof Operand.Register register
                            && register.bank() == Operand.Bank.GPR
                            && register.bytes() == 1
                            && register.number() >= 4;
        }
        used |= isRexWUsed() ? 8 : 0;
        return (rex & 15) == 0 ? hasByteRegister : (rex & ~used & 15) == 0;
    }

    /// Whether the operand is a register of which there are no more than eight.
    private boolean hasEight(int index) {
        return instruction.operand(index) instanceof Operand.Register register
                && switch (register.bank()) {
                    case SEGMENT, MMX, X87 -> true;
                    default -> false;
                };
    }

    private boolean isRexWUsed() {
        if (row.key().needsRexW()) {
            return true;
        }
        if (row.has(Row.DEFAULT_64) || row.has(Row.FORCED_64)) {
            return false;
        }
        return AttNames.followsRexW(row.op()) || hasWidth(Width.OPERAND, Width.REX_W);
    }

    /// Whether the width of some operand is one of these.
    private boolean hasWidth(Width... widths) {
        for (int i = 0; i < row.operands().size(); i++) {
            OperandCode form = row.operands().get(i);
            boolean isMemory = instruction.operand(i) instanceof Operand.Memory;
            if (List.of(widths).contains(isMemory ? form.memoryWidth() : form.width())) {
                return true;
            }
        }
        return false;
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
