package io.xenarium.machine.code;

import static io.xenarium.machine.code.Instruction.ADDRESS_SIZE;
import static io.xenarium.machine.code.Instruction.OPERAND_SIZE;
import static io.xenarium.machine.code.Instruction.REX_W;

import io.xenarium.machine.code.InstructionTable.Row;
import io.xenarium.machine.code.OperandCode.Place;

import java.util.List;

/// One instruction in AT&T syntax.
final class AttSyntax {
    private static final List<String> COMPARISONS =
            List.of("eq", "lt", "le", "unord", "neq", "nlt", "nle", "ord");

    private final Instruction instruction;
    private final Row row;
    private final Op op;
    private final AttPrefixes prefixes;
    private final Mode mode;
    private final long addressVaddr;

    AttSyntax(Instruction instruction, byte[] code, int offset, Mode mode, long addressVaddr) {
        this.instruction = instruction;
        this.row = instruction.row();
        this.op = instruction.op();
        this.prefixes = new AttPrefixes(instruction, code, offset, mode);
        this.mode = mode;
        this.addressVaddr = addressVaddr;
    }

    String text() {
        if (op == Op.INVALID || op == Op.TRUNCATED || op == Op.TOO_LONG) {
            return "(bad)";
        }
        String operands = operands();
        return prefixes.text() + mnemonic() + (operands.isEmpty() ? "" : " " + operands);
    }

    private String mnemonic() {
        int bytes = instruction.operandBytes();
        return switch (op) {
            case NOP -> isWideNop() ? "xchg %ax,%ax" : suffixed("nop");
            case JCC -> "j" + RegisterSpelling.condition(instruction.condition()) + hint();
            case SETCC -> "set" + RegisterSpelling.condition(instruction.condition());
            case CMOVCC -> "cmov" + RegisterSpelling.condition(instruction.condition());
            case JCXZ ->
                    List.of("jcxz", "jecxz", "jrcxz").get(instruction.addressBytes() / 4) + hint();
            case LOOP, LOOPE, LOOPNE -> AttNames.of(op, 0) + countSuffix() + hint();
            case MOVSXD -> bytes == 8 ? "movslq" : "movsxd";
            case PCLMULQDQ -> carryless();
            case MOVZX, MOVSX ->
                    (op == Op.MOVZX ? "movz" : "movs")
                            + AttNames.suffix(width(1))
                            + AttNames.suffix(bytes);
            case MOV -> isMovabs() ? "movabs" : suffixed("mov");
            case CRC32 -> "crc32" + (isMemory(1) ? AttNames.suffix(width(1)) : "");
            case PCMPESTRI, PCMPESTRM -> AttNames.of(op, 0) + (instruction.has(REX_W) ? "q" : "");
            case CMPPS, CMPPD, CMPSS, CMPSD ->
                    isNamedComparison()
                            ? "cmp"
                                    + COMPARISONS.get((int) comparison())
                                    + op.name().substring(3).toLowerCase(java.util.Locale.ROOT)
                            : AttNames.of(op, bytes);
            case FSUB, FSUBR, FSUBP, FSUBRP, FDIV, FDIVR, FDIVP, FDIVRP -> x87Reversible();
            case SGDT, SIDT, LGDT, LIDT -> AttNames.of(op, 0) + descriptorSuffix();
            case SYSRET, SYSEXIT -> AttNames.of(op, 0) + returnSuffix();
            default -> suffixed(AttNames.of(op, bytes));
        };
    }

    /// GNU swaps FSUB with FSUBR and FDIV with FDIVR where the stack top is not the destination, as
    /// AT&T's assembler did.
    private String x87Reversible() {
        String name = AttNames.of(op, 0);
        boolean isSwapped =
                instruction.operands().size() == 2 && row.operands().get(0).place() != Place.FIXED;
        if (!isSwapped) {
            return suffixed(name);
        }
        String popping = name.endsWith("p") ? "p" : "";
        String base = name.substring(0, name.length() - popping.length());
        return (base.endsWith("r") ? base.substring(0, 4) : base + "r") + popping;
    }

    private boolean isMovabs() {
        return row.operands().stream()
                .anyMatch(code ->
                        code.place() == Place.OFFSET && instruction.addressBytes() == 8
                                || code.place() == Place.SIGNED
                                        && code.width() == OperandCode.Width.OPERAND
                                        && instruction.operandBytes() == 8);
    }

    private boolean isNamedComparison() {
        return comparison() < COMPARISONS.size();
    }

