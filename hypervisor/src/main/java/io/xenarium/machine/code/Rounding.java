package io.xenarium.machine.code;

import java.math.BigInteger;

/// What the arithmetic on double-extended numbers stands on: what a number is, where a result goes,
/// and how it is rounded. [Extended] says what the numbers look like and how a unit is used.
sealed class Rounding permits ExtendedConversions {
    /// Exceptions, by their bits in the status word.
    static final int INVALID = 1;

    static final int DENORMAL = 2;
    static final int ZERO_DIVIDE = 4;
    static final int OVERFLOW = 8;
    static final int UNDERFLOW = 16;
    static final int PRECISION = 32;

    /// Rounding directions, by their encoding in the control word.
    static final int NEAREST = 0;

    static final int DOWN = 1;
    static final int UP = 2;
    static final int CHOP = 3;

    static final int BIAS = 16383;
    static final int MAX_EXPONENT = 0x7fff;
    static final long INTEGER_BIT = 1L << 63;
    static final long QUIET_BIT = 1L << 62;

    /// The quiet NaN that stands for "no such number".
    static final int INDEFINITE_HEAD = 0xffff;

    static final long INDEFINITE_SIGNIFICAND = 0xc000000000000000L;

    /// The result of the last operation.
    int head;

    long significand;

    /// Exceptions since [#begin], of the bits above.
    int flags;

    /// Whether the last rounding went away from zero.
    boolean roundedUp;

    int rounding = NEAREST;

    /// Bits of the significand that results keep: 24, 53 or 64.
    private int precision = 64;

    /// Whether overflow or underflow is unmasked: then the result keeps its digits and its exponent
    /// is brought into range by 24576.
    boolean trapsOverflow;

    boolean trapsUnderflow;

    /// The exponent of the smallest normal result, and the first that is too large.
    private int minScale = 1;

    private int maxScale = MAX_EXPONENT;

    private boolean tiny;

    /// Starts an instruction under the given control word.
    void begin(int controlWord) {
        rounding = controlWord >> 10 & 3;
        precision =
                switch (controlWord >> 8 & 3) {
                    case 0 -> 24;
                    case 2 -> 53;
                    default -> 64;
                };
        trapsOverflow = (controlWord & OVERFLOW) == 0;
        trapsUnderflow = (controlWord & UNDERFLOW) == 0;
        flags = 0;
        roundedUp = false;
        minScale = 1;
        maxScale = MAX_EXPONENT;
        tiny = false;
    }

    /// Makes results keep all 64 bits, whatever the control word says: most instructions ignore
    /// precision control.
    void fullPrecision() {
        precision = 64;
    }

    /// Starts an SSE instruction: results are numbers of a narrower format, exponent range and all.
    /// They still come as double-extended, but now [#toFloat] or [#toDouble] gives them without
    /// another rounding.
    ///
    /// @param fractionBits 23 for single, 52 for double precision
    /// @param mxcsr the control and status register; its masks and rounding direction count
    void beginSse(int fractionBits, int mxcsr) {
        begin((mxcsr >>> 7 & 0x3f) | (mxcsr >>> 13 & 3) << 10);
        precision = fractionBits + 1;
        int bias = fractionBits == 23 ? 127 : 1023;
        minScale = BIAS - bias + 1;
        maxScale = BIAS + bias + 1;
    }

    /// Whether the last result is smaller than the smallest normal number of its format, and not
    /// zero; a result that was exactly that small before it was rounded does not count.
    boolean isTiny() {
        return tiny;
    }

    // ---- what a number is ----

    static int exponent(int head) {
        return head & MAX_EXPONENT;
    }

    static boolean isNegative(int head) {
        return (head & 0x8000) != 0;
    }

    static boolean isZero(int head, long significand) {
        return exponent(head) == 0 && significand == 0;
    }

    static boolean isInfinite(int head, long significand) {
        return exponent(head) == MAX_EXPONENT && significand == INTEGER_BIT;
    }

    static boolean isNaN(int head, long significand) {
        return exponent(head) == MAX_EXPONENT && significand << 1 != 0 && significand < 0;
    }

    static boolean isSignallingNaN(int head, long significand) {
        return isNaN(head, significand) && (significand & QUIET_BIT) == 0;
    }

    /// An encoding that the 8087 knew and no processor since accepts: a normal exponent without the
    /// integer bit.
    static boolean isUnsupported(int head, long significand) {
        return exponent(head) != 0 && significand >= 0;
    }

    static boolean isDenormal(int head, long significand) {
        return exponent(head) == 0 && significand != 0;
    }

    // ---- results ----

    void set(int newHead, long newSignificand) {
        head = newHead;
        significand = newSignificand;
    }

    void invalid() {
        flags = flags & ~DENORMAL | INVALID;
        set(INDEFINITE_HEAD, INDEFINITE_SIGNIFICAND);
    }

    /// The exponent that the significand counts from: denormals share that of the smallest normal
    /// number.
    static int scaleOf(int head) {
        return Math.max(exponent(head), 1);
    }

    /// Sets the result to ± number · 2^(scale − 16383 − 63), rounded.
    void settle(int sign, int scale, BigInteger number) {
        int surplus = Math.max(number.bitLength() - 64, 0);
        long high = number.shiftRight(surplus).longValue();
        BigInteger below = number.subtract(number.shiftRight(surplus).shiftLeft(surplus));
        BigInteger fraction = below.shiftLeft(64).shiftRight(surplus);
        long low = fraction.longValue();
        if (fraction.shiftLeft(surplus).shiftRight(64).compareTo(below) != 0) {
            low |= 1;
        }
        round(sign, scale + surplus, high, low);
    }

