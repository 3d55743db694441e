package io.xenarium.machine.code;

import java.math.BigInteger;

/// The rarer functions on double-extended numbers: remainders, decimal numbers, and the
/// transcendental instructions of the x87. They work with whole numbers of any size, because nobody
/// waits for them and a reader can follow.
///
/// The transcendental ones are computed to 192 bits and rounded once, so they are as good as a
/// number of 64 bits can be; real processors promise an error below one unit in the last place and
/// may differ from us, and from each other, in the last bit (Intel SDM vol. 1, 8.3.10).
final class ExtendedFunctions {
    /// Binary digits behind the point.
    private static final int DIGITS = 192;

    private static final BigInteger ONE = BigInteger.ONE.shiftLeft(DIGITS);

    /// π to the 66 significant bits that processors reduce angles by; see the SDM, 8.3.8.
    private static final BigInteger PI_OF_PROCESSORS =
            new BigInteger("3243f6a8885a308d3", 16).shiftLeft(DIGITS - 64);

    private final Extended unit;

    /// The low three bits of the last quotient, or −1 where the remainder is only a partial one.
    int quotientBits;

    ExtendedFunctions(Extended unit) {
        this.unit = unit;
    }

    /// The remainder of a ÷ b, with the quotient chopped (FPREM) or rounded to nearest even
    /// (FPREM1). Where the exponents are 64 or more apart only part of the work is done, and the
    /// instruction is to be repeated.
    void remainder(int headA, long sigA, int headB, long sigB, boolean toNearest) {
        quotientBits = 0;
        if (unit.settlesRemainder(headA, sigA, headB, sigB)) {
            return;
        }
        int scaleA = Math.max(Extended.exponent(headA), 1);
        int scaleB = Math.max(Extended.exponent(headB), 1);
        int gradeA = scaleA - Long.numberOfLeadingZeros(sigA);
        int gradeB = scaleB - Long.numberOfLeadingZeros(sigB);
        int apart = gradeA - gradeB;
        int common = Math.min(scaleA, scaleB);
        BigInteger a = unsigned(sigA).shiftLeft(scaleA - common);
        BigInteger b = unsigned(sigB).shiftLeft(scaleB - common);
        boolean partial = apart >= 64;
        if (partial) {
            b = b.shiftLeft(apart - 63 + (63 - apart % 32) % 32);
        }
        BigInteger[] both = a.divideAndRemainder(b);
        BigInteger quotient = both[0];
        BigInteger rest = both[1];
        int sign = headA & 0x8000;
        if (toNearest && !partial) {
            int half = rest.shiftLeft(1).compareTo(b);
            if (half > 0 || half == 0 && quotient.testBit(0)) {
                rest = b.subtract(rest);
                quotient = quotient.add(BigInteger.ONE);
                sign ^= 0x8000;
            }
        }
        quotientBits = partial ? -1 : quotient.intValue() & 7;
        unit.settle(sign, common, rest);
    }

    /// a · log2(b) (FYL2X), or a · log2(b + 1) (FYL2XP1).
    void timesLog(int headA, long sigA, int headB, long sigB, boolean plusOne) {
        if (settlesLog(headA, sigA, headB, sigB, plusOne)) {
            return;
        }
        BigInteger x = fixed(headB, sigB);
        BigInteger argument = plusOne ? x.add(ONE) : x;
        if (plusOne && Extended.exponent(headB) < Extended.BIAS - DIGITS / 2) {
            // log2(1 + x) is x / ln 2 as far as anybody can see.
            BigInteger product =
                    unsigned(sigA)
                            .multiply(unsigned(sigB))
                            .shiftLeft(DIGITS)
                            .divide(Constants.LN_2);
            unit.settle(
                    (headA ^ headB) & 0x8000,
                    Extended.exponent(headA) + Extended.exponent(headB) - Extended.BIAS - 63,
                    product);
            return;
        }
        int power = 0;
        if (!plusOne) {
            power = Extended.exponent(headB) - Extended.BIAS;
            argument = unsigned(sigB).shiftLeft(DIGITS - 63);
        }
        BigInteger log = naturalLog(argument).shiftLeft(DIGITS).divide(Constants.LN_2);
        log = log.add(BigInteger.valueOf(power).shiftLeft(DIGITS));
        int sign = (log.signum() < 0 ? 0x8000 : 0) ^ headA & 0x8000;
        BigInteger product = unsigned(sigA).multiply(log.abs());
        unit.settle(sign, Math.max(Extended.exponent(headA), 1) - DIGITS, product);
    }

