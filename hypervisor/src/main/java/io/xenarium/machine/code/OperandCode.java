package io.xenarium.machine.code;

/// Where an operand is encoded and how wide it is: one operand in the notation of the
/// [InstructionTable].
///
/// @param place where it is
/// @param bank for registers, which
/// @param number for registers and constants that the opcode itself names, which
/// @param width how wide
/// @param memoryWidth how wide where ModRM says memory
record OperandCode(Place place, Operand.Bank bank, int number, Width width, Width memoryWidth) {

    /// Where an operand is encoded.
    enum Place {
        /// ModRM.rm with mod: register or memory.
        RM,
        /// ModRM.rm: a register, whatever mod says.
        RM_REGISTER,
        /// ModRM.reg.
        REG,
        /// The low three bits of the opcode.
        OPCODE,
        /// The opcode names the register.
        FIXED,
        /// The opcode names the number.
        NUMBER,
        UNSIGNED,
        SIGNED,
        RELATIVE,
        FAR,
        /// Memory at a constant address.
        OFFSET,
        /// Memory at ds:rSI.
        SOURCE,
        /// Memory at es:rDI.
        DESTINATION,
        /// Memory at ds:rBX + al.
        TABLE;

        /// Whether REX.B extends it.
        boolean isRm() {
            return this == RM || this == RM_REGISTER || this == OPCODE;
        }

        boolean isModrm() {
            return this == RM || this == RM_REGISTER || this == REG;
        }
    }

    /// How wide an operand is: so many bytes, or as the prefixes say.
    enum Width {
        NONE(0),
        BYTE(1),
        WORD(2),
        DOUBLE(4),
        QUAD(8),
        TEN(10),
        OCTO(16),
        /// The operand size.
        OPERAND(-1),
        /// The operand size, but at most 4.
        OPERAND_32(-1),
        /// 8 with REX.W, else 4.
        REX_W(-1),
        /// 8 in 64-bit mode, else 4.
        NATIVE(-1),
        /// The address size.
        ADDRESS(-1),
        /// An offset of the operand size and a selector.
        FAR(-1),
        /// A pair of bounds of the operand size.
        BOUNDS(-1),
        /// Limit and base of a descriptor table.
        TABLE_REGISTER(-1);

        final int bytes;

        Width(int bytes) {
            this.bytes = bytes;
        }

        /// Whether it follows the operand size.
        boolean followsOperandSize() {
            return this == OPERAND || this == OPERAND_32 || this == FAR || this == BOUNDS;
        }
    }

    static OperandCode parse(String text) {
        int slash = text.indexOf('/');
        if (slash > 0) {
            Width memory = width(text.substring(slash + 2));
            OperandCode register = parse(text.substring(0, slash));
            return new OperandCode(Place.RM, register.bank, 0, register.width, memory);
        }
        OperandCode named = named(text);
        return named != null ? named : encoded(text);
    }

    private static OperandCode named(String text) {
        return switch (text) {
            case "AL" -> fixed(Operand.Bank.GPR, 0, Width.BYTE);
            case "AX" -> fixed(Operand.Bank.GPR, 0, Width.WORD);
            case "CL" -> fixed(Operand.Bank.GPR, 1, Width.BYTE);
            case "DX" -> fixed(Operand.Bank.GPR, 2, Width.WORD);
            case "rAX" -> fixed(Operand.Bank.GPR, 0, Width.OPERAND);
            case "eAX" -> fixed(Operand.Bank.GPR, 0, Width.OPERAND_32);
            case "ES" -> fixed(Operand.Bank.SEGMENT, 0, Width.WORD);
            case "CS" -> fixed(Operand.Bank.SEGMENT, 1, Width.WORD);
            case "SS" -> fixed(Operand.Bank.SEGMENT, 2, Width.WORD);
            case "DS" -> fixed(Operand.Bank.SEGMENT, 3, Width.WORD);
            case "FS" -> fixed(Operand.Bank.SEGMENT, 4, Width.WORD);
            case "GS" -> fixed(Operand.Bank.SEGMENT, 5, Width.WORD);
            case "ST0" -> fixed(Operand.Bank.X87, 0, Width.TEN);
            case "STi" -> of(Place.RM_REGISTER, Operand.Bank.X87, Width.TEN);
            case "XMM0" -> fixed(Operand.Bank.XMM, 0, Width.OCTO);
            case "1" -> new OperandCode(Place.NUMBER, null, 1, Width.BYTE, Width.BYTE);
            default -> null;
        };
    }

    private static OperandCode encoded(String text) {
        if (text.startsWith("sI")) {
            return of(Place.SIGNED, null, width(text.substring(2)));
        }
        Width width = width(text.substring(1));
        return switch (text.charAt(0)) {
            case 'E', 'M' -> of(Place.RM, Operand.Bank.GPR, width);
            case 'G' -> of(Place.REG, Operand.Bank.GPR, width);
            case 'R' -> of(Place.RM_REGISTER, Operand.Bank.GPR, width);
            case 'Z' -> of(Place.OPCODE, Operand.Bank.GPR, width);
            case 'S' -> of(Place.REG, Operand.Bank.SEGMENT, width);
            case 'C' -> of(Place.REG, Operand.Bank.CONTROL, width);
            case 'D' -> of(Place.REG, Operand.Bank.DEBUG, width);
            case 'P' -> of(Place.REG, Operand.Bank.MMX, width);
            case 'Q', 'N' -> of(Place.RM, Operand.Bank.MMX, width);
            case 'V' -> of(Place.REG, Operand.Bank.XMM, width);
            case 'W', 'U' -> of(Place.RM, Operand.Bank.XMM, width);
            case 'I' -> of(isNarrow(width) ? Place.UNSIGNED : Place.SIGNED, null, width);
            case 'J' -> of(Place.RELATIVE, null, width);
            case 'A' -> of(Place.FAR, null, width);
            case 'O' -> of(Place.OFFSET, null, width);
            case 'X' -> of(Place.SOURCE, null, width);
            case 'Y' -> of(Place.DESTINATION, null, width);
            case 'B' -> of(Place.TABLE, null, width);
            default -> throw new IllegalArgumentException(text);
        };
    }

    private static boolean isNarrow(Width width) {
        return width == Width.BYTE || width == Width.WORD;
    }

    private static Width width(String text) {
        return switch (text) {
            case "" -> Width.NONE;
            case "b" -> Width.BYTE;
            case "w" -> Width.WORD;
            case "d", "ss" -> Width.DOUBLE;
            case "q", "sd" -> Width.QUAD;
            case "t" -> Width.TEN;
            case "dq", "ps", "pd" -> Width.OCTO;
            case "v" -> Width.OPERAND;
            case "z" -> Width.OPERAND_32;
            case "y" -> Width.REX_W;
            case "n" -> Width.NATIVE;
            case "a" -> Width.ADDRESS;
            case "p" -> Width.FAR;
            case "B" -> Width.BOUNDS;
            case "s" -> Width.TABLE_REGISTER;
            default -> throw new IllegalArgumentException(text);
        };
    }

    private static OperandCode fixed(Operand.Bank bank, int number, Width width) {
        return new OperandCode(Place.FIXED, bank, number, width, width);
    }

    private static OperandCode of(Place place, Operand.Bank bank, Width width) {
        return new OperandCode(place, bank, 0, width, width);
    }
}
