package io.xenarium.machine.code;

import java.math.BigInteger;

/// Arithmetic on the 80-bit double-extended numbers of the x87, bit for bit as the processor does
/// it (Intel SDM vol. 1, chapters 4.8 and 8). Java has no such type, and a Java double would lose
/// 11 bits.
///
/// A number is two values: the *head*, 16 bits, the sign above a 15-bit exponent biased by 16383;
/// and the *significand*, 64 bits, whose top bit is the integer bit that narrower formats leave
/// out. The value is significand · 2^(exponent − 16383 − 63).
///
/// An object of this class is one unit that rounds: an operation leaves its result in [#head] and
/// [#significand], adds the exceptions that it met to [#flags], and notes in [#roundedUp] whether
/// the result was rounded away from zero. Masked exceptions give the default results; whether an
/// unmasked one stops the instruction is for the caller to decide from [#flags], before it stores
/// anything.
final class Extended {
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

    /// What [#compare] found.
    enum Order {
        LESS,
        EQUAL,
        GREATER,
        UNORDERED
    }

    /// The result of the last operation.
    int head;

    long significand;

    /// Exceptions since [#begin], of the bits above.
    int flags;

    /// Whether the last rounding went away from zero.
    boolean roundedUp;

    private int rounding = NEAREST;

    /// Bits of the significand that results keep: 24, 53 or 64.
    private int precision = 64;

    /// Whether overflow or underflow is unmasked: then the result keeps its digits and its exponent
    /// is brought into range by 24576.
    private boolean trapsOverflow;

    private boolean trapsUnderflow;

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

    // ---- operations ----

    /// a + b, or a − b.
    void add(int headA, long sigA, int headB, long sigB, boolean subtract) {
        if (special(headA, sigA, headB, sigB)) {
            return;
        }
        int signB = (headB ^ (subtract ? 0x8000 : 0)) & 0x8000;
        int signA = headA & 0x8000;
        boolean infiniteA = isInfinite(headA, sigA);
        if (infiniteA || isInfinite(headB, sigB)) {
            if (infiniteA && isInfinite(headB, sigB) && signA != signB) {
                invalid();
            } else {
                noteDenormal(headA, sigA, headB, sigB);
                set((infiniteA ? signA : signB) | MAX_EXPONENT, INTEGER_BIT);
            }
            return;
        }
        noteDenormal(headA, sigA, headB, sigB);
        addFinite(signA, scaleOf(headA), sigA, signB, scaleOf(headB), sigB);
    }

    /// a · b.
    void multiply(int headA, long sigA, int headB, long sigB) {
        if (special(headA, sigA, headB, sigB)) {
            return;
        }
        int sign = (headA ^ headB) & 0x8000;
        boolean infinite = isInfinite(headA, sigA) || isInfinite(headB, sigB);
        boolean zero = isZero(headA, sigA) || isZero(headB, sigB);
        if (infinite && zero) {
            invalid();
            return;
        }
        noteDenormal(headA, sigA, headB, sigB);
        if (infinite) {
            set(sign | MAX_EXPONENT, INTEGER_BIT);
        } else if (zero) {
            set(sign, 0);
        } else {
            long high = Math.unsignedMultiplyHigh(sigA, sigB);
            round(sign, scaleOf(headA) + scaleOf(headB) - BIAS + 1, high, sigA * sigB);
        }
    }

    /// a ÷ b.
    void divide(int headA, long sigA, int headB, long sigB) {
        if (special(headA, sigA, headB, sigB)) {
            return;
        }
        int sign = (headA ^ headB) & 0x8000;
        boolean infiniteA = isInfinite(headA, sigA);
        boolean infiniteB = isInfinite(headB, sigB);
        boolean zeroA = isZero(headA, sigA);
        boolean zeroB = isZero(headB, sigB);
        if (infiniteA && infiniteB || zeroA && zeroB) {
            invalid();
            return;
        }
        if (zeroB && !infiniteA) {
            flags |= ZERO_DIVIDE;
            set(sign | MAX_EXPONENT, INTEGER_BIT);
            return;
        }
        noteDenormal(headA, sigA, headB, sigB);
        if (infiniteA || zeroB) {
            set(sign | MAX_EXPONENT, INTEGER_BIT);
        } else if (zeroA || infiniteB) {
            set(sign, 0);
        } else {
            divideFinite(sign, headA, sigA, headB, sigB);
        }
    }

    /// The square root.
    void squareRoot(int headA, long sigA) {
        if (special(headA, sigA, headA, sigA)) {
            return;
        }
        if (isZero(headA, sigA)) {
            set(headA, sigA);
        } else if (isNegative(headA)) {
            invalid();
        } else if (isInfinite(headA, sigA)) {
            set(headA, sigA);
        } else {
            noteDenormal(headA, sigA, headA, sigA);
            rootFinite(headA, sigA);
        }
    }

