package io.xenarium.machine.code;

/// Arithmetic of SSE and SSE2 on single and double precision numbers, given and returned as bits:
/// results, rounding and exception flags as the processor has them (Intel SDM vol. 1, chapters 4.8,
/// 10 and 11.5).
///
/// Java's own `float` and `double` serve where they must agree: nearest rounding, ordinary operands
/// and result, and the only flag that could be new, *precision*, already set. Everything else goes
/// through [Extended].
///
/// Flags gather in [#flags], by their bits in MXCSR. The caller adds them to MXCSR, and raises #XM
/// instead of storing the result if one of them is unmasked.
final class SseFloat {
    /// MXCSR with all exceptions masked and nearest rounding, denormals as they are; only flags may
    /// differ.
    private static final int ORDINARY = 0x1f80;

    private static final int CONTROL_BITS = 0xffc0;
    private static final int DENORMALS_ARE_ZERO = 1 << 6;
    private static final int FLUSH_TO_ZERO = 1 << 15;
    private static final int UNDERFLOW_MASKED = 1 << 11;
    private static final long DOUBLE_INDEFINITE = 0xfff8000000000000L;
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

    private final Extended exact = new Extended();
    private int mxcsr;
    private boolean fast;

    /// Starts an instruction under this MXCSR.
    void begin(int newMxcsr) {
        mxcsr = newMxcsr;
        flags = 0;
        exact.flags = 0;
        fast = (mxcsr & CONTROL_BITS) == ORDINARY && (mxcsr & Extended.PRECISION) != 0;
    }

    // ---- double precision ----

    long arithmetic(Arithmetic op, long a, long b) {
        if (fast) {
            double x = Double.longBitsToDouble(a);
            double y = Double.longBitsToDouble(b);
            double result =
                    switch (op) {
                        case ADD -> x + y;
                        case SUB -> x - y;
                        case MUL -> x * y;
                        case DIV -> x / y;
                    };
            if (isOrdinary(x) && isOrdinary(y) && isOrdinary(result)) {
                return Double.doubleToRawLongBits(result);
            }
        }
        a = flushInput(a);
        b = flushInput(b);
        if (isNaN(a) || isNaN(b)) {
            return firstNaN(a, b);
        }
        exact.fromDouble(a);
        int headA = exact.head;
        long sigA = exact.significand;
        exact.fromDouble(b);
        int headB = exact.head;
        long sigB = exact.significand;
        exact.beginSse(52, mxcsr);
        operate(op, headA, sigA, headB, sigB);
        noteDenormals(isDenormal(a) || isDenormal(b));
        return packDouble();
    }

    long squareRoot(long a) {
        a = flushInput(a);
        if (isNaN(a)) {
            return firstNaN(a, a);
        }
        exact.fromDouble(a);
        int head = exact.head;
        long significand = exact.significand;
        exact.beginSse(52, mxcsr);
        exact.squareRoot(head, significand);
        noteDenormals(isDenormal(a));
        return packDouble();
    }

    /// MINSD and MAXSD: the second operand wherever the two are equal or one is a NaN.
    long pick(long a, long b, boolean larger) {
        a = flushInput(a);
        b = flushInput(b);
        if (isNaN(a) || isNaN(b)) {
            flags |= Extended.INVALID;
            return b;
        }
        noteDenormals(isDenormal(a) || isDenormal(b));
        double x = Double.longBitsToDouble(a);
        double y = Double.longBitsToDouble(b);
        return (larger ? x > y : x < y) ? a : b;
    }

    /// How a and b compare; a quiet NaN is invalid only where `signals`.
    Extended.Order compare(long a, long b, boolean signals) {
        a = flushInput(a);
        b = flushInput(b);
        if (isNaN(a) || isNaN(b)) {
            if (signals || isSignalling(a) || isSignalling(b)) {
                flags |= Extended.INVALID;
            }
            return Extended.Order.UNORDERED;
        }
        noteDenormals(isDenormal(a) || isDenormal(b));
        return order(Double.longBitsToDouble(a), Double.longBitsToDouble(b));
    }

    /// CVTSD2SI and CVTTSD2SI: to a whole number of 32 or 64 bits.
    long toLong(long a, int bits, boolean chop) {
        a = flushInput(a);
        return whole(a, bits, chop);
    }

    /// CVTSD2SS.
    int toFloat(long a) {
        a = flushInput(a);
        if (isNaN(a)) {
            noteSignalling(isSignalling(a));
            return (int) (a >>> 32 & 0x80000000L) | 0x7fc00000 | (int) (a >>> 29 & 0x3fffff);
        }
        exact.fromDouble(a);
        int head = exact.head;
        long significand = exact.significand;
        exact.beginSse(23, mxcsr);
        exact.add(head, significand, head & 0x8000, 0, false);
        noteDenormals(isDenormal(a));
        return packFloat();
    }

