package io.xenarium.machine.code;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.util.function.Function;
import java.util.zip.GZIPInputStream;

/// The arithmetic of x87 and SSE against what a real processor answered: cases recorded by
/// src/test/c/x87.c and sse.c.
class FloatingPointAgreesWithSiliconTest {
    private static final int COMPARE_FLAGS = 0x4500;

    @Test
    void doubleExtendedArithmeticGivesTheSameNumbersAndFlags() throws IOException {
        agreeOn("/silicon/x87.gz", 8_000, FloatingPointAgreesWithSiliconTest::x87);
    }

    @Test
    void scalarSseArithmeticGivesTheSameNumbersAndFlags() throws IOException {
        agreeOn("/silicon/sse.gz", 12_000, FloatingPointAgreesWithSiliconTest::sse);
    }

    /// Each line holds a case and its outcome; `answer` gives ours and theirs as text.
    private static void agreeOn(String resource, int atLeast, Function<long[], String[]> answer)
            throws IOException {
        int cases = 0;
        try (InputStream in =
                        FloatingPointAgreesWithSiliconTest.class.getResourceAsStream(resource);
                BufferedReader lines =
                        new BufferedReader(new InputStreamReader(new GZIPInputStream(in)))) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                String[] fields = line.split(" ");
                long[] values = new long[fields.length];
                values[0] = Integer.parseInt(fields[0]);
                for (int i = 1; i < fields.length; i++) {
                    values[i] = Long.parseUnsignedLong(fields[i], 16);
                }
                String[] both = answer.apply(values);
                assertEquals(both[1], both[0], line);
                cases++;
            }
        }
        assertTrue(cases >= atLeast, "the recorded file is incomplete");
    }

    private static String[] x87(long[] line) {
        int op = (int) line[0];
        int headA = (int) line[2];
        int headB = (int) line[4];
        Extended unit = new Extended();
        unit.begin((int) line[1]);
        if (op > 4) {
            unit.fullPrecision();
        }
        long whole = 0;
        String order = "";
        if (op == 7 || op == 8) {
            order = unit.compare(headA, line[3], headB, line[5], op == 8).name();
        } else if (op < 12) {
            inRegister(unit, op, line);
        } else {
            whole = inMemory(unit, op, headA, line[3]);
        }
        int status = (int) line[6];
        boolean comparison = op == 7 || op == 8;
        boolean inexact = !comparison && (status & Extended.PRECISION) != 0;
        boolean inRegister = op < 7 || op >= 9 && op < 12;
        String ours =
                outcome(
                        unit.flags,
                        inexact && unit.roundedUp,
                        inRegister ? unit.head : 0,
                        inRegister ? unit.significand : 0,
                        whole,
                        order);
        String theirs =
                outcome(
                        status & 0x3f,
                        inexact && (status >> 9 & 1) != 0,
                        (int) line[7],
                        line[8],
                        line[9],
                        comparison ? order(status & COMPARE_FLAGS) : "");
        return new String[] {ours, theirs};
    }

    /// The operations whose result stays in a register.
    private static void inRegister(Extended unit, int op, long[] line) {
        int headA = (int) line[2];
        int headB = (int) line[4];
        switch (op) {
            case 0, 1 -> unit.add(headA, line[3], headB, line[5], op == 1);
            case 2 -> unit.multiply(headA, line[3], headB, line[5]);
            case 3 -> unit.divide(headA, line[3], headB, line[5]);
            case 4 -> unit.squareRoot(headA, line[3]);
            case 5 -> unit.toWhole(headA, line[3]);
            case 6 -> unit.scale(headA, line[3], headB, line[5]);
            case 9 -> unit.fromLong(line[3]);
            case 10 -> unit.fromFloat((int) line[3]);
            default -> unit.fromDouble(line[3]);
        }
        unit.quiet();
    }

    /// The operations that store.
    private static long inMemory(Extended unit, int op, int head, long significand) {
        return switch (op) {
            case 12 -> unit.toLong(head, significand, 16);
            case 13 -> unit.toLong(head, significand, 32);
            case 14 -> unit.toLong(head, significand, 64);
            case 15 -> Integer.toUnsignedLong(unit.toFloat(head, significand));
            default -> unit.toDouble(head, significand);
        };
    }

    private static String order(int conditionCodes) {
        return switch (conditionCodes) {
            case 0 -> "GREATER";
            case 0x100 -> "LESS";
            case 0x4000 -> "EQUAL";
            default -> "UNORDERED";
        };
    }

    private static String outcome(
            int flags, boolean up, int head, long significand, long whole, String order) {
        return "flags %02x up %b %04x:%016x whole %x %s"
                .formatted(flags, up, head, significand, whole, order);
    }

    private static String[] sse(long[] line) {
        int op = (int) line[0];
        int mxcsr = (int) line[1];
        SseDouble wide = new SseDouble();
        SseSingle narrow = new SseSingle();
        wide.begin(mxcsr);
        narrow.begin(mxcsr);
        long result =
                op < 16
                        ? onDoubles(wide, op, line[2], line[3], (int) line[7])
                        : onFloats(narrow, op - 16, line[2], line[3], (int) line[7]);
        int kind = op & 15;
        boolean inGeneralRegister = kind == 7 || kind == 8 || kind >= 12 && kind <= 14;
        return new String[] {
            "mxcsr %x result %x".formatted(mxcsr | wide.flags | narrow.flags, result),
            "mxcsr %x result %x".formatted(line[4], inGeneralRegister ? line[6] : line[5])
        };
    }

    private static long onDoubles(SseDouble unit, int op, long a, long b, int control) {
        return switch (op) {
            case 0, 1, 2, 3 -> unit.arithmetic(SseFloat.Arithmetic.values()[op], a, b);
            case 4 -> unit.squareRoot(b);
            case 5, 6 -> unit.pick(a, b, op == 6);
            case 7, 8 -> eflags(unit.compare(a, b, op == 7));
            case 9 -> Integer.toUnsignedLong(unit.toFloat(b));
            case 10, 11 -> unit.fromLong(a);
            case 12 -> unit.toLong(a, 64, false);
            case 13 -> unit.toLong(a, 64, true);
            case 14 -> unit.toLong(a, 32, false);
            default -> unit.toWhole(b, control);
        };
    }

    private static long onFloats(SseSingle unit, int op, long a, long b, int control) {
        int x = (int) a;
        int y = (int) b;
        return switch (op) {
            case 0, 1, 2, 3 ->
                    Integer.toUnsignedLong(unit.arithmetic(SseFloat.Arithmetic.values()[op], x, y));
            case 4 -> Integer.toUnsignedLong(unit.squareRoot(y));
            case 5, 6 -> Integer.toUnsignedLong(unit.pick(x, y, op == 6));
            case 7, 8 -> eflags(unit.compare(x, y, op == 7));
            case 9 -> unit.toDouble(y);
            case 10, 11 -> Integer.toUnsignedLong(unit.floatFromLong(a));
            case 12 -> unit.toLong(x, 64, false);
            case 13 -> unit.toLong(x, 64, true);
            case 14 -> unit.toLong(x, 32, false);
            default -> Integer.toUnsignedLong(unit.toWhole(y, control));
        };
    }

    /// ZF, PF and CF as COMISD leaves them.
    private static long eflags(Extended.Order order) {
        return switch (order) {
            case UNORDERED -> 0x45;
            case EQUAL -> 0x40;
            case LESS -> 1;
            case GREATER -> 0;
        };
    }
}
