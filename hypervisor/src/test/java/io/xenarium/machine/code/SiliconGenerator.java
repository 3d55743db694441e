package io.xenarium.machine.code;

import io.xenarium.machine.code.InstructionTable.Row;
import io.xenarium.machine.code.OperandCode.Place;
import io.xenarium.machine.cpu.Registers;

import java.io.ByteArrayOutputStream;
import java.util.Arrays;
import java.util.List;
import java.util.Random;

/// Makes random instructions for [SiliconCase]s out of the rows of the [InstructionTable]. They
/// mostly use registers that hold what they want: pointers for addresses, small numbers for counts.
final class SiliconGenerator {
    private static final int LOCK = 0xf0;
    private static final int[] MANDATORY = {0, 0x66, 0xf3, 0xf2};
    private static final int[] SEGMENTS = {0x26, 0x2e, 0x36, 0x3e, 0x64, 0x65};
    private static final int[][] ESCAPES = {{}, {0x0f}, {0x0f, 0x38}, {0x0f, 0x3a}};
    private static final int MOST_CODE_BYTES = 36;

    private final long seed;
    private final Random random;
    private final CaseRows longRows = new CaseRows(true);
    private final CaseRows shortRows = new CaseRows(false);
    private final Decoder decoder = new Decoder();
    private int index;

    private boolean isLong;
    private SiliconState state;

    /// Whether a trap may come between any two instructions.
    private boolean mayStep;

    /// Where a segment of the instruction under way begins.
    private long segmentBase;

    private ByteArrayOutputStream code;

    SiliconGenerator(long seed) {
        this.seed = seed;
        random = new Random(seed);
    }

    SiliconCase next() {
        isLong = random.nextInt(4) != 0;
        SiliconCase empty = SiliconCase.of(isLong, seed, index, new byte[0]);
        state = empty.state();
        mayStep = false;
        code = new ByteArrayOutputStream();
        int kind = random.nextInt(10);
        int instructions = 1 + random.nextInt(4);
        for (int i = 0; i < instructions && code.size() < MOST_CODE_BYTES; i++) {
            instruction(row(kind));
        }
        return SiliconCase.of(isLong, seed, index++, code.toByteArray());
    }

    /// A row: of integer instructions, of the x87, of vectors, or of any.
    private Row row(int kind) {
        CaseRows rows = isLong ? longRows : shortRows;
        List<Row> from =
                switch (kind) {
                    case 0, 1, 2, 3 -> rows.integer;
                    case 4, 5 -> rows.x87;
                    case 6, 7, 8 -> rows.vector;
                    default -> List.of(rows.integer, rows.x87, rows.vector).get(random.nextInt(3));
                };
        Row row = from.get(random.nextInt(from.size()));
        while (isUnwanted(row)) {
            row = from.get(random.nextInt(from.size()));
        }
        mayStep |= row.op() == Op.POPF;
        return row;
    }

    private boolean isUnwanted(Row row) {
        boolean isRare = row.op() == Op.UD0 || row.op() == Op.UD1 || row.op() == Op.HLT;
        boolean shows = mayStep && row.op() == Op.FXSAVE;
        return shows || isRare && random.nextInt(8) != 0;
    }

    private void instruction(Row row) {
        boolean isDivision = row.op() == Op.DIV || row.op() == Op.IDIV;
        if (isDivision && random.nextInt(3) > 0) {
            // xor edx, edx: an upper half with which the quotient often fits.
            code.write(0x31);
            code.write(0xd2);
        }
        switch (row.op()) {
            case FXSAVE -> saveUnits();
            default -> encoded(row);
        }
    }

    private void encoded(Row row) {
        byte[] encoded = encode(row);
        if (!isRelative(row) || isCall(row)) {
            code.writeBytes(encoded);
            return;
        }
        // A branch over the next instruction, or to it.
        byte[] skipped = inc();
        encoded[encoded.length - widthOfDistance(row, encoded)] =
                (byte) (random.nextInt(3) == 0 ? 0 : skipped.length);
        code.writeBytes(encoded);
        code.writeBytes(skipped);
    }

    /// FXSAVE, and a MOV that hides which bits of MXCSR the processor has.
    private void saveUnits() {
        int at = (int) SiliconMemory.DATA + 16 * random.nextInt(SiliconMemory.BYTES / 16);
        code.writeBytes(new byte[] {0x0f, (byte) 0xae});
        address(0x04, at);
        code.write(0xc7);
        address(0x04, at + 28);
        constant(code, 0, 4);
    }