    /// 2^a − 1, for −1 ≤ a ≤ 1 (F2XM1).
    void powerMinusOne(int headA, long sigA) {
        if (unit.settlesNaN(headA, sigA) || unit.settlesZero(headA, sigA)) {
            return;
        }
        if (Extended.exponent(headA) >= Extended.BIAS) {
            // 2^1 − 1 is 1 and 2^−1 − 1 is −1/2; beyond, the result is undefined, and we leave the
            // operand.
            boolean isHalf = headA == (0x8000 | Extended.BIAS) && sigA == Extended.INTEGER_BIT;
            unit.set(isHalf ? headA - 1 : headA, sigA);
            return;
        }
        if (Extended.exponent(headA) < Extended.BIAS - DIGITS / 2) {
            BigInteger product = unsigned(sigA).multiply(Constants.LN_2);
            unit.settle(headA & 0x8000, Math.max(Extended.exponent(headA), 1) - DIGITS, product);
            return;
        }
        BigInteger x = times(fixed(headA, sigA), Constants.LN_2);
        BigInteger term = x;
        BigInteger sum = x;
        for (int n = 2; term.signum() != 0 && n < 200; n++) {
            term = times(term, x).divide(BigInteger.valueOf(n));
            sum = sum.add(term);
        }
        settleFixed(sum);
    }

    /// Sine and cosine: of the angle, or of what is left of it after whole turns. Both results come
    /// at once because FSINCOS wants both.
    void sine(int headA, long sigA, boolean cosine) {
        if (settlesAngle(headA, sigA)) {
            return;
        }
        if (Extended.isZero(headA, sigA)) {
            unit.set(cosine ? Extended.BIAS : headA, cosine ? Extended.INTEGER_BIT : 0);
            return;
        }
        if (cosine && Extended.exponent(headA) < Extended.BIAS - DIGITS / 3) {
            unit.settleJustBelow(Extended.BIAS, Extended.INTEGER_BIT);
            return;
        }
        if (!cosine && Extended.exponent(headA) < Extended.BIAS - DIGITS / 3) {
            unit.settleJustBelow(headA, sigA);
            return;
        }
        BigInteger angle = reduce(headA, sigA);
        settleFixed(cosine ? cos(angle) : sin(angle));
    }

    /// The tangent (FPTAN).
    void tangent(int headA, long sigA) {
        if (settlesAngle(headA, sigA) || unit.settlesZero(headA, sigA)) {
            return;
        }
        if (Extended.exponent(headA) < Extended.BIAS - DIGITS / 3) {
            unit.settle(headA & 0x8000, Math.max(Extended.exponent(headA), 1), unsigned(sigA));
            return;
        }
        BigInteger angle = reduce(headA, sigA);
        settleFixed(sin(angle).shiftLeft(DIGITS).divide(cos(angle)));
    }

    /// The angle of the point (x, y) (FPATAN).
    void arcTangent(int headY, long sigY, int headX, long sigX) {
        if (unit.special(headY, sigY, headX, sigX)) {
            return;
        }
        if (settlesQuadrant(headY, sigY, headX, sigX)) {
            return;
        }
        int apart = Extended.exponent(headY) - Extended.exponent(headX);
        boolean negativeX = Extended.isNegative(headX);
        int sign = headY & 0x8000;
        if (apart < -DIGITS / 3 && !negativeX) {
            BigInteger ratio = unsigned(sigY).shiftLeft(DIGITS).divide(unsigned(sigX));
            int scale =
                    Math.max(Extended.exponent(headY), 1) - Math.max(Extended.exponent(headX), 1);
            unit.settle(sign, scale + Extended.BIAS + 63 - DIGITS, ratio);
            return;
        }
        BigInteger angle;
        if (apart > DIGITS / 3) {
            angle = Constants.PI.shiftRight(1);
        } else if (apart < -DIGITS / 3) {
            angle = Constants.PI;
        } else {
            BigInteger ratio = unsigned(sigY).shiftLeft(DIGITS + apart).divide(unsigned(sigX));
            BigInteger acute = arctan(ratio);
            angle = negativeX ? Constants.PI.subtract(acute) : acute;
        }
        settleFixed(sign == 0 ? angle : angle.negate());
    }

    /// The constants of FLDPI and its kin, rounded in the current direction.
    void constant(Op op) {
        BigInteger value =
                switch (op) {
                    case FLDPI -> Constants.PI;
                    case FLDLN2 -> Constants.LN_2;
                    case FLDL2E -> ONE.shiftLeft(DIGITS).divide(Constants.LN_2);
                    case FLDL2T -> Constants.LN_10.shiftLeft(DIGITS).divide(Constants.LN_2);
                    default -> Constants.LN_2.shiftLeft(DIGITS).divide(Constants.LN_10);
                };
        settleFixed(value);
    }

    /// 1, exactly.
    void one() {
        unit.set(Extended.BIAS, Extended.INTEGER_BIT);
    }

