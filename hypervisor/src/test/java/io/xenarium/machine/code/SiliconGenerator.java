package io.xenarium.machine.code;

import io.xenarium.machine.cpu.Registers;

import java.io.ByteArrayOutputStream;
import java.util.Random;

/// Makes random integer instructions for [SiliconCase]s. They mostly use registers that hold what
/// they want: pointers for addresses, small numbers for counts.
final class SiliconGenerator {
    private static final int[] SHIFT_BY_CONSTANT = {0xc0, 0xc1};
    private static final int[] SHIFT_BY_ONE_OR_CL = {0xd0, 0xd1, 0xd2, 0xd3};
    private static final int[] BIT_TESTS = {0xa3, 0xab, 0xb3, 0xbb};
    private static final int[] STRINGS = {
        0xa4, 0xa5, 0xa6, 0xa7, 0xaa, 0xab, 0xac, 0xad, 0xae, 0xaf
    };
    private static final int[] FLAGS = {0xf5, 0xf8, 0xf9, 0xfc, 0xfd, 0x9e, 0x9f, 0x9c};
    private static final int LOCK = 0xf0;

    private final Random random;
    private final ByteArrayOutputStream code = new ByteArrayOutputStream();
    private SiliconCase registers;
    private boolean isShort;
    private boolean isWide;

    SiliconGenerator(long seed) {
        random = new Random(seed);
    }

    SiliconCase next() {
        long seed = random.nextLong();
        registers = new SiliconCase(seed, new byte[0]);
        code.reset();
        int instructions = 1 + random.nextInt(3);
        for (int i = 0; i < instructions && code.size() < 30; i++) {
            instruction();
        }
        return new SiliconCase(seed, code.toByteArray());
    }

    private void instruction() {
        switch (random.nextInt(26)) {
            case 0, 1, 2 -> modrm(one(0, 0x38) + random.nextInt(4), -1);
            case 3 -> group(new int[] {0x80, 0x81, 0x83}, random.nextInt(8), random.nextBoolean());
            case 4 -> modrm(0x84 + random.nextInt(8), -1);
            case 5 -> unary(0xf6, random.nextInt(4));
            case 6 -> unary(0xf6, 4 + random.nextInt(4));
            case 7 -> unary(0xfe, random.nextInt(2));
            case 8 -> multiply();
            case 9, 10 -> group(SHIFT_BY_CONSTANT, random.nextInt(8), false);
            case 11, 12 -> group(SHIFT_BY_ONE_OR_CL, random.nextInt(8), false);
            case 13 -> doubleShift();
            case 14 -> bitTest();
            case 15 -> scan();
            case 16 -> exchange();
            case 17 -> modrm(new int[] {0xb6, 0xb7, 0xbe, 0xbf}[random.nextInt(4)], -1, 0x0f);
            case 18 -> modrm((random.nextBoolean() ? 0x40 : 0x90) + random.nextInt(16), -1, 0x0f);
            case 19, 20 -> string();
            case 21 -> stack();
            case 22 -> simple();
            case 23 -> branch();
            case 24 -> constant();
            default -> rare();
        }
    }

    private int one(int low, int high) {
        return low + 8 * random.nextInt((high - low) / 8 + 1);
    }

    /// Prefixes, then the opcode bytes `escape` and `opcode`, then ModRM with its bytes.
    ///
    /// @param reg the reg field, or −1 for any
    private void modrm(int opcode, int reg, int... escape) {
        modrm(opcode, reg, random.nextInt(2) == 0, false, -1, escape);
    }

    private void modrm(
            int opcode, int reg, boolean isMemory, boolean mayLock, int mandatory, int... escape) {
        int base = isMemory ? pointer() : random.nextInt(16);
        int index = isMemory && random.nextInt(3) == 0 ? small() : Registers.RSP;
        int register = reg >= 0 ? reg : random.nextInt(16);
        if (isMemory && mayLock && random.nextInt(4) == 0) {
            code.write(LOCK);
        }
        isShort = random.nextInt(5) == 0;
        if (isShort) {
            code.write(0x66);
        }
        if (isMemory && random.nextInt(24) == 0) {
            code.write(0x67);
        }
        if (mandatory >= 0) {
            code.write(mandatory);
        }
        rex(register >> 3 & 1, index >> 3, base >> 3);
        for (int b : escape) {
            code.write(b);
        }
        code.write(opcode);
        int field = (register & 7) << 3;
        if (!isMemory) {
            code.write(0xc0 | field | base & 7);
        } else if (index != Registers.RSP || (base & 7) == 4) {
            code.write(0x44 | field);
            code.write(random.nextInt(2) << 6 | (index & 7) << 3 | base & 7);
            code.write(random.nextInt(256));
        } else {
            code.write(0x40 | field | base & 7);
            code.write(random.nextInt(256));
        }
    }

