package io.xenarium.machine.code;

/// Arithmetic of SSE and SSE2 on one number, given and returned as bits: results, rounding and
/// exception flags as the processor has them (Intel SDM vol. 1, chapters 4.8, 10 and 11.5).
///
/// Java's own `float` and `double` serve where they must agree: nearest rounding, ordinary operands
/// and result, and the only flag that could be new, *precision*, already set. Everything else goes
/// through [Extended].
///
/// Flags gather in [#flags], by their bits in MXCSR. The caller adds them to MXCSR, and raises #XM
/// instead of storing the result if one of them is unmasked.
abstract sealed class SseFloat permits SseDouble, SseSingle {
    /// MXCSR with all exceptions masked and nearest rounding, denormals as they are; only flags may
    /// differ.
    private static final int ORDINARY = 0x1f80;

    private static final int CONTROL_BITS = 0xffc0;
    static final int DENORMALS_ARE_ZERO = 1 << 6;
    private static final int FLUSH_TO_ZERO = 1 << 15;
    private static final int UNDERFLOW_MASKED = 1 << 11;
    private static final int FLOAT_INDEFINITE = 0xffc00000;

    /// The two-operand operations that round.
    enum Arithmetic {
        ADD,
        SUB,
        MUL,
        DIV
    }

    /// Exceptions met since [#begin].
    int flags;

    final Extended exact = new Extended();
    int mxcsr;
    boolean fast;

    /// Starts an instruction under this MXCSR.
    void begin(int newMxcsr) {
        mxcsr = newMxcsr;
        flags = 0;
        exact.flags = 0;
        fast = (mxcsr & CONTROL_BITS) == ORDINARY && (mxcsr & Extended.PRECISION) != 0;
    }

    void operate(Arithmetic op, int headA, long sigA, int headB, long sigB) {
        switch (op) {
            case ADD -> exact.add(headA, sigA, headB, sigB, false);
            case SUB -> exact.add(headA, sigA, headB, sigB, true);
            case MUL -> exact.multiply(headA, sigA, headB, sigB);
            case DIV -> exact.divide(headA, sigA, headB, sigB);
        }
    }

    void beginWhole(int control) {
        int direction = (control & 4) != 0 ? mxcsr >>> 13 & 3 : control & 3;
        exact.begin(0x3f | direction << 10);
        exact.fullPrecision();
    }

    void noteWhole(int control) {
        boolean tells = (control & 8) == 0;
        flags |= tells ? exact.flags & Extended.PRECISION : 0;
        exact.begin(0x3f);
    }

    int packFloat() {
        flags |= exact.flags;
        if (flushesResult()) {
            return (exact.head & 0x8000) << 16;
        }
        if (Extended.isNaN(exact.head, exact.significand)) {
            return FLOAT_INDEFINITE;
        }
        int before = exact.flags;
        exact.begin(0x3f);
        int bits = exact.toFloat(exact.head, exact.significand);
        exact.flags = before;
        return bits;
    }

    /// With flush-to-zero and underflow masked a tiny result becomes zero, exact or not, and counts
    /// as inexact.
    boolean flushesResult() {
        boolean flushes = (mxcsr & FLUSH_TO_ZERO) != 0 && (mxcsr & UNDERFLOW_MASKED) != 0;
        if (flushes && exact.isTiny()) {
            flags |= Extended.UNDERFLOW | Extended.PRECISION;
            return true;
        }
        return false;
    }

    void noteDenormals(boolean some) {
        if (some && (exact.flags & (Extended.INVALID | Extended.ZERO_DIVIDE)) == 0) {
            flags |= Extended.DENORMAL;
        }
    }

    void noteSignalling(boolean signalling) {
        if (signalling) {
            flags |= Extended.INVALID;
        }
    }

    static Extended.Order order(double x, double y) {
        if (x == y) {
            return Extended.Order.EQUAL;
        }
        return x < y ? Extended.Order.LESS : Extended.Order.GREATER;
    }

    /// The number in [#exact] as a whole number of 32 or 64 bits, chopped or rounded.
    long whole(int bits, boolean chop) {
        int head = exact.head;
        long significand = exact.significand;
        exact.begin(0x3f | (chop ? Extended.CHOP : mxcsr >>> 13 & 3) << 10);
        long result = exact.toLong(head, significand, bits);
        flags |= exact.flags;
        return result;
    }
}