    /// Rounds to a whole number in the current direction.
    void toWhole(int headA, long sigA) {
        if (special(headA, sigA, headA, sigA)) {
            return;
        }
        int exponent = exponent(headA);
        if (exponent >= BIAS + 63 || isZero(headA, sigA)) {
            set(headA, sigA);
            return;
        }
        noteDenormal(headA, sigA, headA, sigA);
        int drop = BIAS + 63 - scaleOf(headA);
        long whole = drop > 63 ? 0 : sigA >>> drop;
        long rest = drop > 64 ? (sigA != 0 ? 1 : 0) : drop == 64 ? sigA : sigA << 64 - drop;
        boolean up = roundsUp(isNegative(headA), (whole & 1) != 0, rest);
        if (rest != 0) {
            flags |= PRECISION;
        }
        roundedUp = up;
        whole += up ? 1 : 0;
        if (whole == 0 && !(up && drop == 0)) {
            set(headA & 0x8000, 0);
        } else {
            int shift = Long.numberOfLeadingZeros(whole);
            set(headA & 0x8000 | BIAS + 63 - shift, whole << shift);
        }
    }

    /// a · 2^⌊b⌋, b chopped to a whole number (FSCALE).
    void scale(int headA, long sigA, int headB, long sigB) {
        if (special(headA, sigA, headB, sigB)) {
            return;
        }
        boolean infiniteB = isInfinite(headB, sigB);
        boolean downwards = isNegative(headB);
        if (infiniteB) {
            boolean zeroA = isZero(headA, sigA);
            boolean infiniteA = isInfinite(headA, sigA);
            if (downwards ? infiniteA : zeroA) {
                invalid();
                return;
            }
            noteDenormal(headA, sigA, headB, sigB);
            if (downwards) {
                set(headA & 0x8000, 0);
            } else {
                set(headA & 0x8000 | MAX_EXPONENT, INTEGER_BIT);
            }
            return;
        }
        noteDenormal(headA, sigA, headB, sigB);
        if (isZero(headA, sigA) || isInfinite(headA, sigA)) {
            set(headA, sigA);
            return;
        }
        int places =
                exponent(headB) < BIAS
                        ? 0
                        : exponent(headB) > BIAS + 16 ? 1 << 17 : chop(headB, sigB);
        round(headA & 0x8000, scaleOf(headA) + (downwards ? -places : places), sigA, 0);
    }

    /// Compares. Any NaN is unordered; `quietly` says that a quiet one is no invalid operation
    /// (FUCOM).
    Order compare(int headA, long sigA, int headB, long sigB, boolean quietly) {
        boolean unsupported = isUnsupported(headA, sigA) || isUnsupported(headB, sigB);
        if (unsupported || isNaN(headA, sigA) || isNaN(headB, sigB)) {
            if (unsupported
                    || !quietly
                    || isSignallingNaN(headA, sigA)
                    || isSignallingNaN(headB, sigB)) {
                flags |= INVALID;
            }
            return Order.UNORDERED;
        }
        noteDenormal(headA, sigA, headB, sigB);
        if (isZero(headA, sigA) && isZero(headB, sigB)) {
            return Order.EQUAL;
        }
        boolean negativeA = isNegative(headA);
        if (negativeA != isNegative(headB)) {
            return negativeA ? Order.LESS : Order.GREATER;
        }
        int magnitude = Integer.compare(scaleOf(headA), scaleOf(headB));
        if (magnitude == 0) {
            magnitude = Long.compareUnsigned(sigA, sigB);
        } else if (isZero(headA, sigA)) {
            magnitude = -1;
        } else if (isZero(headB, sigB)) {
            magnitude = 1;
        }
        if (magnitude == 0) {
            return Order.EQUAL;
        }
        return magnitude < 0 != negativeA ? Order.LESS : Order.GREATER;
    }

    // ---- conversions ----

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

    /// A single-precision number, exactly; a signalling NaN is made quiet and noted.
    void fromFloat(int bits) {
        widen(bits >>> 31, bits >>> 23 & 0xff, (bits & 0x7fffffL) << 40, 127, 0xff);
    }