    private void rex(int r, int x, int b) {
        isWide = random.nextInt(2) == 0;
        int bits = (isWide ? 8 : 0) | r << 2 | x << 1 | b;
        if (bits != 0 || random.nextInt(4) == 0) {
            code.write(0x40 | bits);
        }
    }

    /// A register that holds a pointer into the data, mostly.
    private int pointer() {
        int from = random.nextInt(16);
        for (int i = 0; i < 16 && random.nextInt(40) != 0; i++) {
            int number = from + i & 15;
            long value = registers.gpr(number) - SiliconCase.DATA;
            if (value >= 0 && value < SiliconCase.DATA_BYTES) {
                return number;
            }
        }
        return from;
    }

    /// A register that holds a small number, if there is one; else rsp, which stands for none.
    private int small() {
        int from = random.nextInt(16);
        for (int i = 0; i < 16; i++) {
            int number = from + i & 15;
            if (number != Registers.RSP && (registers.gpr(number) & -128) == 0) {
                return number;
            }
        }
        return Registers.RSP;
    }

    private void group(int[] opcodes, int reg, boolean mayLock) {
        int opcode = opcodes[random.nextInt(opcodes.length)];
        boolean locks = mayLock && reg != 7;
        modrm(opcode, reg, random.nextInt(2) == 0, locks, -1);
        if (opcode == 0x81) {
            immediate(isShort && !isWide ? 2 : 4);
        } else if (opcode < 0xd0) {
            immediate(1);
        }
    }

    private void immediate(int bytes) {
        long edge = random.nextInt(3) == 0 ? random.nextInt(70) : random.nextLong();
        for (int i = 0; i < bytes; i++) {
            code.write((int) (edge >>> 8 * i));
        }
    }

    private void unary(int opcode, int reg) {
        int wide = random.nextInt(2);
        boolean mayLock = opcode == 0xfe || reg == 2 || reg == 3;
        if (opcode == 0xf6 && reg >= 6 && random.nextInt(3) > 0) {
            // xor edx, edx: an upper half with which the quotient often fits.
            code.write(0x31);
            code.write(0xd2);
        }
        modrm(opcode + wide, reg, random.nextInt(2) == 0, mayLock, -1);
        if (opcode == 0xf6 && reg < 2) {
            immediate(wide == 0 ? 1 : isShort && !isWide ? 2 : 4);
        }
    }

    private void multiply() {
        switch (random.nextInt(3)) {
            case 0 -> modrm(0xaf, -1, 0x0f);
            case 1 -> {
                modrm(0x6b, -1);
                immediate(1);
            }
            default -> {
                modrm(0x69, -1);
                immediate(isShort && !isWide ? 2 : 4);
            }
        }
    }

    private void doubleShift() {
        int opcode = new int[] {0xa4, 0xa5, 0xac, 0xad}[random.nextInt(4)];
        modrm(opcode, -1, 0x0f);
        if ((opcode & 1) == 0) {
            immediate(1);
        }
    }

    private void bitTest() {
        if (random.nextBoolean()) {
            int reg = 4 + random.nextInt(4);
            modrm(0xba, reg, random.nextInt(2) == 0, reg != 4, -1, 0x0f);
            immediate(1);
        } else {
            int opcode = BIT_TESTS[random.nextInt(4)];
            modrm(opcode, -1, random.nextInt(2) == 0, opcode != 0xa3, -1, 0x0f);
        }
    }

    private void scan() {
        switch (random.nextInt(5)) {
            case 0 -> modrm(0xbc, -1, 0x0f);
            case 1 -> modrm(0xbd, -1, 0x0f);
            case 2 -> modrm(0xb8, -1, random.nextBoolean(), false, 0xf3, 0x0f);
            case 3 -> modrm(0xf0 + random.nextInt(2), -1, true, false, -1, 0x0f, 0x38);
            default -> modrm(0xf0 + random.nextInt(2), -1, false, false, 0xf2, 0x0f, 0x38);
        }
    }

