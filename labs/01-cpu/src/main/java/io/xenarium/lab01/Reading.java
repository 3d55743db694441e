package io.xenarium.lab01;

import io.xenarium.parts.Processor;
import io.xenarium.parts.Processor.Instruction;
import io.xenarium.parts.Processor.Operand;
import io.xenarium.parts.Processor.Operation;
import io.xenarium.terms.NotYet;

/// The bytes of one instruction while they are read, first to last (Intel SDM vol. 2, 2.1 and 2.2).
final class Reading {
    /// A prefix: 16-bit operands.
    private static final int OPERAND_SIZE = 0x66;

    /// Prefixes 40 to 4f, with four bits: W asks for 64-bit operands, R, X and B are the fourth bit
    /// of the register numbers in ModRM's reg, SIB's index, and ModRM's rm or SIB's base.
    private static final int REX = 0x40;

    private static final int W = 8;
    private static final int R = 4;
    private static final int X = 2;
    private static final int B = 1;

    private static final Operation[] OPERATIONS = Operation.values();

    private final Processor.Code code;
    private int rex;
    private int bytes;

    Reading(Processor.Code code) {
        this.code = code;
    }

    /// Prefixes, opcode, and what the opcode asks for.
    Instruction instruction() {
        throw new NotYet(
                "01.4",
                "instruction(): take prefixes 66 and REX; a REX counts only directly "
                        + "before the opcode; note the operand size in bytes (8, 2 or 4); take "
                        + "the opcode and go on with oneByte() or, after 0f, twoByte(); one of "
                        + "ours with more than 15 bytes is TOO_LONG");
    }

    private Instruction oneByte(int opcode) {
        throw new NotYet(
                "01.4",
                "oneByte(): the opcodes of the table in the chapter, with "
                        + "withModrm(), group(), jump() and made(); all others are "
                        + "Instruction.OTHER");
    }

    private Instruction twoByte(int opcode) {
        return switch (opcode & 0xf0) {
            case 0x80 -> jump(Operation.JUMP_IF, opcode & 15, 4);
            default ->
                    opcode == 0x0b
                            ? made(Operation.UNDEFINED, 8, Operand.NONE, Operand.NONE)
                            : Instruction.OTHER;
        };
    }

    /// An instruction with a ModRM byte that names both operands. The one in its rm field comes
    /// first in the machine's way of writing, unless `isToRegister`.
    private Instruction withModrm(Operation operation, boolean isToRegister) {
        int modrm = code.next();
        Operand place = place(modrm);
        Operand register = new Operand.Register(modrm >> 3 & 7 | fourth(R));
        if (operation == Operation.LEA && place instanceof Operand.Register) {
            return Instruction.OTHER;
        }
        return isToRegister
                ? made(operation, bytes, register, place)
                : made(operation, bytes, place, register);
    }

    /// An opcode whose operation stands in ModRM's reg field.
    private Instruction group(int opcode) {
        int modrm = code.next();
        int number = modrm >> 3 & 7;
        Operation operation =
                switch (opcode) {
                    case 0xc7 -> number == 0 ? Operation.MOV : Operation.OTHER;
                    case 0xff ->
                            switch (number) {
                                case 0 -> Operation.INC;
                                case 1 -> Operation.DEC;
                                default -> Operation.OTHER;
                            };
                    default -> OPERATIONS[number];
                };
        if (operation == Operation.OTHER) {
            return Instruction.OTHER;
        }
        Operand place = place(modrm);
        Operand source =
                switch (opcode) {
                    case 0xff -> Operand.NONE;
                    case 0x83 -> constant(1);
                    default -> constant(Math.min(bytes, 4));
                };
        return made(operation, bytes, place, source);
    }

    private Instruction jump(Operation operation, int condition, int offsetBytes) {
        Operand offset = constant(offsetBytes);
        return new Instruction(operation, 8, Operand.NONE, offset, condition, code.taken());
    }

    /// What has been read up to here.
    private Instruction made(Operation operation, int size, Operand destination, Operand source) {
        return new Instruction(operation, size, destination, source, 0, code.taken());
    }

    /// The operand that ModRM's mod and rm fields name: a register or a place in memory.
    private Operand place(int modrm) {
        // Mod 0 with rm 5 is RIP and 4 bytes; mod 0 with a SIB base of 5 is no base and 4 bytes.
        // Index 4 is none, but only where REX.X is clear: r12 is an index like any other.
        throw new NotYet(
                "01.4",
                "place(): mod 3 is a register; rm 4 asks for a SIB byte; mod 0 has no "
                        + "displacement, mod 1 one of 1 byte, mod 2 one of 4; then mind the "
                        + "exceptions");
    }

    /// The fourth bit of a register's number, from REX.
    private int fourth(int bit) {
        return (rex & bit) != 0 ? 8 : 0;
    }

    private Operand constant(int size) {
        return new Operand.Constant(signed(size));
    }

    /// The next `size` bytes as a number: the lowest byte comes first, the sign is kept.
    private long signed(int size) {
        throw new NotYet(
                "01.4",
                "signed(): put the bytes together, the lowest first, and extend the "
                        + "sign of the highest");
    }
}