    /// A double-precision number, exactly; a signalling NaN is made quiet and noted.
    void fromDouble(long bits) {
        widen(
                (int) (bits >>> 63),
                (int) (bits >>> 52) & 0x7ff,
                (bits & 0xfffffffffffffL) << 11,
                1023,
                0x7ff);
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

    // ---- for the rarer functions ----

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

    /// Sets the result to a number that is smaller in size than the given one by less than any digit tells: sin x for a tiny x.
    void settleJustBelow(int headA, long sigA) {
        int shift = Long.numberOfLeadingZeros(sigA);
        round(headA & 0x8000, scaleOf(headA) - shift, (sigA << shift) - 1, -1);
    }

    /// Deals with the operands of a remainder that are no ordinary numbers; true if that settles it.
    boolean settlesRemainder(int headA, long sigA, int headB, long sigB) {
        if (special(headA, sigA, headB, sigB)) {
            return true;
        }
        if (isInfinite(headA, sigA) || isZero(headB, sigB)) {
            invalid();
            return true;
        }
        noteDenormal(headA, sigA, headB, sigB);
        if (isZero(headA, sigA) || isInfinite(headB, sigB)) {
            set(headA, sigA);
            return true;
        }
        return false;
    }

    // ---- inside ----

    private void set(int newHead, long newSignificand) {
        head = newHead;
        significand = newSignificand;
    }

    private void invalid() {
        flags |= INVALID;
        set(INDEFINITE_HEAD, INDEFINITE_SIGNIFICAND);
    }

    /// NaNs and encodings that are no numbers: sets the result and returns true if there is one.
    private boolean special(int headA, long sigA, int headB, long sigB) {
        if (isUnsupported(headA, sigA) || isUnsupported(headB, sigB)) {
            invalid();
            return true;
        }
        boolean nanA = isNaN(headA, sigA);
        boolean nanB = isNaN(headB, sigB);
        if (!nanA && !nanB) {
            return false;
        }
        if (isSignallingNaN(headA, sigA) || isSignallingNaN(headB, sigB)) {
            flags |= INVALID;
        }
        boolean takeA = nanA && (!nanB || prefersFirst(headA, sigA, headB, sigB));
        set(takeA ? headA : headB, (takeA ? sigA : sigB) | QUIET_BIT);
        return true;
    }

    /// Of two NaNs a quiet one goes before a signalling one, then the larger significand, then the
    /// positive one (Intel SDM vol. 1, table 4-7).
    private static boolean prefersFirst(int headA, long sigA, int headB, long sigB) {
        boolean signallingA = isSignallingNaN(headA, sigA);
        if (signallingA != isSignallingNaN(headB, sigB)) {
            return !signallingA;
        }
        int bySize = Long.compareUnsigned(sigA, sigB);
        return bySize > 0 || bySize == 0 && !isNegative(headA);
    }

    private void noteDenormal(int headA, long sigA, int headB, long sigB) {
        if (isDenormal(headA, sigA) || isDenormal(headB, sigB)) {
            flags |= DENORMAL;
        }
    }

    /// The exponent that the significand counts from: denormals share that of the smallest normal
    /// number.
    private static int scaleOf(int head) {
        return Math.max(exponent(head), 1);
    }

    private static int chop(int head, long significand) {
        return (int) (significand >>> BIAS + 63 - exponent(head));
    }

    private void addFinite(int signA, int scaleA, long sigA, int signB, int scaleB, long sigB) {
        if (scaleA < scaleB || scaleA == scaleB && Long.compareUnsigned(sigA, sigB) < 0) {
            addFinite(signB, scaleB, sigB, signA, scaleA, sigA);
            return;
        }
        int apart = scaleA - scaleB;
        long high = apart > 63 ? 0 : sigB >>> apart;
        long low;
        if (apart <= 64) {
            low = apart == 0 ? 0 : apart == 64 ? sigB : sigB << 64 - apart;
        } else {
            boolean lost = apart > 127 ? sigB != 0 : sigB << 128 - apart != 0;
            low = (apart > 127 ? 0 : sigB >>> apart - 64) | (lost ? 1 : 0);
        }
        if (signA == signB) {
            long sum = sigA + high;
            if (Long.compareUnsigned(sum, sigA) < 0) {
                round(signA, scaleA + 1, INTEGER_BIT | sum >>> 1, sum << 63 | low >>> 1 | low & 1);
            } else {
                round(signA, scaleA, sum, low);
            }
            return;
        }
        long difference = sigA - high - (low != 0 ? 1 : 0);
        if (difference == 0 && low == 0) {
            set(sigA == 0 && signA == signB ? signA : rounding == DOWN ? 0x8000 : 0, 0);
        } else {
            round(signA, scaleA, difference, -low);
        }
    }

    private void divideFinite(int sign, int headA, long sigA, int headB, long sigB) {
        int shiftA = Long.numberOfLeadingZeros(sigA);
        int shiftB = Long.numberOfLeadingZeros(sigB);
        long top = sigA << shiftA;
        long bottom = sigB << shiftB;
        int scale = scaleOf(headA) - shiftA - (scaleOf(headB) - shiftB) + BIAS;
        long high = 0;
        long rest = top;
        if (Long.compareUnsigned(top, bottom) >= 0) {
            rest = top - bottom;
            high = 1;
        }
        long quotient = 0;
        for (int i = 0; i < 64; i++) {
            boolean carry = rest < 0;
            rest <<= 1;
            quotient <<= 1;
            if (carry || Long.compareUnsigned(rest, bottom) >= 0) {
                rest -= bottom;
                quotient |= 1;
            }
        }
        boolean nextBit = rest < 0 || Long.compareUnsigned(rest << 1, bottom) >= 0;
        long after = rest < 0 || nextBit ? (rest << 1) - bottom : rest << 1;
        long tail = (nextBit ? INTEGER_BIT : 0) | (after != 0 ? 1 : 0);
        if (high != 0) {
            round(
                    sign,
                    scale,
                    INTEGER_BIT | quotient >>> 1,
                    quotient << 63 | tail >>> 1 | tail & 1);
        } else {
            round(sign, scale - 1, quotient, tail);
        }
    }

    private void rootFinite(int headA, long sigA) {
        int shift = Long.numberOfLeadingZeros(sigA);
        long value = sigA << shift;
        int power = scaleOf(headA) - shift - BIAS;
        boolean odd = (power & 1) != 0;
        // The root of a 128-bit number with 64 digits before the point: one binary digit a step.
        long restHigh = 0;
        long restLow = 0;
        long root = 0;
        long high = odd ? value : value >>> 1;
        long low = odd ? 0 : value << 63;
        for (int i = 0; i < 64; i++) {
            restHigh = restHigh << 2 | restLow >>> 62;
            restLow = restLow << 2 | high >>> 62;
            high = high << 2 | low >>> 62;
            low <<= 2;
            long tryHigh = root >>> 62;
            long tryLow = root << 2 | 1;
            root <<= 1;
            boolean fits =
                    restHigh != tryHigh
                            ? Long.compareUnsigned(restHigh, tryHigh) > 0
                            : Long.compareUnsigned(restLow, tryLow) >= 0;
            if (fits) {
                long borrow = Long.compareUnsigned(restLow, tryLow) < 0 ? 1 : 0;
                restLow -= tryLow;
                restHigh = restHigh - tryHigh - borrow;
                root |= 1;
            }
        }
        // One more digit decides the rounding; a root is never exactly half way.
        boolean half = restHigh != 0 || Long.compareUnsigned(restLow, root) > 0;
        long tail = half ? INTEGER_BIT | 1 : restLow != 0 ? 1 : 0;
        round(0, Math.floorDiv(power, 2) + BIAS, root, tail);
    }

    private void widen(int sign, int exponent, long fraction, int bias, int maxExponent) {
        int signBit = sign << 15;
        if (exponent == maxExponent) {
            if (fraction != 0 && (fraction & QUIET_BIT) == 0) {
                flags |= INVALID;
                fraction |= QUIET_BIT;
            }
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

    /// Whether a significand whose dropped digits are `rest` (as a fraction of its last digit,
    /// times 2^64) is rounded away from zero.
    private boolean roundsUp(boolean negative, boolean odd, long rest) {
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
    private void round(int sign, int scale, long high, long low) {
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
        if (trapsOverflow) {
            int wrapped = scale - 24576;
            set(
                    wrapped < MAX_EXPONENT ? sign | wrapped : sign | MAX_EXPONENT,
                    wrapped < MAX_EXPONENT ? rounded : INTEGER_BIT);
            return;
        }
        flags |= PRECISION;
        boolean toInfinity = rounding == NEAREST || rounding == (sign != 0 ? DOWN : UP);
        roundedUp = toInfinity;
        set(
                toInfinity ? sign | MAX_EXPONENT : sign | maxScale - 1,
                toInfinity ? INTEGER_BIT : -1L << 64 - precision);
    }

    private void roundTiny(int sign, int scale, long high, long low) {
        if (trapsUnderflow) {
            flags |= UNDERFLOW;
            if (scale + 24576 >= 1) {
                roundNormal(sign, scale + 24576, high, low);
            } else {
                set(sign, 0);
            }
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
    private long roundTo(int bits, int sign, long high, long low) {
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
            if ((flags & PRECISION) != 0 && !carries || trapsUnderflow) {
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
        flags |= OVERFLOW | PRECISION;
        boolean toInfinity = rounding == NEAREST || rounding == (sign != 0 ? DOWN : UP);
        roundedUp = toInfinity;
        return ((long) maxExponent << fractionBits) - (toInfinity ? 0 : 1);
    }
}
