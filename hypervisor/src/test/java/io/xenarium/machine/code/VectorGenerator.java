package io.xenarium.machine.code;

import java.util.Random;

/// Makes random MMX, SSE and SSE2 instructions for [SiliconCase]s: some registers are loaded,
/// something is done with them, and FXSAVE puts all registers into the data, where the comparison
/// sees them.
final class VectorGenerator {
    /// The prefixes that choose between the forms of an instruction.
    private static final int NP = 0;

    private static final int P66 = 0x66;
    private static final int PF3 = 0xf3;
    private static final int PF2 = 0xf2;

    private final Random random;
    private final CaseCode code = new CaseCode();

    VectorGenerator(long seed) {
        random = new Random(seed);
    }

    SiliconCase next() {
        code.clear();
        if (random.nextInt(3) == 0) {
            setMxcsr();
        }
        boolean isMmx = random.nextInt(5) == 0;
        for (int i = 0; i < 2; i++) {
            if (isMmx) {
                memory(NP, 0x6f, random.nextInt(8), 8);
            } else if (random.nextInt(2) == 0) {
                memory(PF3, 0x6f, random.nextInt(4), 1);
            } else {
                convertedInteger();
            }
        }
        for (int i = 0; i < 2 && code.size() < 34; i++) {
            instruction(isMmx);
        }
        code.saveUnits();
        return new SiliconCase(random.nextLong(), code.bytes());
    }

    /// push WORD; ldmxcsr [rsp]: rounding, denormals, flags; all exceptions stay masked.
    private void setMxcsr() {
        int mxcsr = 0x1f80 | random.nextInt(4) << 13;
        mxcsr |= random.nextInt(4) == 0 ? 0x8000 : 0;
        mxcsr |= random.nextInt(4) == 0 ? 0x40 : 0;
        mxcsr |= random.nextInt(2) == 0 ? 0x3f : 0;
        code.emit(0x68, mxcsr, mxcsr >> 8, 0, 0, 0x0f, 0xae, 0x14, 0x24);
    }

    /// cvtdq2ps or cvtdq2pd from memory: numbers of ordinary size.
    private void convertedInteger() {
        if (random.nextInt(2) == 0) {
            memory(NP, 0x5b, random.nextInt(4), 16);
        } else {
            memory(PF3, 0xe6, random.nextInt(4), 8);
        }
    }

    private void memory(int prefix, int opcode, int reg, int alignment) {
        if (prefix != NP) {
            code.emit(prefix);
        }
        code.emit(0x0f, opcode, 0x04 | reg << 3, 0x25);
        int offset = random.nextInt(0xf00);
        code.emit32(
                (int) SiliconCase.DATA + (random.nextInt(12) == 0 ? offset : offset & -alignment));
    }

    private void register(int prefix, int opcode) {
        if (prefix != NP) {
            code.emit(prefix);
        }
        code.emit(0x0f, opcode, 0xc0 | random.nextInt(4) << 3 | random.nextInt(4));
    }

    /// An instruction with a register or memory as its second operand.
    private void any(int prefix, int opcode) {
        if (random.nextInt(4) == 0) {
            memory(prefix, opcode, random.nextInt(4), 16);
        } else {
            register(prefix, opcode);
        }
    }

    private void instruction(boolean isMmx) {
        int prefix = isMmx ? NP : P66;
        switch (random.nextInt(isMmx ? 6 : 14)) {
            case 0, 1, 2 -> any(prefix, integer(isMmx));
            case 3 -> {
                register(prefix, 0x71 + random.nextInt(2));
                fixReg(new int[] {2, 4, 6}[random.nextInt(3)]);
            }
            case 4 -> {
                any(isMmx ? NP : new int[] {P66, PF2, PF3}[random.nextInt(3)], 0x70);
                code.emit(random.nextInt(256));
            }
            case 5 -> rare(isMmx);
            case 6, 7, 8 ->
                    any(
                            anyPrefix(),
                            new int[] {0x51, 0x58, 0x59, 0x5c, 0x5d, 0x5e, 0x5f}
                                    [random.nextInt(7)]);
            case 9 -> {
                any(anyPrefix(), 0xc2);
                code.emit(random.nextInt(8));
            }
            case 10 ->
                    any(
                            random.nextInt(2) == 0 ? NP : P66,
                            new int[] {0x2e, 0x2f, 0x14, 0x15, 0x54, 0x55, 0x56, 0x57}
                                    [random.nextInt(8)]);
            case 11 -> any(anyPrefix(), 0x5a);
            case 12 -> any(new int[] {NP, P66, PF3}[random.nextInt(3)], 0x5b);
            default -> any(new int[] {P66, PF2, PF3}[random.nextInt(3)], 0xe6);
        }
    }

    private int anyPrefix() {
        return new int[] {NP, P66, PF2, PF3}[random.nextInt(4)];
    }

    /// Rewrites the reg field of the ModRM byte written last, and adds the shift count.
    private void fixReg(int reg) {
        byte[] written = code.bytes();
        int modrm = written[written.length - 1];
        code.clear();
        for (int i = 0; i < written.length - 1; i++) {
            code.emit(written[i]);
        }
        code.emit(
                0xc0 | reg << 3 | modrm & 7,
                random.nextInt(3) == 0 ? random.nextInt(256) : random.nextInt(34));
    }

    private int integer(boolean isMmx) {
        int[] rows = {
            0x60, 0x64, 0x68, 0x74, 0xd0, 0xd4, 0xd8, 0xdc, 0xe0, 0xe4, 0xe8, 0xec, 0xf0, 0xf4,
            0xf8, 0xfc
        };
        int opcode = rows[random.nextInt(rows.length)] + random.nextInt(4);
        return switch (opcode) {
            case 0x77, 0xd0, 0xd6, 0xd7, 0xe6, 0xe7, 0xf0, 0xf7, 0xff -> 0x6b;
            default -> opcode;
        };
    }

    private void rare(boolean isMmx) {
        int prefix = isMmx ? NP : P66;
        switch (random.nextInt(12)) {
            case 0 -> register(prefix, 0xd7);
            case 1 -> register(random.nextInt(2) == 0 ? NP : P66, 0x50);
            case 2 -> register(isMmx ? PF3 : PF2, 0xd6);
            case 3 -> register(prefix, 0x6e);
            case 4 -> register(prefix, 0x7e);
            case 5 -> any(anyPrefix(), 0x10);
            case 6 -> any(anyPrefix(), 0x11);
            case 7 -> {
                register(prefix, 0xc4);
                code.emit(random.nextInt(256));
            }
            case 8 -> {
                register(prefix, 0xc5);
                code.emit(random.nextInt(256));
            }
            case 9 -> register(NP, random.nextInt(2) == 0 ? 0x12 : 0x16);
            case 10 -> register(anyPrefix(), 0x2a + new int[] {0, 2, 3}[random.nextInt(3)]);
            default -> {
                any(random.nextInt(2) == 0 ? NP : P66, 0xc6);
                code.emit(random.nextInt(256));
            }
        }
    }
}