    private void address(int modrm, int at) {
        code.write(isLong ? modrm : modrm + 1);
        if (isLong) {
            code.write(0x25);
        }
        constant(code, at, 4);
    }

    private static void constant(ByteArrayOutputStream to, int value, int bytes) {
        for (int i = 0; i < bytes; i++) {
            to.write(value >> 8 * i);
        }
    }

    private static boolean isRelative(Row row) {
        return row.operands().stream().anyMatch(code -> code.place() == Place.RELATIVE);
    }

    private static boolean isCall(Row row) {
        return row.op() == Op.CALL;
    }

    private static int widthOfDistance(Row row, byte[] encoded) {
        boolean isByte = row.operands().getLast().width() == OperandCode.Width.BYTE;
        return isByte ? 1 : encoded[0] == 0x66 ? 2 : 4;
    }

    /// inc eax, and its like.
    private byte[] inc() {
        return new byte[] {(byte) 0xff, (byte) (0xc0 + random.nextInt(4))};
    }

    // ---- encoding ----

    private byte[] encode(Row row) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        boolean isMemory = wantsMemory(row);
        prefixes(row, isMemory, bytes);
        boolean isAddress32 = isMemory && isLong && random.nextInt(24) == 0;
        if (isAddress32 || usesStrings(row) && random.nextInt(20) == 0) {
            bytes.write(0x67);
        }
        if (row.key().prefix() > 0) {
            bytes.write(MANDATORY[row.key().prefix()]);
        }
        int rex = row.key().needsRexW() ? 8 : 0;
        rex |= random.nextInt(3) == 0 ? random.nextInt(16) : 0;
        Encoding e = new Encoding(row, isMemory, isLong ? rex : 0);
        e.chooseOperand();
        if (isLong && (e.rex != 0 || random.nextInt(6) == 0)) {
            bytes.write(0x40 | e.rex);
        }
        for (int escape : ESCAPES[row.map()]) {
            bytes.write(escape);
        }
        bytes.write(row.key().opcode() + random.nextInt(row.key().opcodes()));
        if (row.hasModrm()) {
            bytes.writeBytes(e.address.toByteArray());
        }
        return withConstants(row, bytes);
    }

    /// The instruction with as many bytes of constants behind it as it wants.
    private byte[] withConstants(Row row, ByteArrayOutputStream bytes) {
        int size = bytes.size();
        byte[] padded = new byte[size + 16];
        System.arraycopy(bytes.toByteArray(), 0, padded, 0, size);
        Mode mode = isLong ? Mode.LONG : Mode.PROTECTED_32;
        int length = decoder.decode(padded, 0, padded.length, mode).length();
        boolean isPlain = isRelative(row);
        long constant = random.nextInt(3) == 0 ? random.nextInt(70) : random.nextLong();
        boolean isEnter = row.op() == Op.ENTER;
        for (int i = size; i < length && !isPlain; i++) {
            padded[i] = (byte) (constant >>> 8 * (i - size));
        }
        if (isEnter) {
            padded[size] = (byte) random.nextInt(64);
            padded[size + 1] = 0;
            padded[size + 2] = (byte) random.nextInt(isPointer(Registers.RBP) ? 32 : 2);
        }
        if (isOffset(row)) {
            long at = SiliconMemory.DATA + random.nextInt(SiliconMemory.BYTES);
            for (int i = size; i < length; i++) {
                padded[i] = (byte) (at >>> 8 * (i - size));
            }
        }
        return Arrays.copyOf(padded, length);
    }

    private static boolean isOffset(Row row) {
        return row.operands().stream().anyMatch(code -> code.place() == Place.OFFSET);
    }

    private static boolean usesStrings(Row row) {
        return row.operands().stream()
                .anyMatch(c -> c.place() == Place.SOURCE || c.place() == Place.DESTINATION);
    }

    private boolean wantsMemory(Row row) {
        return switch (row.key().mod()) {
            case MEMORY -> true;
            case REGISTER -> false;
            case ANY -> row.hasModrm() && random.nextInt(5) < 2;
        };
    }

    private void prefixes(Row row, boolean isMemory, ByteArrayOutputStream bytes) {
        segmentBase = 0;
        // LOCK MOV from and to CR0 is CR8 on some processors.
        boolean isControl = row.op() == Op.MOV && row.map() == InstructionTable.MAP_0F;
        boolean isOdd = !isControl && random.nextInt(100) == 0;
        boolean mayLock = row.has(Row.LOCKABLE) ? isMemory : isOdd;
        if (mayLock && random.nextInt(4) == 0) {
            bytes.write(LOCK);
        }
        if ((isMemory || usesStrings(row)) && random.nextInt(10) == 0) {
            int segment = random.nextInt(SEGMENTS.length);
            bytes.write(SEGMENTS[segment]);
            if (isLong && segment >= 4) {
                segmentBase = segment == 4 ? SiliconMemory.FS_BASE : SiliconMemory.GS_BASE;
            }
        }
        boolean isFree = row.key().prefix() < 0 && !(isLong && isBranch(row));
        if (isFree && random.nextInt(5) == 0) {
            bytes.write(0x66);
        }
        if (usesStrings(row) && random.nextInt(2) == 0) {
            bytes.write(0xf2 + random.nextInt(2));
        }
    }

    /// Branches with an operand-size prefix differ between vendors in 64-bit code.
    private static boolean isBranch(Row row) {
        return isRelative(row) || row.op() == Op.RET || row.op() == Op.JMP || row.op() == Op.CALL;
    }

    private boolean isPointer(int number) {
        long value = state.gpr(number) - SiliconMemory.DATA;
        return value >= 0 && value < SiliconMemory.BYTES;
    }

    /// ModRM with what belongs to it.
    private final class Encoding {
        private final OpcodeKey key;
        private final boolean isMemory;
        private final boolean isWide;
        private final int registers = isLong ? 16 : 8;
        private final ByteArrayOutputStream address = new ByteArrayOutputStream();
        private int rex;

        Encoding(Row row, boolean isMemory, int rex) {
            key = row.key();
            this.isMemory = isMemory;
            this.rex = rex;
            isWide = CaseRows.isVector(row.op()) || CaseRows.isX87(row.op());
        }

        void chooseOperand() {
            int reg = key.reg() >= 0 ? key.reg() : random.nextInt(8);
            if (!isMemory) {
                int rm = key.rm() >= 0 ? key.rm() : random.nextInt(8);
                address.write(0xc0 | reg << 3 | rm);
            } else if (segmentBase != 0 || random.nextInt(3) == 0) {
                absolute(reg);
            } else {
                indirect(reg);
            }
        }

        /// An address as a constant, mostly one that suits a vector.
        private void absolute(int reg) {
            int place = random.nextInt(SiliconMemory.BYTES + 8);
            place = isWide && random.nextInt(10) > 0 ? place & -16 : place;
            long at = SiliconMemory.DATA + place - segmentBase;
            if (isLong) {
                address.write(0x04 | reg << 3);
                address.write(0x25);
                rex &= ~2;
            } else {
                address.write(0x05 | reg << 3);
            }
            constant(address, (int) at, 4);
        }

        private void indirect(int reg) {
            int base = pointer();
            int index = random.nextInt(3) == 0 ? small() : Registers.RSP;
            boolean isFar = random.nextInt(4) == 0;
            int mod = isFar ? 0x80 : 0x40;
            int displacement = random.nextInt(256) - 128;
            if (isWide && index == Registers.RSP && random.nextInt(6) > 0) {
                displacement = displacement & -16 | -(int) state.gpr(base) & 15;
                displacement = displacement > 127 ? displacement - 256 : displacement;
            }
            rex = rex & ~3 | base >> 3 | index >> 3 << 1;
            if (index != Registers.RSP || (base & 7) == 4) {
                address.write(mod | reg << 3 | 4);
                address.write(random.nextInt(3) << 6 | (index & 7) << 3 | base & 7);
            } else {
                address.write(mod | reg << 3 | base & 7);
            }
            constant(address, displacement, isFar ? 4 : 1);
        }

        /// A register that holds a pointer into the data, mostly.
        private int pointer() {
            int from = random.nextInt(registers);
            for (int i = 0; i < registers && random.nextInt(40) != 0; i++) {
                int number = (from + i) % registers;
                if (isPointer(number)) {
                    return number;
                }
            }
            return from;
        }

        /// A register that holds a small number, if there is one; else rsp, which stands for none.
        private int small() {
            int from = random.nextInt(registers);
            for (int i = 0; i < registers; i++) {
                int number = (from + i) % registers;
                if (number != Registers.RSP && (state.gpr(number) & -128) == 0) {
                    return number;
                }
            }
            return Registers.RSP;
        }
    }
}