    /// The exponent of a number as a number; −∞ for zero, which counts as a division by it.
    void extractExponent(int head, long significand) {
        if (unit.special(head, significand, head, significand)) {
            return;
        }
        if (Extended.isZero(head, significand)) {
            unit.flags |= Extended.ZERO_DIVIDE;
            unit.set(0x8000 | Extended.MAX_EXPONENT, Extended.INTEGER_BIT);
        } else if (Extended.isInfinite(head, significand)) {
            unit.set(Extended.MAX_EXPONENT, Extended.INTEGER_BIT);
        } else {
            int scale = Math.max(Extended.exponent(head), 1) - Extended.BIAS;
            unit.fromLong(scale - Long.numberOfLeadingZeros(significand));
        }
    }

    /// The significand of a number, with the number's sign and the exponent 0.
    void extractSignificand(int head, long significand) {
        if (unit.special(head, significand, head, significand)) {
            return;
        }
        boolean stays =
                Extended.isZero(head, significand) || Extended.isInfinite(head, significand);
        if (!stays && Extended.exponent(head) == 0) {
            unit.flags |= Extended.DENORMAL;
        }
        unit.set(
                stays ? head : head & 0x8000 | Extended.BIAS,
                stays ? significand : significand << Long.numberOfLeadingZeros(significand));
    }

    // ---- operands that need no series ----

    private boolean settlesAngle(int head, long significand) {
        if (unit.settlesNaN(head, significand)) {
            return true;
        }
        if (Extended.isInfinite(head, significand)) {
            unit.invalid();
            return true;
        }
        return false;
    }

    private boolean settlesLog(int headA, long sigA, int headB, long sigB, boolean plusOne) {
        if (unit.special(headA, sigA, headB, sigB)) {
            return true;
        }
        int sign = headA & 0x8000;
        boolean zeroA = Extended.isZero(headA, sigA);
        boolean infiniteA = Extended.isInfinite(headA, sigA);
        boolean zeroB = Extended.isZero(headB, sigB);
        boolean infiniteB = Extended.isInfinite(headB, sigB);
        if (plusOne) {
            if (infiniteA && zeroB || infiniteB && (zeroA || Extended.isNegative(headB))) {
                unit.invalid();
            } else if (infiniteA || infiniteB) {
                unit.set((headA ^ headB) & 0x8000 | Extended.MAX_EXPONENT, Extended.INTEGER_BIT);
            } else if (zeroA || zeroB) {
                unit.set((headA ^ headB) & 0x8000, 0);
            } else {
                return false;
            }
            return true;
        }
        return settlesPlainLog(sign, headB, sigB, zeroA, infiniteA, zeroB, infiniteB);
    }

    private boolean settlesPlainLog(
            int sign,
            int headB,
            long sigB,
            boolean zeroA,
            boolean infiniteA,
            boolean zeroB,
            boolean infiniteB) {
        boolean isOne = headB == Extended.BIAS && sigB == Extended.INTEGER_BIT;
        boolean negativeB = Extended.isNegative(headB) && !zeroB;
        int below = Extended.exponent(headB) < Extended.BIAS ? 0x8000 : 0;
        if (negativeB || zeroA && (zeroB || infiniteB) || infiniteA && isOne) {
            unit.invalid();
        } else if (zeroB) {
            unit.flags |= infiniteA ? 0 : Extended.ZERO_DIVIDE;
            unit.set(sign ^ 0x8000 | Extended.MAX_EXPONENT, Extended.INTEGER_BIT);
        } else if (infiniteB) {
            unit.set(sign | Extended.MAX_EXPONENT, Extended.INTEGER_BIT);
        } else if (infiniteA) {
            unit.set(sign ^ below | Extended.MAX_EXPONENT, Extended.INTEGER_BIT);
        } else if (zeroA || isOne) {
            unit.set(isOne ? sign : sign ^ below, 0);
        } else {
            return false;
        }
        return true;
    }

    /// The angles of points on the axes and at infinity.
    private boolean settlesQuadrant(int headY, long sigY, int headX, long sigX) {
        boolean zeroY = Extended.isZero(headY, sigY);
        boolean zeroX = Extended.isZero(headX, sigX);
        boolean infiniteY = Extended.isInfinite(headY, sigY);
        boolean infiniteX = Extended.isInfinite(headX, sigX);
        boolean negativeX = Extended.isNegative(headX);
        BigInteger angle;
        if (infiniteY && infiniteX) {
            angle =
                    negativeX
                            ? Constants.PI.multiply(BigInteger.valueOf(3)).shiftRight(2)
                            : Constants.PI.shiftRight(2);
        } else if (infiniteY || zeroX && !zeroY) {
            angle = Constants.PI.shiftRight(1);
        } else if (zeroY || infiniteX) {
            if (!negativeX) {
                unit.set(headY & 0x8000, 0);
                return true;
            }
            angle = Constants.PI;
        } else {
            return false;
        }
        unit.settle(headY & 0x8000, Extended.BIAS + 63 - DIGITS, angle);
        return true;
    }

