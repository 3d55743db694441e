package io.xenarium.lab01.check;

import io.xenarium.machine.Dice;
import io.xenarium.machine.cpu.Registers;

import java.io.ByteArrayOutputStream;

/// Random instructions, most of them of those that the part knows, and registers to start with. A
/// tame stream mostly stays where memory is; a wild one does not, and has bytes that are no
/// instruction.
final class Stream {
    private static final int[] POINTERS = {3, 5, 6, 7, 12, 13};
    private static final int[] GROUPS = {0x81, 0x83, 0xc7, 0xff};
    private static final int RSP = 4;

    private final Dice dice;
    private final boolean isWild;
    private final ByteArrayOutputStream code = new ByteArrayOutputStream();

    Stream(long seed, boolean isWild) {
        dice = new Dice(seed);
        this.isWild = isWild;
    }

    /// `count` instructions.
    byte[] code(int count) {
        code.reset();
        for (int i = 0; i < count; i++) {
            append();
        }
        return code.toByteArray();
    }

    /// Gives registers values: some lead into the data pages.
    void fill(Registers registers) {
        for (int i = 0; i < registers.gpr.length; i++) {
            registers.gpr[i] = value();
        }
        for (int pointer : POINTERS) {
            registers.gpr[pointer] = place();
        }
        registers.gpr[RSP] = isWild ? place() : Twin.DATA + 2048;
        registers.rflags = 0x202 | dice.next() & 0x8d5;
    }

    private long value() {
        return switch (dice.below(6)) {
            case 0 -> dice.below(64);
            case 1 -> -1L - dice.below(4);
            case 2 -> 0x8000_0000L - dice.below(2);
            case 3 -> Long.MIN_VALUE - dice.below(2);
            case 4 -> dice.next() & 0xffff_ffffL;
            default -> dice.next();
        };
    }

    private long place() {
        if (!isWild || dice.below(3) > 0) {
            return Twin.DATA + 512 + dice.below(3000);
        }
        return switch (dice.below(4)) {
            case 0 -> Twin.READ_ONLY - dice.below(9);
            case 1 -> Twin.READ_ONLY + dice.below(4096);
            case 2 -> Twin.ABSENT - dice.below(9);
            default -> Twin.NOT_CANONICAL - dice.below(9);
        };
    }

    private void append() {
        if (isWild && dice.below(16) == 0) {
            for (int i = dice.below(8); i >= 0; i--) {
                put(dice.below(256));
            }
            return;
        }
        for (int i = dice.below(8); i < 1; i++) {
            put(0x66);
        }
        boolean hasRex = dice.below(3) > 0;
        if (hasRex) {
            put(0x40 | dice.below(16));
        }
        switch (dice.below(12)) {
            case 0, 1, 2, 3 -> withModrm(dice.below(8) << 3 | (dice.below(2) == 0 ? 1 : 3));
            case 4, 5 -> group(GROUPS[dice.below(GROUPS.length)]);
            case 6 -> withModrm(0x85);
            case 7 -> withModrm(dice.below(2) == 0 ? 0x89 : 0x8b);
            case 8 -> withModrm(0x8d);
            case 9 -> put((dice.below(2) == 0 ? 0x50 : 0x58) + dice.below(8));
            case 10 -> jump();
            default -> moveConstant();
        }
    }

    private void withModrm(int opcode) {
        put(opcode);
        modrm(dice.below(8));
    }

    /// Constants are of four bytes, whatever the size: the rest of them is decoded as something.
    private void group(int opcode) {
        put(opcode);
        modrm(opcode == 0xff ? dice.below(2) : opcode == 0xc7 ? 0 : dice.below(8));
        constant(opcode == 0xff ? 0 : opcode == 0x83 ? 1 : 4);
    }

    private void modrm(int number) {
        int mod = dice.below(2) == 0 ? 3 : dice.below(3);
        int low = mod == 3 ? dice.below(8) : POINTERS[dice.below(4)];
        boolean hasSib = mod != 3 && dice.below(3) == 0;
        put(mod << 6 | number << 3 | (hasSib ? 4 : low));
        if (hasSib) {
            put(dice.below(4) << 6 | (dice.below(2) == 0 ? 4 : dice.below(8)) << 3 | low);
        }
        boolean isNear = mod == 0 && low == 5;
        if (isNear) {
            word(hasSib ? Twin.DATA + dice.below(4096) : Twin.DATA - Twin.CODE + dice.below(3000));
        } else if (mod == 1) {
            put(dice.below(256));
        } else if (mod == 2) {
            word(dice.below(1024) - 512);
        }
    }

    private void jump() {
        int distance = dice.below(isWild ? 12 : 6);
        switch (dice.below(4)) {
            case 0 -> {
                put(0xeb);
                put(distance);
            }
            case 1 -> {
                put(0x0f);
                put(0x80 | dice.below(16));
                word(distance);
            }
            default -> {
                put(0x70 | dice.below(16));
                put(distance);
            }
        }
    }

    private void moveConstant() {
        put(0xb8 | dice.below(8));
        constant(4);
        if (dice.below(2) == 0) {
            constant(4);
        }
    }

    private void constant(int bytes) {
        long value = value();
        for (int i = 0; i < bytes; i++) {
            put((int) (value >>> 8 * i));
        }
    }

    private void word(long value) {
        for (int i = 0; i < 4; i++) {
            put((int) (value >>> 8 * i));
        }
    }

    private void put(int each) {
        code.write(each);
    }
}