    /// CVTSI2SD.
    long fromLong(long value) {
        exact.begin(Extended.NEAREST);
        exact.fromLong(value);
        int head = exact.head;
        long significand = exact.significand;
        exact.beginSse(52, mxcsr);
        exact.add(head, significand, head & 0x8000, 0, false);
        return packDouble();
    }

    /// ROUNDSD with the control byte of the instruction.
    long toWhole(long a, int control) {
        a = flushInput(a);
        if (isNaN(a)) {
            noteSignalling(isSignalling(a));
            return a | 1L << 51;
        }
        exact.fromDouble(a);
        int head = exact.head;
        long significand = exact.significand;
        beginWhole(control);
        exact.toWhole(head, significand);
        noteWhole(control);
        return exact.toDouble(exact.head, exact.significand);
    }

    // ---- single precision: the same, in their own width ----

    int arithmetic(Arithmetic op, int a, int b) {
        if (fast) {
            float x = Float.intBitsToFloat(a);
            float y = Float.intBitsToFloat(b);
            float result =
                    switch (op) {
                        case ADD -> x + y;
                        case SUB -> x - y;
                        case MUL -> x * y;
                        case DIV -> x / y;
                    };
            if (isOrdinary(x) && isOrdinary(y) && isOrdinary(result)) {
                return Float.floatToRawIntBits(result);
            }
        }
        a = flushInput(a);
        b = flushInput(b);
        if (isNaN(a) || isNaN(b)) {
            return firstNaN(a, b);
        }
        exact.fromFloat(a);
        int headA = exact.head;
        long sigA = exact.significand;
        exact.fromFloat(b);
        int headB = exact.head;
        long sigB = exact.significand;
        exact.beginSse(23, mxcsr);
        operate(op, headA, sigA, headB, sigB);
        noteDenormals(isDenormal(a) || isDenormal(b));
        return packFloat();
    }

    int squareRoot(int a) {
        a = flushInput(a);
        if (isNaN(a)) {
            return firstNaN(a, a);
        }
        exact.fromFloat(a);
        int head = exact.head;
        long significand = exact.significand;
        exact.beginSse(23, mxcsr);
        exact.squareRoot(head, significand);
        noteDenormals(isDenormal(a));
        return packFloat();
    }

    int pick(int a, int b, boolean larger) {
        a = flushInput(a);
        b = flushInput(b);
        if (isNaN(a) || isNaN(b)) {
            flags |= Extended.INVALID;
            return b;
        }
        noteDenormals(isDenormal(a) || isDenormal(b));
        float x = Float.intBitsToFloat(a);
        float y = Float.intBitsToFloat(b);
        return (larger ? x > y : x < y) ? a : b;
    }

    Extended.Order compare(int a, int b, boolean signals) {
        a = flushInput(a);
        b = flushInput(b);
        if (isNaN(a) || isNaN(b)) {
            if (signals || isSignalling(a) || isSignalling(b)) {
                flags |= Extended.INVALID;
            }
            return Extended.Order.UNORDERED;
        }
        noteDenormals(isDenormal(a) || isDenormal(b));
        return order(Float.intBitsToFloat(a), Float.intBitsToFloat(b));
    }

    /// CVTSS2SI and CVTTSS2SI.
    long toLong(int a, int bits, boolean chop) {
        a = flushInput(a);
        double exactly = Float.intBitsToFloat(a);
        return whole(Double.doubleToRawLongBits(exactly), bits, chop);
    }

    /// CVTSS2SD.
    long toDouble(int a) {
        a = flushInput(a);
        if (isNaN(a)) {
            noteSignalling(isSignalling(a));
            return (a & 0x80000000L) << 32 | 0x7ff8000000000000L | (a & 0x3fffffL) << 29;
        }
        noteDenormals(isDenormal(a));
        return Double.doubleToRawLongBits(Float.intBitsToFloat(a));
    }

    /// CVTSI2SS.
    int floatFromLong(long value) {
        exact.begin(Extended.NEAREST);
        exact.fromLong(value);
        int head = exact.head;
        long significand = exact.significand;
        exact.beginSse(23, mxcsr);
        exact.add(head, significand, head & 0x8000, 0, false);
        return packFloat();
    }

    /// ROUNDSS with the control byte of the instruction.
    int toWhole(int a, int control) {
        a = flushInput(a);
        if (isNaN(a)) {
            noteSignalling(isSignalling(a));
            return a | 1 << 22;
        }
        exact.fromFloat(a);
        int head = exact.head;
        long significand = exact.significand;
        beginWhole(control);
        exact.toWhole(head, significand);
        noteWhole(control);
        return exact.toFloat(exact.head, exact.significand);
    }

