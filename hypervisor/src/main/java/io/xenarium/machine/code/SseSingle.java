package io.xenarium.machine.code;

/// SSE on a number of single precision, as its 32 bits.
final class SseSingle extends SseFloat {
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
        exact.fromFloat(a);
        return whole(bits, chop);
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

    private int flushInput(int a) {
        return (mxcsr & DENORMALS_ARE_ZERO) != 0 && isDenormal(a) ? a & Integer.MIN_VALUE : a;
    }

    private int firstNaN(int a, int b) {
        noteSignalling(isSignalling(a) || isSignalling(b));
        return (isNaN(a) ? a : b) | 1 << 22;
    }

    private static boolean isOrdinary(float x) {
        float size = Math.abs(x);
        return size >= Float.MIN_NORMAL * 2 && size <= Float.MAX_VALUE;
    }

    private static boolean isNaN(int a) {
        return (a & Integer.MAX_VALUE) > 0x7f800000;
    }

    private static boolean isSignalling(int a) {
        return isNaN(a) && (a & 1 << 22) == 0;
    }

    private static boolean isDenormal(int a) {
        return (a & 0x7f800000) == 0 && a << 1 != 0;
    }
}