    private long comparison() {
        return ((Operand.Immediate) instruction.operand(2)).value();
    }

    /// Bit 0 selects the half of the destination, bit 4 that of the source.
    private String carryless() {
        return switch ((int) comparison()) {
            case 0x00 -> "pclmullqlqdq";
            case 0x01 -> "pclmulhqlqdq";
            case 0x10 -> "pclmullqhqdq";
            case 0x11 -> "pclmulhqhqdq";
            default -> "pclmulqdq";
        };
    }

    /// The one-byte NOP is XCHG of rAX with itself, and GNU calls it so where a prefix makes it ax.
    private boolean isWideNop() {
        boolean isWide = instruction.has(OPERAND_SIZE) && !instruction.has(REX_W);
        return instruction.operands().isEmpty() && isWide;
    }

    /// GNU names the width of the counter where it is not that of the mode.
    private String countSuffix() {
        int bytes = instruction.addressBytes();
        return instruction.has(ADDRESS_SIZE) ? AttNames.suffix(bytes) : "";
    }

    /// Outside of 64-bit mode the operand size says how much of the base address counts.
    private String descriptorSuffix() {
        return mode == Mode.LONG ? "" : instruction.has(OPERAND_SIZE) ? "w" : "l";
    }

    /// The return can be to 32-bit code or to 64-bit code.
    private String returnSuffix() {
        boolean isWide = instruction.has(REX_W);
        return mode != Mode.LONG ? "" : isWide ? "q" : "l";
    }

    /// What a cs or ds prefix tells a branch predictor.
    private String hint() {
        return switch (prefixes.branchHint()) {
            case 0x2e -> ",pn";
            case 0x3e -> ",pt";
            default -> "";
        };
    }

    private boolean isMemory(int index) {
        return instruction.operand(index) instanceof Operand.Memory;
    }

    private int width(int index) {
        return switch (instruction.operand(index)) {
            case Operand.Register register -> register.bytes();
            case Operand.Memory memory -> memory.bytes();
            default -> 0;
        };
    }

    private String suffixed(String name) {
        int bytes = instruction.operandBytes();
        if (AttNames.isStack(op)) {
            boolean isShown =
                    !instruction.operands().isEmpty()
                            && instruction.operand(0) instanceof Operand.Register register
                            && register.bank() == Operand.Bank.GPR;
            return instruction.has(OPERAND_SIZE) && bytes == 2 && !isShown ? name + "w" : name;
        }
        for (int i = 0; i < instruction.operands().size(); i++) {
            if (instruction.operand(i) instanceof Operand.Memory memory) {
                return name.startsWith("f") && row.key().opcode() >= 0xd8
                        ? name + AttNames.x87Suffix(op, memory.bytes())
                        : AttNames.isSuffixed(op, mode) && !isShownByRegister()
                                ? name + AttNames.suffix(memory.bytes())
                                : name;
            }
        }
        return name;
    }

    /// Whether a register operand tells the width of the memory operand.
    private boolean isShownByRegister() {
        for (int i = 0; i < instruction.operands().size(); i++) {
            boolean isCount = row.operands().get(i).place() == Place.FIXED && i > 0 && isShift();
            if (instruction.operand(i) instanceof Operand.Register register
                    && register.bank() != Operand.Bank.XMM
                    && !isCount
                    && !isPort(i)) {
                return true;
            }
        }
        return false;
    }

    private boolean isShift() {
        return switch (op) {
            case ROL, ROR, RCL, RCR, SHL, SHR, SAR -> true;
            default -> false;
        };
    }

    private boolean isPort(int index) {
        return switch (op) {
            case IN, OUT, INS, OUTS ->
                    instruction.operand(index) instanceof Operand.Register register
                            && register.number() == 2;
            default -> false;
        };
    }

    private String operands() {
        StringBuilder text = new StringBuilder(AttNames.implied(op, instruction.addressBytes()));
        int count = instruction.operands().size();
        boolean isIntelOrder = op == Op.ENTER || op == Op.BOUND;
        for (int i = 0; i < count; i++) {
            int index = isIntelOrder ? i : count - 1 - i;
            if (isHidden(index)) {
                continue;
            }
            text.append(text.isEmpty() ? "" : ",").append(operand(index));
        }
        return text.toString();
    }

