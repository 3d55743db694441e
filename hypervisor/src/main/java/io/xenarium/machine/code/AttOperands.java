package io.xenarium.machine.code;

import io.xenarium.machine.code.InstructionTable.Row;
import io.xenarium.machine.code.OperandCode.Place;

/// The operands of one instruction in AT&T syntax: the destination last.
final class AttOperands {
    private final Instruction instruction;
    private final Row row;
    private final Op op;
    private final Mode mode;
    private final AttPrefixes prefixes;
    private final long addressVaddr;

    AttOperands(Instruction instruction, Mode mode, AttPrefixes prefixes, long addressVaddr) {
        this.instruction = instruction;
        this.row = instruction.row();
        this.op = instruction.op();
        this.mode = mode;
        this.prefixes = prefixes;
        this.addressVaddr = addressVaddr;
    }

    String text() {
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
            case CMPPS, CMPPD, CMPSS, CMPSD ->
                    index == 2 && AttMnemonic.isNamedComparison(instruction);
            case PCLMULQDQ -> index == 2 && AttMnemonic.isNamedMultiplication(instruction);
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
        if (AttMnemonic.isPort(instruction, index)) {
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