    // ---- inside ----

    private void operate(Arithmetic op, int headA, long sigA, int headB, long sigB) {
        switch (op) {
            case ADD -> exact.add(headA, sigA, headB, sigB, false);
            case SUB -> exact.add(headA, sigA, headB, sigB, true);
            case MUL -> exact.multiply(headA, sigA, headB, sigB);
            case DIV -> exact.divide(headA, sigA, headB, sigB);
        }
    }

    private void beginWhole(int control) {
        int direction = (control & 4) != 0 ? mxcsr >>> 13 & 3 : control & 3;
        exact.begin(0x3f | direction << 10);
        exact.fullPrecision();
    }

    private void noteWhole(int control) {
        boolean tells = (control & 8) == 0;
        flags |= tells ? exact.flags & Extended.PRECISION : 0;
        exact.begin(0x3f);
    }

    private long whole(long a, int bits, boolean chop) {
        exact.begin(0x3f | (chop ? Extended.CHOP : mxcsr >>> 13 & 3) << 10);
        if (isNaN(a)) {
            flags |= Extended.INVALID;
            return -1L << bits - 1;
        }
        exact.fromDouble(a);
        int head = exact.head;
        long significand = exact.significand;
        exact.flags = 0;
        long result = exact.toLong(head, significand, bits);
        flags |= exact.flags;
        return result;
    }

    private long packDouble() {
        flags |= exact.flags;
        if (flushesResult()) {
            return (exact.head & 0x8000L) << 48;
        }
        if (Extended.isNaN(exact.head, exact.significand)) {
            return DOUBLE_INDEFINITE;
        }
        int before = exact.flags;
        exact.begin(0x3f);
        long bits = exact.toDouble(exact.head, exact.significand);
        exact.flags = before;
        return bits;
    }

    private int packFloat() {
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
    private boolean flushesResult() {
        boolean flushes = (mxcsr & FLUSH_TO_ZERO) != 0 && (mxcsr & UNDERFLOW_MASKED) != 0;
        if (flushes && exact.isTiny()) {
            flags |= Extended.UNDERFLOW | Extended.PRECISION;
            return true;
        }
        return false;
    }

    private void noteDenormals(boolean some) {
        if (some && (exact.flags & (Extended.INVALID | Extended.ZERO_DIVIDE)) == 0) {
            flags |= Extended.DENORMAL;
        }
    }

    private void noteSignalling(boolean signalling) {
        if (signalling) {
            flags |= Extended.INVALID;
        }
    }

    private static Extended.Order order(double x, double y) {
        if (x == y) {
            return Extended.Order.EQUAL;
        }
        return x < y ? Extended.Order.LESS : Extended.Order.GREATER;
    }

    private long flushInput(long a) {
        return (mxcsr & DENORMALS_ARE_ZERO) != 0 && isDenormal(a) ? a & Long.MIN_VALUE : a;
    }

    private int flushInput(int a) {
        return (mxcsr & DENORMALS_ARE_ZERO) != 0 && isDenormal(a) ? a & Integer.MIN_VALUE : a;
    }

    /// The NaN that an operation passes on: the first operand's if it is one, made quiet (Intel SDM
    /// vol. 1, table 4-7).
    private long firstNaN(long a, long b) {
        noteSignalling(isSignalling(a) || isSignalling(b));
        return (isNaN(a) ? a : b) | 1L << 51;
    }

    private int firstNaN(int a, int b) {
        noteSignalling(isSignalling(a) || isSignalling(b));
        return (isNaN(a) ? a : b) | 1 << 22;
    }

    /// Whether Java's operation on such numbers can raise no flag but *precision*.
    private static boolean isOrdinary(double x) {
        double size = Math.abs(x);
        return size >= Double.MIN_NORMAL * 2 && size <= Double.MAX_VALUE;
    }

    private static boolean isOrdinary(float x) {
        float size = Math.abs(x);
        return size >= Float.MIN_NORMAL * 2 && size <= Float.MAX_VALUE;
    }

    private static boolean isNaN(long a) {
        return (a & Long.MAX_VALUE) > 0x7ff0000000000000L;
    }

    private static boolean isNaN(int a) {
        return (a & Integer.MAX_VALUE) > 0x7f800000;
    }

    private static boolean isSignalling(long a) {
        return isNaN(a) && (a & 1L << 51) == 0;
    }

    private static boolean isSignalling(int a) {
        return isNaN(a) && (a & 1 << 22) == 0;
    }

    private static boolean isDenormal(long a) {
        return (a & 0x7ff0000000000000L) == 0 && a << 1 != 0;
    }

    private static boolean isDenormal(int a) {
        return (a & 0x7f800000) == 0 && a << 1 != 0;
    }
}