    /// Computed when an instruction first wants one of them: most machines never do.
    private static final class Constants {
        private static final BigInteger PI = computePi();
        private static final BigInteger LN_2 = computeLn2();
        private static final BigInteger LN_10 = naturalLog(ONE.multiply(BigInteger.TEN));
    }

    // ---- series ----

    private static BigInteger sin(BigInteger x) {
        return alternating(x, x, 2);
    }

    private static BigInteger cos(BigInteger x) {
        return alternating(ONE, x, 1);
    }

    /// first − first·x²/(n(n+1)) + …: the series that sine and cosine share.
    private static BigInteger alternating(BigInteger first, BigInteger x, int n) {
        BigInteger square = times(x, x);
        BigInteger term = first;
        BigInteger sum = first;
        for (int k = n; term.signum() != 0; k += 2) {
            term = times(term, square).divide(BigInteger.valueOf((long) k * (k + 1))).negate();
            sum = sum.add(term);
        }
        return sum;
    }

    private static BigInteger arctan(BigInteger x) {
        if (x.compareTo(ONE) > 0) {
            return Constants.PI.shiftRight(1).subtract(arctan(ONE.shiftLeft(DIGITS).divide(x)));
        }
        // Halving the angle three times makes the series short.
        BigInteger y = x;
        for (int i = 0; i < 3; i++) {
            BigInteger root = ONE.shiftLeft(DIGITS).add(y.multiply(y)).sqrt();
            y = y.shiftLeft(DIGITS).divide(root.add(ONE));
        }
        BigInteger square = times(y, y);
        BigInteger power = y;
        BigInteger sum = y;
        for (int n = 3; power.signum() != 0; n += 2) {
            power = times(power, square).negate();
            sum = sum.add(power.divide(BigInteger.valueOf(n)));
        }
        return sum.shiftLeft(3);
    }

    /// ln x = 2 · artanh((x − 1) / (x + 1)).
    private static BigInteger naturalLog(BigInteger x) {
        BigInteger ratio = x.subtract(ONE).shiftLeft(DIGITS).divide(x.add(ONE));
        return artanh(ratio).shiftLeft(1);
    }

    private static BigInteger artanh(BigInteger ratio) {
        BigInteger square = times(ratio, ratio);
        BigInteger power = ratio;
        BigInteger sum = ratio;
        for (int n = 3; power.signum() != 0; n += 2) {
            power = times(power, square);
            sum = sum.add(power.divide(BigInteger.valueOf(n)));
        }
        return sum;
    }

    private static BigInteger computeLn2() {
        return artanh(ONE.divide(BigInteger.valueOf(3))).shiftLeft(1);
    }

    /// Machin: π/4 = 4 arctan 1/5 − arctan 1/239.
    private static BigInteger computePi() {
        BigInteger fifth = inverseArctan(5).shiftLeft(2);
        return fifth.subtract(inverseArctan(239)).shiftLeft(2);
    }

    private static BigInteger inverseArctan(int n) {
        BigInteger square = BigInteger.valueOf((long) n * n);
        BigInteger power = ONE.divide(BigInteger.valueOf(n));
        BigInteger sum = power;
        for (int k = 3; power.signum() != 0; k += 2) {
            power = power.divide(square).negate();
            sum = sum.add(power.divide(BigInteger.valueOf(k)));
        }
        return sum;
    }

    // ---- numbers ----

    /// The angle without whole turns.
    private static BigInteger reduce(int head, long significand) {
        return fixed(head, significand).remainder(PI_OF_PROCESSORS.shiftLeft(1));
    }

    private static BigInteger times(BigInteger a, BigInteger b) {
        return a.multiply(b).divide(ONE);
    }

    private static BigInteger unsigned(long value) {
        BigInteger number = BigInteger.valueOf(value & Long.MAX_VALUE);
        return value < 0 ? number.setBit(63) : number;
    }

    /// The number with [#DIGITS] digits behind the point.
    private static BigInteger fixed(int head, long significand) {
        int shift = Math.max(Extended.exponent(head), 1) - Extended.BIAS - 63 + DIGITS;
        BigInteger value = unsigned(significand);
        value = shift >= 0 ? value.shiftLeft(shift) : value.shiftRight(-shift);
        return Extended.isNegative(head) ? value.negate() : value;
    }

    private void settleFixed(BigInteger value) {
        unit.settle(value.signum() < 0 ? 0x8000 : 0, Extended.BIAS + 63 - DIGITS, value.abs());
    }
}
