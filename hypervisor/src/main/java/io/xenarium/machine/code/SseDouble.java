package io.xenarium.machine.code;

/// SSE2 on a number of double precision, as its 64 bits.
final class SseDouble extends SseFloat {
    private static final long INDEFINITE = 0xfff8000000000000L;

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
        exact.fromDouble(a);
        return whole(bits, chop);
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

    private long packDouble() {
        flags |= exact.flags;
        if (flushesResult()) {
            return (exact.head & 0x8000L) << 48;
        }
        if (Extended.isNaN(exact.head, exact.significand)) {
            return INDEFINITE;
        }
        int before = exact.flags;
        exact.begin(0x3f);
        long bits = exact.toDouble(exact.head, exact.significand);
        exact.flags = before;
        return bits;
    }

    private long flushInput(long a) {
        return (mxcsr & DENORMALS_ARE_ZERO) != 0 && isDenormal(a) ? a & Long.MIN_VALUE : a;
    }

    /// The NaN that an operation passes on: the first operand's if it is one, made quiet (Intel SDM
    /// vol. 1, table 4-7).
    private long firstNaN(long a, long b) {
        noteSignalling(isSignalling(a) || isSignalling(b));
        return (isNaN(a) ? a : b) | 1L << 51;
    }

    /// Whether Java's operation on such numbers can raise no flag but *precision*.
    private static boolean isOrdinary(double x) {
        double size = Math.abs(x);
        return size >= Double.MIN_NORMAL * 2 && size <= Double.MAX_VALUE;
    }

    private static boolean isNaN(long a) {
        return (a & Long.MAX_VALUE) > 0x7ff0000000000000L;
    }

    private static boolean isSignalling(long a) {
        return isNaN(a) && (a & 1L << 51) == 0;
    }

    private static boolean isDenormal(long a) {
        return (a & 0x7ff0000000000000L) == 0 && a << 1 != 0;
    }
}
