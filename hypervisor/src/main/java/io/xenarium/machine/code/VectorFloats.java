package io.xenarium.machine.code;

import io.xenarium.machine.cpu.Fault;

/// Floating-point instructions of SSE, SSE2 and SSE4.1, on vectors and on their lowest element;
/// those that add neighbours are in [VectorSums].
///
/// Flags gather over all elements; only then an unmasked one raises #XM, and nothing is stored.
final class VectorFloats {
    private static final long LOW_32 = 0xffffffffL;
    private static final long CR4_OSXMMEXCPT = 1 << 10;
    private static final int BEFORE = Extended.INVALID | Extended.DENORMAL | Extended.ZERO_DIVIDE;

    private final Core core;
    private final Vectors vectors;
    private final SseDouble wide = new SseDouble();
    private final SseSingle narrow = new SseSingle();
    private final VectorSums sums;

    VectorFloats(Core core, Vectors vectors) {
        this.core = core;
        this.vectors = vectors;
        sums = new VectorSums(vectors, this, wide, narrow);
    }

    /// Executes `s`, or returns false if it is none of ours.
    boolean execute(Step s) {
        wide.begin(core.registers.mxcsr);
        narrow.begin(core.registers.mxcsr);
        switch (s.op) {
            case ADDPS, SUBPS, MULPS, DIVPS, MINPS, MAXPS, SQRTPS, CMPPS, RCPPS, RSQRTPS, ROUNDPS ->
                    singles(s, true);
            case ADDSS, SUBSS, MULSS, DIVSS, MINSS, MAXSS, SQRTSS, CMPSS, RCPSS, RSQRTSS, ROUNDSS ->
                    singles(s, false);
            case ADDPD, SUBPD, MULPD, DIVPD, MINPD, MAXPD, SQRTPD, CMPPD, ROUNDPD ->
                    doubles(s, true);
            case ADDSD, SUBSD, MULSD, DIVSD, MINSD, MAXSD, SQRTSD, CMPSD, ROUNDSD ->
                    doubles(s, false);
            case COMISS, UCOMISS, COMISD, UCOMISD -> order(s);
            default -> {
                return sums.execute(s) || convert(s);
            }
        }
        return true;
    }

    /// Adds the flags to MXCSR, and raises #XM where one of them is unmasked.
    void settle() {
        int flags = wide.flags | narrow.flags;
        int unmasked = ~(core.registers.mxcsr >> 7) & 0x3f;
        // One that is met before there is a result keeps the others from being computed.
        flags &= (flags & unmasked & BEFORE) != 0 ? BEFORE : 0x3f;
        core.registers.mxcsr |= flags;
        if ((flags & unmasked) != 0) {
            boolean isServed = (core.registers.cr4 & CR4_OSXMMEXCPT) != 0;
            throw core.fault.of(isServed ? Fault.XM : Fault.UD);
        }
    }

    // ---- arithmetic ----

    private void singles(Step s, boolean all) {
        vectors.readSecond(s);
        long lowB = vectors.low;
        long highB = vectors.high;
        vectors.readFirst(s);
        long low = vectors.low;
        long high = vectors.high;
        long newLow = single(s, (int) low, (int) lowB) & LOW_32;
        if (all) {
            newLow |= (long) single(s, (int) (low >>> 32), (int) (lowB >>> 32)) << 32;
            long newHigh = single(s, (int) high, (int) highB) & LOW_32;
            high = newHigh | (long) single(s, (int) (high >>> 32), (int) (highB >>> 32)) << 32;
        } else {
            newLow |= low & ~LOW_32;
        }
        settle();
        vectors.write(s, newLow, high);
    }

