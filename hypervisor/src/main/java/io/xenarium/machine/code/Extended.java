package io.xenarium.machine.code;

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
final class Extended extends ExtendedConversions {
    /// What [#compare] found.
    enum Order {
        LESS,
        EQUAL,
        GREATER,
        UNORDERED
    }

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
            flags = flags & ~DENORMAL | ZERO_DIVIDE;
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
            flags &= ~DENORMAL;
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

    /// Deals with the operands of a remainder that are no ordinary numbers; true if that settles
    /// it.
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
            // A denormal with the integer bit set becomes the normal number that it is.
            set(exponent(headA) == 0 && sigA < 0 ? headA | 1 : headA, sigA);
            return true;
        }
        return false;
    }

    /// Deals with an operand that is no number; true if that settles the result.
    boolean settlesNaN(int headA, long sigA) {
        return special(headA, sigA, headA, sigA);
    }

    /// Passes a zero on; notes a denormal operand otherwise.
    boolean settlesZero(int headA, long sigA) {
        if (isZero(headA, sigA)) {
            set(headA, sigA);
            return true;
        }
        noteDenormal(headA, sigA, headA, sigA);
        return false;
    }

    /// NaNs and encodings that are no numbers: sets the result and returns true if there is one.
    boolean special(int headA, long sigA, int headB, long sigB) {
        if (isUnsupported(headA, sigA) || isUnsupported(headB, sigB)) {
            invalid();
            return true;
        }
        boolean nanA = isNaN(headA, sigA);
        boolean nanB = isNaN(headB, sigB);
        if (!nanA && !nanB) {
            return false;
        }
        flags &= ~DENORMAL;
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
}
