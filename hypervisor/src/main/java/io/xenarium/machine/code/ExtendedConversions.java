package io.xenarium.machine.code;

/// Between double-extended numbers and the others: whole numbers, single and double precision.
sealed class ExtendedConversions extends Rounding permits Extended {
    /// The whole number `value`, exactly.
    void fromLong(long value) {
        if (value == 0) {
            set(0, 0);
            return;
        }
        long magnitude = Math.abs(value);
        int shift = Long.numberOfLeadingZeros(magnitude);
        set((value < 0 ? 0x8000 : 0) | BIAS + 63 - shift, magnitude << shift);
    }

    /// A single-precision number, exactly; a signalling NaN stays one.
    void fromFloat(int bits) {
        widen(bits >>> 31, bits >>> 23 & 0xff, (bits & 0x7fffffL) << 40, 127, 0xff);
    }

    /// A double-precision number, exactly; a signalling NaN stays one.
    void fromDouble(long bits) {
        widen(
                (int) (bits >>> 63),
                (int) (bits >>> 52) & 0x7ff,
                (bits & 0xfffffffffffffL) << 11,
                1023,
                0x7ff);
    }

    /// Makes a signalling NaN quiet and notes it, as loads do.
    void quiet() {
        if (isSignallingNaN(head, significand)) {
            flags |= INVALID;
            significand |= QUIET_BIT;
        }
    }

    /// The nearest whole number that fits `bits` bits (16, 32 or 64) in the current direction. What
    /// does not fit is invalid and gives the most negative number.
    long toLong(int headA, long sigA, int bits) {
        long indefinite = -1L << bits - 1;
        int exponent = exponent(headA);
        if (isUnsupported(headA, sigA) || exponent >= BIAS + 64) {
            flags |= INVALID;
            return indefinite;
        }
        int drop = BIAS + 63 - scaleOf(headA);
        long whole = drop > 63 ? 0 : sigA >>> drop;
        long rest =
                drop == 0
                        ? 0
                        : drop > 64 ? (sigA != 0 ? 1 : 0) : drop == 64 ? sigA : sigA << 64 - drop;
        boolean negative = isNegative(headA);
        boolean up = roundsUp(negative, (whole & 1) != 0, rest);
        long magnitude = whole + (up ? 1 : 0);
        boolean wrapped = up && magnitude == 0;
        long limit = (1L << bits - 1) - (negative ? 0 : 1);
        if (wrapped || Long.compareUnsigned(magnitude, limit) > 0) {
            flags |= INVALID;
            return indefinite;
        }
        if (rest != 0) {
            flags |= PRECISION;
            roundedUp = up;
        }
        return negative ? -magnitude : magnitude;
    }

    /// The bits of the nearest single-precision number.
    int toFloat(int headA, long sigA) {
        return (int) narrow(headA, sigA, 23, 8);
    }

    /// The bits of the nearest double-precision number.
    long toDouble(int headA, long sigA) {
        return narrow(headA, sigA, 52, 11);
    }

    private void widen(int sign, int exponent, long fraction, int bias, int maxExponent) {
        int signBit = sign << 15;
        if (exponent == maxExponent) {
            set(signBit | MAX_EXPONENT, INTEGER_BIT | fraction);
        } else if (exponent != 0) {
            set(signBit | exponent - bias + BIAS, INTEGER_BIT | fraction);
        } else if (fraction == 0) {
            set(signBit, 0);
        } else {
            flags |= DENORMAL;
            int shift = Long.numberOfLeadingZeros(fraction);
            set(signBit | 1 - bias + BIAS - shift, fraction << shift);
        }
    }

    /// The nearest number with `fractionBits` bits of fraction and `exponentBits` of exponent, in
    /// that format.
    private long narrow(int headA, long sigA, int fractionBits, int exponentBits) {
        long sign = (long) (headA >>> 15 & 1) << fractionBits + exponentBits;
        long maxExponent = (1L << exponentBits) - 1;
        long infinity = maxExponent << fractionBits;
        int drop = 63 - fractionBits;
        if (isUnsupported(headA, sigA)) {
            flags |= INVALID;
            return 1L << fractionBits + exponentBits | infinity | 1L << fractionBits - 1;
        }
        if (exponent(headA) == MAX_EXPONENT) {
            if (isSignallingNaN(headA, sigA)) {
                flags |= INVALID;
                sigA |= QUIET_BIT;
            }
            return sign | infinity | sigA << 1 >>> drop + 1;
        }
        if (sigA == 0) {
            return sign;
        }
        return sign | narrowFinite(headA, sigA, fractionBits, (int) maxExponent);
    }

    private long narrowFinite(int headA, long sigA, int fractionBits, int maxExponent) {
        int sign = headA & 0x8000;
        int exponent = scaleOf(headA) - BIAS + (maxExponent >> 1);
        int drop = 63 - fractionBits;
        boolean tiny = exponent < 1;
        int keep = fractionBits + 1;
        if (tiny) {
            boolean carries = exponent == 0 && roundTo(keep, sign, sigA, 0) == 0;
            flags &= ~PRECISION;
            int down = 1 - exponent;
            long kept = down > 63 ? 0 : sigA >>> down;
            long tail = down > 64 ? 1 : down == 64 ? sigA : sigA << 64 - down;
            long rounded = roundTo(keep, sign, kept, tail);
            if (trapsUnderflow && !carries) {
                // Nothing is stored, so nothing is inexact.
                flags = flags & ~PRECISION | UNDERFLOW;
            } else if ((flags & PRECISION) != 0 && !carries) {
                flags |= UNDERFLOW;
            }
            return rounded >>> drop;
        }
        long rounded = roundTo(keep, sign, sigA, 0);
        if (rounded == 0) {
            rounded = INTEGER_BIT;
            exponent++;
        }
        if (exponent < maxExponent) {
            return (long) exponent << fractionBits | rounded << 1 >>> drop + 1;
        }
        flags |= OVERFLOW;
        if (trapsOverflow) {
            flags &= ~PRECISION;
            return 0;
        }
        flags |= PRECISION;
        boolean toInfinity = rounding == NEAREST || rounding == (sign != 0 ? DOWN : UP);
        roundedUp = toInfinity;
        return ((long) maxExponent << fractionBits) - (toInfinity ? 0 : 1);
    }
}
