package io.xenarium.machine.code;

import io.xenarium.machine.cpu.Fault;
import io.xenarium.machine.cpu.Registers;

/// Multiplication and division (Intel SDM vol. 2, MUL, IMUL, DIV, IDIV). A quotient that does not
/// fit, or a divisor of 0, is #DE and changes nothing.
///
/// Undefined flags are as on AMD's Zen: multiplication leaves SF, ZF, AF and PF as they were,
/// division sets AF, clears SF, ZF and PF, and leaves CF and OF.
final class MultiplyOps {
    private final Core core;
    private final Flags flags;

    MultiplyOps(Core core) {
        this.core = core;
        this.flags = core.flags;
    }

    /// Executes `s`, or returns false if it is none of ours.
    boolean execute(Step s) {
        switch (s.op) {
            case MUL -> multiply(s);
            case IMUL -> multiplySigned(s);
            case DIV -> {
                divide(s);
                setDivisionFlags();
            }
            case IDIV -> {
                divideSigned(s);
                setDivisionFlags();
            }
            default -> {
                return false;
            }
        }
        return true;
    }

    private void multiply(Step s) {
        long a = core.gpr[Registers.RAX] & s.mask;
        long b = core.destination(s) & s.mask;
        long low = a * b;
        long high = s.bytes == 8 ? Math.unsignedMultiplyHigh(a, b) : low >>> 8 * s.bytes;
        setWide(s, low, high);
        boolean isWide = (high & s.mask) != 0;
        flags.setCarryAndOverflow(isWide, isWide);
    }

    private void multiplySigned(Step s) {
        if (s.operandCount == 1) {
            long a = core.gpr[Registers.RAX] << s.shift >> s.shift;
            long b = core.destination(s) << s.shift >> s.shift;
            long low = a * b;
            long high = s.bytes == 8 ? Math.multiplyHigh(a, b) : low >> 8 * s.bytes;
            setWide(s, low, high);
            boolean isWide = isTooWide(low, a, b, s);
            flags.setCarryAndOverflow(isWide, isWide);
            return;
        }
        boolean isTwo = s.operandCount == 2;
        long a = (isTwo ? core.destination(s) : core.source(s)) << s.shift >> s.shift;
        long b = (isTwo ? core.source(s) : s.immediate) << s.shift >> s.shift;
        long r = a * b;
        core.setDestination(s, r);
        boolean isWide = isTooWide(r, a, b, s);
        flags.setCarryAndOverflow(isWide, isWide);
    }

    private static boolean isTooWide(long low, long a, long b, Step s) {
        return s.bytes == 8
                ? Math.multiplyHigh(a, b) != low >> 63
                : low << s.shift >> s.shift != low;
    }

    private void setDivisionFlags() {
        int cleared = Flags.SF | Flags.ZF | Flags.PF;
        flags.set(flags.get() & ~cleared | Flags.AF);
    }

    /// Stores a product, or a remainder and a quotient: ax for bytes, else rdx:rax.
    private void setWide(Step s, long low, long high) {
        if (s.bytes == 1) {
            core.setRegister(Step.R16, Registers.RAX, (high & 0xff) << 8 | low & 0xff);
        } else {
            core.setGpr(Registers.RAX, s.bytes, low);
            core.setGpr(Registers.RDX, s.bytes, high);
        }
    }

    private void divide(Step s) {
        long divisor = core.destination(s) & s.mask;
        long high = upper(s);
        if (Long.compareUnsigned(high, divisor) >= 0) {
            throw core.fault.of(Fault.DE);
        }
        long low = core.gpr[Registers.RAX] & s.mask;
        if (s.bytes == 8) {
            long quotient = quotient(high, low, divisor);
            setWide(s, quotient, low - quotient * divisor);
        } else {
            long dividend = high << 8 * s.bytes | low;
            setWide(
                    s,
                    Long.divideUnsigned(dividend, divisor),
                    Long.remainderUnsigned(dividend, divisor));
        }
    }

    /// The dividend's upper half, zero-extended.
    private long upper(Step s) {
        return s.bytes == 1
                ? core.gpr[Registers.RAX] >>> 8 & 0xff
                : core.gpr[Registers.RDX] & s.mask;
    }

    private void divideSigned(Step s) {
        long divisor = core.destination(s) << s.shift >> s.shift;
        if (divisor == 0) {
            throw core.fault.of(Fault.DE);
        }
        if (s.bytes == 8) {
            divideSigned128(s, divisor);
            return;
        }
        int bits = 8 * s.bytes;
        long both = upper(s) << bits | core.gpr[Registers.RAX] & s.mask;
        long dividend = both << 64 - 2 * bits >> 64 - 2 * bits;
        boolean isLost = dividend == Long.MIN_VALUE && divisor == -1;
        long quotient = isLost ? Long.MIN_VALUE : dividend / divisor;
        if (isLost || quotient << s.shift >> s.shift != quotient) {
            throw core.fault.of(Fault.DE);
        }
        setWide(s, quotient, dividend - quotient * divisor);
    }

    /// Divides rdx:rax by way of the magnitudes.
    private void divideSigned128(Step s, long divisor) {
        long low = core.gpr[Registers.RAX];
        long high = core.gpr[Registers.RDX];
        boolean isNegative = high < 0;
        if (isNegative) {
            low = -low;
            high = ~high + (low == 0 ? 1 : 0);
        }
        long by = Math.abs(divisor);
        if (Long.compareUnsigned(high, by) >= 0) {
            throw core.fault.of(Fault.DE);
        }
        long quotient = quotient(high, low, by);
        long remainder = low - quotient * by;
        boolean flips = isNegative != divisor < 0;
        long signed = flips ? -quotient : quotient;
        if (signed != 0 && signed < 0 != flips) {
            throw core.fault.of(Fault.DE);
        }
        setWide(s, signed, isNegative ? -remainder : remainder);
    }

    /// The quotient of the unsigned 128-bit number `high:low` by `divisor`, where `high` is the
    /// smaller: schoolbook division with digits of 32 bits (Knuth, TAOCP vol. 2, 4.3.1, D).
    static long quotient(long high, long low, long divisor) {
        if (high == 0) {
            return Long.divideUnsigned(low, divisor);
        }
        int shift = Long.numberOfLeadingZeros(divisor);
        long by = divisor << shift;
        long upper = shift == 0 ? high : high << shift | low >>> 64 - shift;
        long lower = low << shift;
        long first = digit(upper, lower >>> 32, by);
        long rest = (upper << 32 | lower >>> 32) - first * by;
        long second = digit(rest, lower & 0xffff_ffffL, by);
        return first << 32 | second;
    }

    /// One 32-bit digit of `(upper · 2^32 + next) / by`, where `by` has its top bit set: estimated
    /// by its upper half, then at most twice corrected.
    private static long digit(long upper, long next, long by) {
        long byHigh = by >>> 32;
        long byLow = by & 0xffff_ffffL;
        long digit = Long.divideUnsigned(upper, byHigh);
        long rest = upper - digit * byHigh;
        while (digit >>> 32 != 0 || Long.compareUnsigned(digit * byLow, rest << 32 | next) > 0) {
            digit--;
            rest += byHigh;
            if (rest >>> 32 != 0) {
                break;
            }
        }
        return digit;
    }
}