    /// Sets the result to a number that is smaller in size than the given one by less than any
    /// digit tells: sin x for a tiny x.
    void settleJustBelow(int headA, long sigA) {
        int shift = Long.numberOfLeadingZeros(sigA);
        round(headA & 0x8000, scaleOf(headA) - shift, (sigA << shift) - 1, -1);
    }

    /// Whether a significand whose dropped digits are `rest` (as a fraction of its last digit,
    /// times 2^64) is rounded away from zero.
    boolean roundsUp(boolean negative, boolean odd, long rest) {
        return switch (rounding) {
            case NEAREST -> rest < 0 && (odd || rest << 1 != 0);
            case DOWN -> negative && rest != 0;
            case UP -> !negative && rest != 0;
            default -> false;
        };
    }

    /// Sets the result to ± high.low · 2^(scale − 16383 − 63), rounded to the precision in force.
    /// `low` is the fraction below the last digit of `high`; its last bit may stand for anything
    /// smaller.
    void round(int sign, int scale, long high, long low) {
        if (high == 0 && low == 0) {
            set(sign, 0);
            return;
        }
        int shift =
                high != 0 ? Long.numberOfLeadingZeros(high) : 64 + Long.numberOfLeadingZeros(low);
        if (shift >= 64) {
            high = low << shift - 64;
            low = 0;
        } else if (shift > 0) {
            high = high << shift | low >>> 64 - shift;
            low <<= shift;
        }
        scale -= shift;
        if (scale < minScale) {
            roundTiny(sign, scale, high, low);
        } else {
            roundNormal(sign, scale, high, low);
        }
    }

    private void roundNormal(int sign, int scale, long high, long low) {
        long rounded = roundTo(precision, sign, high, low);
        if (rounded == 0) {
            rounded = INTEGER_BIT;
            scale++;
        }
        if (scale < maxScale) {
            set(sign | scale, rounded);
            return;
        }
        flags |= OVERFLOW;
        if (trapsOverflow && scale - 24576 < MAX_EXPONENT) {
            set(sign | scale - 24576, rounded);
            return;
        }
        flags |= PRECISION;
        // Out of reach even with another exponent: FSCALE can do that.
        boolean isBeyond = trapsOverflow && minScale == 1;
        boolean toInfinity = isBeyond || rounding == NEAREST || rounding == (sign != 0 ? DOWN : UP);
        roundedUp = toInfinity;
        set(
                toInfinity ? sign | MAX_EXPONENT : sign | maxScale - 1,
                toInfinity ? INTEGER_BIT : -1L << 64 - precision);
    }

    private void roundTiny(int sign, int scale, long high, long low) {
        if (trapsUnderflow) {
            flags |= UNDERFLOW;
            underflow(sign, scale + 24576, high, low);
            return;
        }
        // Tininess is judged after rounding as if the exponent had no bounds.
        boolean carries = scale == minScale - 1 && wouldCarry(sign, high, low);
        int drop = minScale - scale;
        long tail;
        if (drop > 64) {
            tail = 1;
        } else if (drop == 64) {
            tail = high | (low != 0 ? 1 : 0);
        } else {
            tail = high << 64 - drop | low >>> drop | (low << 64 - drop != 0 ? 1 : 0);
        }
        long kept = drop > 63 ? 0 : high >>> drop;
        int before = flags;
        flags &= ~PRECISION;
        long rounded = roundTo(precision, sign, kept, tail);
        boolean inexact = (flags & PRECISION) != 0;
        flags |= before;
        if (inexact && !carries) {
            flags |= UNDERFLOW;
        }
        tiny = !carries;
        setDenormal(sign, rounded);
    }

    /// The result of an underflow that is not masked: its digits, with an exponent in range. SSE
    /// keeps nothing of it.
    private void underflow(int sign, int scale, long high, long low) {
        if (minScale != 1) {
            roundTo(precision, sign, high, low);
            set(sign, 0);
        } else if (scale >= 1) {
            roundNormal(sign, scale, high, low);
        } else {
            flags |= PRECISION;
            set(sign, 0);
        }
    }

    /// Sets the result to `rounded` digits that count from the smallest exponent of the format.
    private void setDenormal(int sign, long rounded) {
        if (rounded == 0) {
            set(sign, 0);
        } else if (minScale == 1) {
            set(sign | (rounded < 0 ? 1 : 0), rounded);
        } else {
            int shift = Long.numberOfLeadingZeros(rounded);
            set(sign | minScale - shift, rounded << shift);
        }
    }

    private boolean wouldCarry(int sign, long high, long low) {
        int before = flags;
        boolean beforeUp = roundedUp;
        boolean carries = roundTo(precision, sign, high, low) == 0;
        flags = before;
        roundedUp = beforeUp;
        return carries;
    }

    /// Keeps the top `bits` digits of `high`, which counts as 64 of them; 0 means a carry out of
    /// the top.
    long roundTo(int bits, int sign, long high, long low) {
        int drop = 64 - bits;
        long rest = drop == 0 ? low : high << bits | (low != 0 ? 1 : 0);
        long kept = drop == 0 ? high : high >>> drop << drop;
        if (rest != 0) {
            flags |= PRECISION;
        }
        boolean up = roundsUp(sign != 0, (kept >>> drop & 1) != 0, rest);
        roundedUp = up;
        return up ? kept + (1L << drop) : kept;
    }
}