    private int single(Step s, int a, int b) {
        return switch (s.op) {
            case ADDPS, ADDSS -> narrow.arithmetic(SseFloat.Arithmetic.ADD, a, b);
            case SUBPS, SUBSS -> narrow.arithmetic(SseFloat.Arithmetic.SUB, a, b);
            case MULPS, MULSS -> narrow.arithmetic(SseFloat.Arithmetic.MUL, a, b);
            case DIVPS, DIVSS -> narrow.arithmetic(SseFloat.Arithmetic.DIV, a, b);
            case MINPS, MINSS -> narrow.pick(a, b, false);
            case MAXPS, MAXSS -> narrow.pick(a, b, true);
            case SQRTPS, SQRTSS -> narrow.squareRoot(b);
            case ROUNDPS, ROUNDSS -> narrow.toWhole(b, (int) s.immediate);
            case RCPPS, RCPSS -> Estimates.reciprocal(b);
            case RSQRTPS, RSQRTSS -> Estimates.reciprocalRoot(b);
            default -> holds(narrow.compare(a, b, signals(s)), s) ? -1 : 0;
        };
    }

    private void doubles(Step s, boolean all) {
        vectors.readSecond(s);
        long lowB = vectors.low;
        long highB = vectors.high;
        vectors.readFirst(s);
        long high = vectors.high;
        long low = oneDouble(s, vectors.low, lowB);
        if (all) {
            high = oneDouble(s, high, highB);
        }
        settle();
        vectors.write(s, low, high);
    }

    private long oneDouble(Step s, long a, long b) {
        return switch (s.op) {
            case ADDPD, ADDSD -> wide.arithmetic(SseFloat.Arithmetic.ADD, a, b);
            case SUBPD, SUBSD -> wide.arithmetic(SseFloat.Arithmetic.SUB, a, b);
            case MULPD, MULSD -> wide.arithmetic(SseFloat.Arithmetic.MUL, a, b);
            case DIVPD, DIVSD -> wide.arithmetic(SseFloat.Arithmetic.DIV, a, b);
            case MINPD, MINSD -> wide.pick(a, b, false);
            case MAXPD, MAXSD -> wide.pick(a, b, true);
            case SQRTPD, SQRTSD -> wide.squareRoot(b);
            case ROUNDPD, ROUNDSD -> wide.toWhole(b, (int) s.immediate);
            default -> holds(wide.compare(a, b, signals(s)), s) ? -1 : 0;
        };
    }

    /// Whether the predicate of a CMPPS and its kin takes any NaN for invalid.
    private static boolean signals(Step s) {
        int predicate = (int) s.immediate & 3;
        return predicate == 1 || predicate == 2;
    }

    private static boolean holds(Extended.Order order, Step s) {
        boolean direct =
                switch ((int) s.immediate & 3) {
                    case 0 -> order == Extended.Order.EQUAL;
                    case 1 -> order == Extended.Order.LESS;
                    case 2 -> order == Extended.Order.LESS || order == Extended.Order.EQUAL;
                    default -> order == Extended.Order.UNORDERED;
                };
        return direct != ((s.immediate & 4) != 0);
    }

    private void order(Step s) {
        vectors.readSecond(s);
        long b = vectors.low;
        vectors.readFirst(s);
        long a = vectors.low;
        Extended.Order order =
                switch (s.op) {
                    case COMISS -> narrow.compare((int) a, (int) b, true);
                    case UCOMISS -> narrow.compare((int) a, (int) b, false);
                    case COMISD -> wide.compare(a, b, true);
                    default -> wide.compare(a, b, false);
                };
        settle();
        core.flags.compared(order);
    }

    // ---- conversions ----

    private boolean convert(Step s) {
        switch (s.op) {
            case CVTSI2SS, CVTSI2SD -> fromGeneral(s);
            case CVTSS2SI, CVTTSS2SI, CVTSD2SI, CVTTSD2SI -> toGeneral(s);
            case CVTSS2SD, CVTSD2SS, CVTPS2PD, CVTPD2PS -> betweenWidths(s);
            case CVTDQ2PS, CVTDQ2PD, CVTPI2PD, CVTPI2PS -> fromIntegers(s);
            case CVTPS2DQ, CVTPS2PI -> singlesToIntegers(s, false);
            case CVTTPS2DQ, CVTTPS2PI -> singlesToIntegers(s, true);
            case CVTPD2DQ, CVTPD2PI, CVTTPD2DQ, CVTTPD2PI -> doublesToIntegers(s);
            default -> {
                return false;
            }
        }
        return true;
    }

