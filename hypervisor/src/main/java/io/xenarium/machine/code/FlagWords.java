package io.xenarium.machine.code;

/// The arithmetic flags as functions of two words, the result word and the carry word of [Flags],
/// and what instructions make of these.
final class FlagWords {
    private static final long TOP_TWO = 0xc000_0000_0000_0000L;
    private static final long CARRY_OUT = 1L << 63;
    private static final long CARRY_IN = 1L << 62;
    private static final long AUXILIARY = 1 << 3;

    private FlagWords() {}

    /// The carry word after `r = a + b` or `r = a + b + carry`.
    ///
    /// @param shift 64 less the operand's bits; bits above the operand may hold anything
    static long added(long a, long b, long r, int shift) {
        long out = a & b | (a | b) & ~r;
        return out << shift & TOP_TWO | out & AUXILIARY;
    }

    /// The carry word after `r = a − b` or `r = a − b − carry`.
    static long subtracted(long a, long b, long r, int shift) {
        long out = ~a & b | (~a | b) & r;
        return out << shift & TOP_TWO | out & AUXILIARY;
    }

    /// Whether a condition holds, by its encoding 0 (o) … 15 (g).
    static boolean holds(int condition, long result, long carry) {
        boolean holds =
                switch (condition >> 1) {
                    case 0 -> (carry ^ carry << 1) < 0;
                    case 1 -> carry < 0;
                    case 2 -> result == 0;
                    case 3 -> result == 0 || carry < 0;
                    case 4 -> (result ^ carry << 63) < 0;
                    case 5 -> ((Long.bitCount(result & 0xff) ^ (int) (carry >>> 8)) & 1) == 0;
                    case 6 -> isLess(result, carry);
                    default -> result == 0 || isLess(result, carry);
                };
        return holds == ((condition & 1) == 0);
    }

    /// SF ≠ OF.
    static boolean isLess(long result, long carry) {
        return (result ^ carry << 63 ^ carry ^ carry << 1) < 0;
    }

    /// The carry word with another carry, which is the top bit of `top`, and the overflow as it
    /// was.
    static long withCarry(long carry, long top) {
        return carry ^ (carry ^ top) >> 63 & TOP_TWO;
    }

    /// The carry word with carry and overflow both set or both clear, as multiplications leave it.
    static long withBoth(long carry, boolean isWide) {
        return carry & ~TOP_TWO | (isWide ? CARRY_OUT : 0);
    }

    /// The carry word after `r = a << count`.
    static long shiftedLeft(long a, long r, int shift, int count) {
        long out = 64 - shift < count ? 0 : a << shift + count - 1;
        return out & CARRY_OUT | r << shift >>> 1 & CARRY_IN | AUXILIARY;
    }

    /// The carry word after `r = a >>> count`.
    static long shiftedRight(long a, long r, int shift, int count) {
        long out = a << 64 - count & CARRY_OUT;
        long overflow = r << shift << 1 ^ r << shift;
        return out | (out ^ overflow) >>> 1 & CARRY_IN | AUXILIARY;
    }

    /// The carry word after `r = a >> count`.
    static long shiftedArithmetically(long a, int count) {
        long out = a >> count - 1 << 63;
        return out | out >>> 1 | AUXILIARY;
    }

    /// The carry word after a rotation to the left that gave `r`.
    static long rotatedLeft(long carry, long r, int shift) {
        return carry & ~TOP_TWO | r << 63 | r << shift >>> 1 & CARRY_IN;
    }

    /// The carry word after a rotation to the right that gave `r`.
    static long rotatedRight(long carry, long r, int shift) {
        return carry & ~TOP_TWO | r << shift & CARRY_OUT | r << shift + 1 >>> 1 & CARRY_IN;
    }

    /// The result word after a bit scan of `b` that found `found`: ZF says whether there was
    /// nothing, PF is by what was found.
    static long scanned(long b, long found) {
        return b == 0 ? 0 : found | 1 << 9;
    }
}
