package io.xenarium.machine.code;

import io.xenarium.machine.cpu.Registers;

/// The registers that a [SiliconCase] starts from.
///
/// General registers hold a pointer into the data, a small number, an edge or anything; the stack
/// pointer always points into the data. The x87 and SSE units are in any state that they can be in,
/// except that exceptions of the x87 are pending in none.
///
/// @param isLong whether for 64-bit code
record SiliconState(boolean isLong, long seed) {
    private static final long[] EDGES = {
        0,
        1,
        -1,
        0x7f,
        0x80,
        0xff,
        0x7fff,
        0x8000,
        0xffff,
        0x7fff_ffffL,
        0x8000_0000L,
        0xffff_ffffL,
        Long.MAX_VALUE,
        Long.MIN_VALUE,
        0x1_0000_0000L,
        -128
    };

    private long dice(int index) {
        return SiliconMemory.mixed(~seed, index);
    }

    /// A general register.
    long gpr(int number) {
        long all = wideGpr(number);
        return isLong ? all : number < 8 ? all & 0xffff_ffffL : 0;
    }

    private long wideGpr(int number) {
        long value = dice(2 * number + 1);
        int kind = (int) (dice(2 * number) & 15);
        if (number == Registers.RSP || kind < 6) {
            return SiliconMemory.DATA + 0x400 + (value >>> 1) % 0x1800;
        }
        if (kind < 9) {
            return (value >>> 1) % 70;
        }
        return kind < 12 ? EDGES[(int) (value & 15)] : value;
    }

    long flags() {
        long value = dice(40);
        long direction = (value >>> 32 & 7) == 0 ? Flags.DF : 0;
        long alignment = (value >>> 35 & 7) == 0 ? Flags.AC : 0;
        return value & Flags.ARITHMETIC | direction | alignment | Flags.IF | Flags.ONE;
    }

    /// The x87 control word: often the usual one, sometimes one that lets exceptions through.
    int fcw() {
        long value = dice(41);
        if ((value & 1) == 0) {
            return 0x37f;
        }
        int masks = (value & 0xe) == 0 ? (int) (value >>> 4) & 0x3f : 0x3f;
        int precision = new int[] {0, 2, 3, 3}[(int) (value >>> 12) & 3];
        return 0x40 | masks | precision << 8 | (int) (value >>> 10 & 3) << 10;
    }

    /// Whether an exception of the x87 may become pending.
    boolean trapsX87() {
        return (fcw() & 0x3f) != 0x3f;
    }

    int fsw() {
        long value = dice(42);
        int flags = trapsX87() || (value & 3) != 0 ? 0 : (int) (value >>> 8) & 0x7f;
        return (int) (value >>> 16) & 0x7f00 | flags;
    }

    /// Which x87 registers are in use.
    int ftw() {
        long value = dice(43);
        return switch ((int) value & 3) {
            case 0 -> 0;
            case 1 -> 0xff;
            default -> (int) (value >>> 8) & 0xff;
        };
    }

    int mxcsr() {
        long value = dice(44);
        if ((value & 1) == 0) {
            return 0x1f80;
        }
        int masks = (value & 0xe) == 0 ? (int) (value >>> 4) & 0x3f : 0x3f;
        int flags = (value & 0x10) == 0 ? 0x3f : (int) (value >>> 12) & 0x3f;
        int denormals = ((value & 0x60) == 0 ? 0x8000 : 0) | ((value & 0x180) == 0 ? 0x40 : 0);
        return masks << 7 | flags | denormals | (int) (value >>> 20 & 3) << 13;
    }

    /// A half of an XMM register, by number and half. One in four registers is like its
    /// predecessor, so that comparisons find something.
    long xmm(int index) {
        int number = index >> 1;
        boolean isCopy = number > 0 && (dice(60 + number) & 3) == 0;
        return isCopy ? xmm(index - 2) : SiliconMemory.word(dice(80 + index));
    }

    /// The significand of an x87 register, by its place in FXSAVE's image.
    long significand(int index) {
        long value = dice(130 + index);
        return switch (kind(index)) {
            case 0, 1 -> value | Long.MIN_VALUE;
            case 2 -> Long.MIN_VALUE | value >>> 60 << 59;
            case 3 -> SiliconMemory.EDGES[(int) value & 31];
            case 4 -> SiliconMemory.word(value);
            default -> value;
        };
    }

    /// Sign and exponent of an x87 register.
    int head(int index) {
        long value = dice(140 + index);
        int sign = (int) (value >>> 40) & 0x8000;
        return switch (kind(index)) {
            case 0 -> sign | 16383 - 8 + (int) (value & 15);
            case 1, 2 -> sign | 16383 - 80 + (int) (value >>> 1) % 80;
            case 3 ->
                    new int[] {0, 0x8000, 0x7fff, 0xffff, 1, 0x7ffe, 16383, 16446}[(int) value & 7];
            case 4 -> 0xffff;
            default -> (int) value & 0xffff;
        };
    }

    private int kind(int index) {
        return (int) (dice(150 + index) & 7);
    }

    /// A word of FXSAVE's image, up to the last that the processor defines.
    long unit(int index) {
        int place = index - 4;
        return switch (index) {
            case 0 -> fcw() | (long) fsw() << 16 | (long) ftw() << 32;
            case 1, 2 -> 0;
            case 3 -> mxcsr();
            default ->
                    place >= 16
                            ? isLong || place < 32 ? xmm(place - 16) : 0
                            : (place & 1) == 0 ? significand(place >> 1) : head(place >> 1);
        };
    }
}