    private void betweenWidths(Step s) {
        vectors.readSecond(s);
        long low = vectors.low;
        switch (s.op) {
            case CVTSS2SD -> scalar(s, narrow.toDouble((int) low), -1);
            case CVTSD2SS -> scalar(s, wide.toFloat(low) & LOW_32, LOW_32);
            case CVTPS2PD -> {
                long first = narrow.toDouble((int) low);
                store(s, first, narrow.toDouble((int) (low >>> 32)));
            }
            default -> {
                long first = wide.toFloat(low) & LOW_32;
                store(s, first | (long) wide.toFloat(vectors.high) << 32, 0);
            }
        }
    }

    private void fromIntegers(Step s) {
        vectors.readSecond(s);
        vectors.usedMmx(s);
        long low = vectors.low;
        switch (s.op) {
            case CVTDQ2PS -> store(s, floats(low), floats(vectors.high));
            case CVTPI2PS -> scalar(s, floats(low), -1);
            default -> store(s, wide.fromLong((int) low), wide.fromLong((int) (low >> 32)));
        }
    }

    /// To four integers in an XMM register, or two in an MMX register; that counts as used even
    /// where an exception follows, as on AMD's Zen.
    private void singlesToIntegers(Step s, boolean chops) {
        vectors.readSecond(s);
        vectors.usedMmx(s);
        long low = wholes(vectors.low, chops);
        store(s, low, s.kind0 == Step.XMM ? wholes(vectors.high, chops) : 0);
    }

    private void doublesToIntegers(Step s) {
        boolean chops = s.op == Op.CVTTPD2DQ || s.op == Op.CVTTPD2PI;
        vectors.readSecond(s);
        vectors.usedMmx(s);
        long low = wide.toLong(vectors.low, 32, chops) & LOW_32;
        store(s, low | wide.toLong(vectors.high, 32, chops) << 32, 0);
    }

    private void store(Step s, long low, long high) {
        settle();
        vectors.write(s, low, high);
    }

    /// Puts a result into the lowest element and keeps the others.
    private void scalar(Step s, long value, long mask) {
        settle();
        vectors.readFirst(s);
        vectors.write(s, vectors.low & ~mask | value, vectors.high);
    }

    private void fromGeneral(Step s) {
        vectors.readSecond(s);
        boolean isLong = s.kind1 == Step.MEMORY ? s.memoryBytes == 8 : s.kind1 == Step.R64;
        long value = isLong ? vectors.low : (int) vectors.low;
        if (s.op == Op.CVTSI2SD) {
            scalar(s, wide.fromLong(value), -1);
        } else {
            scalar(s, narrow.floatFromLong(value) & LOW_32, LOW_32);
        }
    }

    private void toGeneral(Step s) {
        vectors.readSecond(s);
        int bits = s.kind0 == Step.R64 ? 64 : 32;
        boolean chops = s.op == Op.CVTTSS2SI || s.op == Op.CVTTSD2SI;
        boolean isSingle = s.op == Op.CVTSS2SI || s.op == Op.CVTTSS2SI;
        long whole =
                isSingle
                        ? narrow.toLong((int) vectors.low, bits, chops)
                        : wide.toLong(vectors.low, bits, chops);
        settle();
        core.setRegister(s.kind0, s.number0, whole);
    }

    private long floats(long half) {
        long low = narrow.floatFromLong((int) half) & LOW_32;
        return low | (long) narrow.floatFromLong((int) (half >> 32)) << 32;
    }

    private long wholes(long half, boolean chops) {
        long low = narrow.toLong((int) half, 32, chops) & LOW_32;
        return low | narrow.toLong((int) (half >>> 32), 32, chops) << 32;
    }
}
