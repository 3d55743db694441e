package io.xenarium.machine.code;

import io.xenarium.machine.cpu.Registers;

/// Shifts and rotates (Intel SDM vol. 2, SAL/SAR/SHL/SHR, RCL/RCR/ROL/ROR, SHLD, SHRD). The count
/// is taken modulo 32, or 64 for 64-bit operands; a count of 0 changes no flag.
///
/// OF is defined for a count of 1 only; for others we go on with the same rule on the last bit
/// moved. AF is undefined after shifts: we set it. Both is what AMD's Zen does.
final class ShiftOps {
    private final Core core;
    private final Flags flags;

    ShiftOps(Core core) {
        this.core = core;
        this.flags = core.flags;
    }

    /// Executes `s`, or returns false if it is none of ours.
    boolean execute(Step s) {
        switch (s.op) {
            case SHL -> shiftLeft(s);
            case SHR -> shiftRight(s);
            case SAR -> shiftArithmetically(s);
            case ROL -> rotateLeft(s);
            case ROR -> rotateRight(s);
            case RCL -> rotateLeftThroughCarry(s);
            case RCR -> rotateRightThroughCarry(s);
            case SHLD -> shiftLeftDouble(s);
            case SHRD -> shiftRightDouble(s);
            default -> {
                return false;
            }
        }
        return true;
    }

    private static int limit(Step s) {
        return s.bytes == 8 ? 63 : 31;
    }

    private int count(Step s) {
        return (int) core.source(s) & limit(s);
    }

    private void shiftLeft(Step s) {
        int count = count(s);
        long place = core.open(s);
        long a = core.opened(s, place);
        long r = a << count;
        core.close(s, place, r);
        if (count != 0) {
            int bits = 8 * s.bytes;
            boolean carry = count <= bits && (a >>> bits - count & 1) != 0;
            flags.computed(r, s.shift, carry, carry != isTopSet(r, s), true);
        }
    }

    private void shiftRight(Step s) {
        int count = count(s);
        long place = core.open(s);
        long a = core.opened(s, place) & s.mask;
        long r = a >>> count;
        core.close(s, place, r);
        if (count != 0) {
            boolean carry = (a >>> count - 1 & 1) != 0;
            flags.computed(r, s.shift, carry, (r << s.shift << 1 ^ r << s.shift) < 0, true);
        }
    }

    private void shiftArithmetically(Step s) {
        int count = count(s);
        long place = core.open(s);
        long a = core.opened(s, place) << s.shift >> s.shift;
        long r = a >> count;
        core.close(s, place, r);
        if (count != 0) {
            flags.computed(r, s.shift, (a >> count - 1 & 1) != 0, false, true);
        }
    }

    private void rotateLeft(Step s) {
        int count = count(s);
        long place = core.open(s);
        long a = core.opened(s, place) & s.mask;
        int bits = 8 * s.bytes;
        int turn = count & bits - 1;
        long r = turn == 0 ? a : a << turn | a >>> bits - turn;
        core.close(s, place, r);
        if (count != 0) {
            boolean carry = (r & 1) != 0;
            flags.setCarryAndOverflow(carry, carry != isTopSet(r, s));
        }
    }

    private void rotateRight(Step s) {
        int count = count(s);
        long place = core.open(s);
        long a = core.opened(s, place) & s.mask;
        int bits = 8 * s.bytes;
        int turn = count & bits - 1;
        long r = turn == 0 ? a : a >>> turn | a << bits - turn;
        core.close(s, place, r);
        if (count != 0) {
            boolean top = isTopSet(r, s);
            flags.setCarryAndOverflow(top, top != isTopSet(r << 1, s));
        }
    }

    private void rotateLeftThroughCarry(Step s) {
        int bits = 8 * s.bytes;
        int count = count(s);
        int turns = count % (bits + 1);
        long place = core.open(s);
        long a = core.opened(s, place) & s.mask;
        boolean carry = flags.carry();
        long r = a;
        for (int i = 0; i < turns; i++) {
            boolean out = isTopSet(r, s);
            r = r << 1 | (carry ? 1 : 0);
            carry = out;
        }
        core.close(s, place, r);
        if (count != 0) {
            flags.setCarryAndOverflow(carry, carry != isTopSet(r, s));
        }
    }

    private void rotateRightThroughCarry(Step s) {
        int bits = 8 * s.bytes;
        int count = count(s);
        int turns = count % (bits + 1);
        long place = core.open(s);
        long r = core.opened(s, place) & s.mask;
        boolean carry = flags.carry();
        for (int i = 0; i < turns; i++) {
            boolean out = (r & 1) != 0;
            r = r >>> 1 | (carry ? 1L << bits - 1 : 0);
            carry = out;
        }
        core.close(s, place, r);
        if (count != 0) {
            flags.setCarryAndOverflow(carry, isTopSet(r, s) != isTopSet(r << 1, s));
        }
    }

    private int doubleCount(Step s) {
        long count = s.kind2 == Step.IMMEDIATE ? s.immediate : core.gpr[Registers.RCX];
        return (int) count & limit(s);
    }

    /// Of 16-bit operands a count above 16 is undefined: the source goes round, CF and OF are 0.
    private void shiftLeftDouble(Step s) {
        int count = doubleCount(s);
        long place = core.open(s);
        long a = core.opened(s, place) & s.mask;
        long b = core.source(s) & s.mask;
        int bits = 8 * s.bytes;
        long r = a;
        if (count != 0) {
            r =
                    bits == 16
                            ? (a << 32 | b << 16 | b) << count >>> 32
                            : a << count | b >>> bits - count;
        }
        core.close(s, place, r);
        if (count != 0) {
            boolean carry = count <= bits && (a >>> bits - count & 1) != 0;
            boolean overflow = carry != (count < bits && isTopSet(r, s));
            flags.computed(r, s.shift, carry, overflow, true);
        }
    }

    private void shiftRightDouble(Step s) {
        int count = doubleCount(s);
        long place = core.open(s);
        long a = core.opened(s, place) & s.mask;
        long b = core.source(s) & s.mask;
        int bits = 8 * s.bytes;
        long r = a;
        if (count != 0) {
            r = bits == 16 ? (b << 32 | b << 16 | a) >>> count : a >>> count | b << bits - count;
        }
        core.close(s, place, r);
        if (count != 0) {
            boolean carry = (a >>> count - 1 & 1) != 0;
            boolean overflow = isTopSet(r, s) != isTopSet(r << 1, s);
            flags.computed(r, s.shift, carry, overflow, true);
        }
    }

    private static boolean isTopSet(long value, Step s) {
        return value << s.shift < 0;
    }
}