    /// What the mnemonic says already.
    private boolean isHidden(int index) {
        return switch (op) {
            case CMPPS, CMPPD, CMPSS, CMPSD -> index == 2 && isNamedComparison();
            case PCLMULQDQ -> index == 2 && (comparison() & ~0x11) == 0;
            case ROL, ROR, RCL, RCR, SHL, SHR, SAR ->
                    row.operands().get(index).place() == Place.NUMBER;
            default -> false;
        };
    }

    private String operand(int index) {
        OperandCode form = row.operands().get(index);
        return switch (instruction.operand(index)) {
            case Operand.Register register -> register(register, form, index);
            case Operand.Memory memory -> star() + memory(memory, form);
            case Operand.Immediate immediate -> "$0x" + Long.toHexString(shown(immediate, form));
            case Operand.Relative to ->
                    "0x"
                            + Long.toHexString(
                                    Disassembler.target(instruction, to, mode, addressVaddr));
            case Operand.Far(int selector, long to) ->
                    "$0x" + Integer.toHexString(selector) + ",$0x" + Long.toHexString(to);
        };
    }

    private String register(Operand.Register register, OperandCode form, int index) {
        if (isPort(index)) {
            return "(%dx)";
        }
        if (register.bank() == Operand.Bank.X87 && form.place() == Place.FIXED) {
            return "%st";
        }
        String name = RegisterSpelling.of(register);
        return star()
                + (register.bank() == Operand.Bank.DEBUG ? "%db" + name.substring(2) : "%" + name);
    }

    /// The mark of an indirect branch.
    private String star() {
        return switch (op) {
            case CALL, JMP, CALLF, JMPF -> "*";
            default -> "";
        };
    }

    private long shown(Operand.Immediate immediate, OperandCode form) {
        if (form.place() != Place.SIGNED || instruction.operandBytes() > 4) {
            return immediate.value();
        }
        return immediate.value() & (1L << instruction.operandBytes() * 8) - 1;
    }

    private String memory(Operand.Memory memory, OperandCode form) {
        if (form.place() != Place.RM) {
            return form.place() == Place.OFFSET
                    ? override(memory) + hex(memory.displacement(), instruction.addressBytes())
                    : "%" + RegisterSpelling.segment(memory.segment()) + ":(" + base(memory) + ")";
        }
        boolean isBare = memory.base() == Operand.NONE && memory.index() == Operand.NONE;
        boolean hasIndex = memory.index() != Operand.NONE || showsNoIndex(memory);
        StringBuilder text = new StringBuilder(override(memory));
        if (isBare && instruction.addressBytes() == 2) {
            return text + signedHex(memory.displacement());
        }
        if (isBare && !hasIndex) {
            return text.append(
                            hex(
                                    memory.displacement(),
                                    mode == Mode.LONG ? 8 : instruction.addressBytes()))
                    .toString();
        }
        if (instruction.has(Instruction.DISPLACED)) {
            text.append(signedHex(memory.displacement()));
        }
        text.append('(');
        if (memory.base() != Operand.NONE) {
            text.append(base(memory));
        }
        if (hasIndex) {
            text.append(',').append(index(memory));
            if (instruction.addressBytes() > 2) {
                text.append(',').append(memory.scale());
            }
        }
        return text.append(')').toString();
    }

    /// Whether a SIB byte without an index is told from no SIB byte by a register that is always
    /// zero.
    private boolean showsNoIndex(Operand.Memory memory) {
        if (!instruction.has(Instruction.SIB)) {
            return false;
        }
        boolean isPlainAbsolute = mode == Mode.LONG && instruction.addressBytes() == 8;
        return memory.scale() != 1
                || (memory.base() == Operand.NONE ? !isPlainAbsolute : (memory.base() & 7) != 4);
    }

    private String base(Operand.Memory memory) {
        return "%" + RegisterSpelling.general(memory.base(), instruction.addressBytes());
    }

    private String index(Operand.Memory memory) {
        if (memory.index() == Operand.NONE) {
            return instruction.addressBytes() == 8 ? "%riz" : "%eiz";
        }
        return "%" + RegisterSpelling.general(memory.index(), instruction.addressBytes());
    }

    private String override(Operand.Memory memory) {
        int segment = instruction.segmentOverride();
        return segment == Operand.NONE || prefixes.isNotrack()
                ? ""
                : "%" + RegisterSpelling.segment(segment) + ":";
    }

    private static String hex(long value, int bytes) {
        return "0x" + Long.toHexString(bytes == 8 ? value : value & (1L << bytes * 8) - 1);
    }

    private static String signedHex(long value) {
        return value < 0 ? "-0x" + Long.toHexString(-value) : "0x" + Long.toHexString(value);
    }
}
