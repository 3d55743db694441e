package io.xenarium.machine.code;

import io.xenarium.machine.code.OperandCode.Place;

import java.util.List;
import java.util.Locale;

/// One instruction in Intel syntax.
final class IntelSyntax {
    private final Instruction instruction;
    private final Op op;
    private final Mode mode;
    private final long addressVaddr;

    IntelSyntax(Instruction instruction, Mode mode, long addressVaddr) {
        this.instruction = instruction;
        this.op = instruction.op();
        this.mode = mode;
        this.addressVaddr = addressVaddr;
    }

    String text() {
        StringBuilder text = new StringBuilder(prefixes()).append(mnemonic());
        String separator = " ";
        for (int i = 0; i < instruction.operands().size() && !isString(); i++) {
            text.append(separator).append(operand(i));
            separator = ", ";
        }
        return text.toString();
    }

    private String prefixes() {
        String lock = instruction.has(Instruction.LOCK) ? "lock " : "";
        if (!isString()) {
            return lock;
        }
        boolean isComparing = op == Op.CMPS || op == Op.SCAS;
        return lock
                + (instruction.has(Instruction.REP) ? isComparing ? "repe " : "rep " : "")
                + (instruction.has(Instruction.REPNE) ? "repne " : "");
    }

    private boolean isString() {
        return switch (op) {
            case MOVS, CMPS, STOS, LODS, SCAS, INS, OUTS -> true;
            default -> false;
        };
    }

    private String mnemonic() {
        int bytes = instruction.operandBytes();
        String condition =
                instruction.condition() < 0
                        ? ""
                        : RegisterSpelling.condition(instruction.condition());
        return switch (op) {
            case JCC -> "j" + condition;
            case SETCC -> "set" + condition;
            case CMOVCC -> "cmov" + condition;
            case CBW -> bySize("cbw", "cwde", "cdqe", bytes);
            case CWD -> bySize("cwd", "cdq", "cqo", bytes);
            case IRET -> bySize("iret", "iretd", "iretq", bytes);
            case PUSHF -> bySize("pushf", "pushfd", "pushfq", bytes);
            case POPF -> bySize("popf", "popfd", "popfq", bytes);
            case JCXZ -> bySize("jcxz", "jecxz", "jrcxz", instruction.addressBytes());
            case CALLF -> "call far";
            case JMPF -> "jmp far";
            case MOVS, CMPS, STOS, LODS, SCAS, INS, OUTS -> lower() + "?bw?d???q".charAt(bytes);
            default -> lower();
        };
    }

    private String lower() {
        return op.name().toLowerCase(Locale.ROOT);
    }

    private static String bySize(String two, String four, String eight, int bytes) {
        return bytes == 2 ? two : bytes == 4 ? four : eight;
    }

    private String operand(int index) {
        return switch (instruction.operand(index)) {
            case Operand.Register register -> RegisterSpelling.of(register);
            case Operand.Memory memory -> memory(memory);
            case Operand.Immediate immediate -> immediate(immediate, index);
            case Operand.Relative to ->
                    hex(Disassembler.target(instruction, to, mode, addressVaddr));
            case Operand.Far(int selector, long to) -> hex(selector) + ":" + hex(to);
        };
    }

    private String immediate(Operand.Immediate immediate, int index) {
        Place place = instruction.row().operands().get(index).place();
        int bytes = instruction.operandBytes();
        boolean isNarrow = place == Place.SIGNED && bytes <= 4;
        return hex(isNarrow ? immediate.value() & (1L << bytes * 8) - 1 : immediate.value());
    }

    private String memory(Operand.Memory memory) {
        StringBuilder text = new StringBuilder(width(memory.bytes()));
        if (instruction.segmentOverride() != Operand.NONE) {
            text.append(RegisterSpelling.segment(instruction.segmentOverride())).append(':');
        }
        text.append('[');
        boolean hasBase = memory.base() != Operand.NONE;
        if (hasBase) {
            text.append(RegisterSpelling.general(memory.base(), instruction.addressBytes()));
        }
        if (memory.index() != Operand.NONE) {
            text.append(hasBase ? "+" : "")
                    .append(RegisterSpelling.general(memory.index(), instruction.addressBytes()))
                    .append(memory.scale() == 1 ? "" : "*" + memory.scale());
        }
        return text.append(displacement(memory)).append(']').toString();
    }

    private String displacement(Operand.Memory memory) {
        long value = memory.displacement();
        if (memory.base() == Operand.NONE && memory.index() == Operand.NONE) {
            return hex(mode == Mode.LONG ? value : value & 0xffffffffL);
        }
        return value == 0 ? "" : value < 0 ? "-" + hex(-value) : "+" + hex(value);
    }

    private static String width(int bytes) {
        List<String> names = List.of("byte ", "word ", "dword ", "qword ", "xmmword ");
        return bytes == 10
                ? "tbyte "
                : bytes == 6
                        ? "fword "
                        : Integer.bitCount(bytes) == 1
                                ? names.get(Integer.numberOfTrailingZeros(bytes))
                                : "";
    }

    private static String hex(long value) {
        return "0x" + Long.toHexString(value);
    }
}
