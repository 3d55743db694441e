package io.xenarium.machine.code;

/// The arithmetic flags in translated code: five words, each a JVM local, from which each flag can
/// be told. They cost less than the two words of [Flags]: most instructions only leave their
/// operands and result behind, and what nobody asks for is never computed.
///
/// - `r`: the result, sign-extended to 64 bits as in [Flags].
/// - `a`, `b`: the operands, sign-extended.
/// - `kind`: 0 where `r = a + b`, −1 where `r = a − b`. A logical operation leaves `r − 0 = r`
///   behind, which has neither carry nor overflow.
/// - `fix`: what differs, as bits of the carry word of [Flags]; 0 after additions, subtractions and
///   logical operations.
///
/// Because a subtraction is an addition with `a` and `r` inverted, one formula gives the carries of
/// both.
final class FlagWords {
    private static final long TOP_TWO = 0xc000_0000_0000_0000L;
    private static final long CARRY_OUT = 1L << 63;
    private static final long CARRY_IN = 1L << 62;
    private static final long AUXILIARY = 1 << 3;

    private FlagWords() {}

    /// A word whose top bit is the carry.
    static long below(long a, long b, long r, long kind, long fix) {
        long p = a ^ kind;
        return (p & b | (p | b) & ~(r ^ kind)) ^ fix;
    }

    /// The carry word of [Flags].
    static long carry(long a, long b, long r, long kind, long fix) {
        long p = a ^ kind;
        long s = r ^ kind;
        long out = p & b | (p | b) & ~s;
        long in = out ^ (p ^ s) & (b ^ s);
        return (out & CARRY_OUT | in >>> 1 & CARRY_IN | out & AUXILIARY) ^ fix;
    }

    /// A word whose top bit is the overflow.
    static long overflow(long a, long b, long r, long kind, long fix) {
        long s = r ^ kind;
        return (a ^ kind ^ s) & (b ^ s) ^ fix ^ fix << 1;
    }

    /// Whether a condition holds, by its encoding 0 (o) … 15 (g).
    static boolean holds(int condition, long a, long b, long r, long kind, long fix) {
        boolean holds =
                switch (condition >> 1) {
                    case 0 -> overflow(a, b, r, kind, fix) < 0;
                    case 1 -> below(a, b, r, kind, fix) < 0;
                    case 2 -> r == 0;
                    case 3 -> r == 0 || below(a, b, r, kind, fix) < 0;
                    case 4 -> (r ^ fix << 63) < 0;
                    case 5 -> ((Long.bitCount(r & 0xff) ^ (int) (fix >>> 8)) & 1) == 0;
                    case 6 -> (r ^ fix << 63 ^ overflow(a, b, r, kind, fix)) < 0;
                    default -> r == 0 || (r ^ fix << 63 ^ overflow(a, b, r, kind, fix)) < 0;
                };
        return holds == ((condition & 1) == 0);
    }

    /// What `fix` is after INC or DEC, which leave CF as it was.
    ///
    /// @param before a word whose top bit is the carry before it
    /// @param after one whose top bit is the carry that the addition or subtraction gives
    static long kept(long before, long after) {
        return (before ^ after) >> 63 & TOP_TWO;
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
