package io.xenarium.machine.code;

import static io.xenarium.machine.code.Instruction.ADDRESS_SIZE;
import static io.xenarium.machine.code.Instruction.OPERAND_SIZE;
import static io.xenarium.machine.code.Instruction.REX_W;

import io.xenarium.machine.code.InstructionTable.Row;
import io.xenarium.machine.code.OperandCode.Place;

import java.util.List;
import java.util.Locale;

/// The mnemonic of one instruction in AT&T syntax: Intel's, with a suffix for the width where no
/// register shows it. [AttNames] has the exceptions that hold for an operation as a whole.
final class AttMnemonic {
    private static final List<String> COMPARISONS =
            List.of("eq", "lt", "le", "unord", "neq", "nlt", "nle", "ord");

    private final Instruction instruction;
    private final Row row;
    private final Op op;
    private final Mode mode;
    private final AttPrefixes prefixes;

    AttMnemonic(Instruction instruction, Mode mode, AttPrefixes prefixes) {
        this.instruction = instruction;
        this.row = instruction.row();
        this.op = instruction.op();
        this.mode = mode;
        this.prefixes = prefixes;
    }

    String text() {
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
                    isNamedComparison(instruction)
                            ? "cmp"
                                    + COMPARISONS.get((int) predicate(instruction))
                                    + op.name().substring(3).toLowerCase(Locale.ROOT)
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

    /// Bit 0 selects the half of the destination, bit 4 that of the source.
    private String carryless() {
        return switch ((int) predicate(instruction)) {
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
                    && !isPort(instruction, i)) {
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

    /// Whether it compares by a predicate that has a name: then the mnemonic says it.
    static boolean isNamedComparison(Instruction instruction) {
        return predicate(instruction) < COMPARISONS.size();
    }

    /// Whether it multiplies halves that the mnemonic names.
    static boolean isNamedMultiplication(Instruction instruction) {
        return (predicate(instruction) & ~0x11) == 0;
    }

    /// Whether the operand is the number of a port in dx.
    static boolean isPort(Instruction instruction, int index) {
        return switch (instruction.op()) {
            case IN, OUT, INS, OUTS ->
                    instruction.operand(index) instanceof Operand.Register register
                            && register.number() == 2;
            default -> false;
        };
    }

    private static long predicate(Instruction instruction) {
        return ((Operand.Immediate) instruction.operand(2)).value();
    }
}