    private void exchange() {
        boolean isMemory = random.nextInt(2) == 0;
        switch (random.nextInt(6)) {
            case 0 -> modrm(0x86 + random.nextInt(2), -1, isMemory, true, -1);
            case 1 -> modrm(0xc0 + random.nextInt(2), -1, isMemory, true, -1, 0x0f);
            case 2, 3 -> modrm(0xb0 + random.nextInt(2), -1, isMemory, true, -1, 0x0f);
            case 4 -> modrm(0xc7, 1, true, true, -1, 0x0f);
            default -> modrm(0x63, -1);
        }
    }

    private void string() {
        int repeat = random.nextInt(4);
        if (repeat > 1) {
            code.write(repeat == 2 ? 0xf2 : 0xf3);
        }
        if (random.nextInt(5) == 0) {
            code.write(0x66);
        }
        if (random.nextInt(3) == 0) {
            code.write(0x48);
        }
        code.write(STRINGS[random.nextInt(STRINGS.length)]);
    }

    private void stack() {
        switch (random.nextInt(7)) {
            case 0, 1 -> {
                rex(0, 0, random.nextInt(2));
                code.write(0x50 + random.nextInt(16));
            }
            case 2 -> {
                code.write(0x6a);
                immediate(1);
            }
            case 3 -> {
                code.write(0x68);
                immediate(4);
            }
            case 4 -> modrm(0xff, 6);
            case 5 -> modrm(0x8f, 0);
            default -> {
                code.write(random.nextInt(3) == 0 ? 0xc9 : 0xc8);
                if (code.toByteArray()[code.size() - 1] == (byte) 0xc8) {
                    code.write(random.nextInt(64));
                    code.write(0);
                    long frame = registers.gpr(Registers.RBP) - SiliconCase.DATA;
                    boolean isPointer = frame >= 0 && frame < SiliconCase.DATA_BYTES;
                    code.write(random.nextInt(isPointer ? 32 : 2));
                }
            }
        }
    }

    private void simple() {
        if (random.nextInt(3) == 0) {
            code.write(0x66);
        }
        if (random.nextInt(2) == 0) {
            code.write(0x48);
        }
        switch (random.nextInt(5)) {
            case 0 -> code.write(0x98);
            case 1 -> code.write(0x99);
            case 2 -> code.write(FLAGS[random.nextInt(FLAGS.length)]);
            case 3 -> code.write(0x90 + random.nextInt(8));
            default -> code.write(0xd7);
        }
    }

    /// A branch over the three bytes of `inc rax` or into the next instruction.
    private void branch() {
        if (random.nextInt(3) == 0) {
            code.write(0xe0 + random.nextInt(4));
        } else if (random.nextInt(2) == 0) {
            code.write(0x70 + random.nextInt(16));
        } else {
            code.write(0x0f);
            code.write(0x80 + random.nextInt(16));
            code.write(3);
            code.write(0);
            code.write(0);
        }
        code.write(code.toByteArray()[code.size() - 1] == 0 ? 0 : 3);
        code.write(0x48);
        code.write(0xff);
        code.write(0xc0 + random.nextInt(4));
    }

    private void constant() {
        switch (random.nextInt(4)) {
            case 0 -> {
                rex(0, 0, random.nextInt(2));
                code.write(0xb8 + random.nextInt(8));
                immediate(isWide ? 8 : 4);
            }
            case 1 -> {
                code.write(0xb0 + random.nextInt(8));
                immediate(1);
            }
            case 2 -> {
                modrm(0xc7, 0);
                immediate(isShort && !isWide ? 2 : 4);
            }
            default -> {
                rex(0, 0, 0);
                code.write(one(4, 0x3c) + 1);
                immediate(4);
            }
        }
    }

    private void rare() {
        switch (random.nextInt(6)) {
            case 0 -> modrm(0x8d, -1, true, false, -1);
            case 1 -> {
                rex(0, 0, random.nextInt(2));
                code.write(0x0f);
                code.write(0xc8 + random.nextInt(8));
            }
            case 2 -> modrm(0xc3, -1, true, false, -1, 0x0f);
            case 3 -> modrm(0x1f, 0, random.nextBoolean(), false, -1, 0x0f);
            case 4 -> code.write(random.nextBoolean() ? 0xcc : 0x90);
            default -> {
                code.write(0x0f);
                code.write(0x0b);
            }
        }
    }
}
