package io.xenarium.machine.code;

import static io.xenarium.machine.code.SseFloat.Arithmetic.ADD;
import static io.xenarium.machine.code.SseFloat.Arithmetic.MUL;
import static io.xenarium.machine.code.SseFloat.Arithmetic.SUB;

/// Floating-point instructions that add or subtract neighbours, or add here and subtract there: of
/// SSE3, and the dot products of SSE4.1. The latter multiply and add in steps: an unmasked
/// exception of one keeps the next from being taken.
final class VectorSums {
    private static final long LOW_32 = 0xffffffffL;

    private final Vectors vectors;
    private final VectorFloats floats;
    private final SseDouble wide;
    private final SseSingle narrow;

    /// @param floats who settles the flags that `wide` and `narrow` gather
    VectorSums(Vectors vectors, VectorFloats floats, SseDouble wide, SseSingle narrow) {
        this.vectors = vectors;
        this.floats = floats;
        this.wide = wide;
        this.narrow = narrow;
    }

    /// Executes `s`, or returns false if it is none of ours.
    boolean execute(Step s) {
        switch (s.op) {
            case ADDSUBPS, HADDPS, HSUBPS, DPPS -> singles(s);
            case ADDSUBPD, HADDPD, HSUBPD, DPPD -> doubles(s);
            default -> {
                return false;
            }
        }
        return true;
    }

    private void singles(Step s) {
        vectors.readSecond(s);
        long lowB = vectors.low;
        long highB = vectors.high;
        vectors.readFirst(s);
        long lowA = vectors.low;
        long highA = vectors.high;
        switch (s.op) {
            case ADDSUBPS -> store(s, downUp(lowA, lowB), downUp(highA, highB));
            case DPPS -> {
                int which = (int) s.immediate >> 4;
                long low = products(lowA, lowB, which);
                long high = products(highA, highB, which >> 2);
                floats.settle();
                int lowSum = within(ADD, low);
                int highSum = within(ADD, high);
                floats.settle();
                int sum = narrow.arithmetic(ADD, lowSum, highSum);
                store(s, spread(sum, (int) s.immediate), spread(sum, (int) s.immediate >> 2));
            }
            default -> {
                SseFloat.Arithmetic op = s.op == Op.HADDPS ? ADD : SUB;
                long low = pair(within(op, lowA), within(op, highA));
                store(s, low, pair(within(op, lowB), within(op, highB)));
            }
        }
    }

    private void doubles(Step s) {
        vectors.readSecond(s);
        long lowB = vectors.low;
        long highB = vectors.high;
        vectors.readFirst(s);
        long lowA = vectors.low;
        long highA = vectors.high;
        switch (s.op) {
            case ADDSUBPD -> {
                long low = wide.arithmetic(SUB, lowA, lowB);
                store(s, low, wide.arithmetic(ADD, highA, highB));
            }
            case DPPD -> {
                int control = (int) s.immediate;
                long low = (control & 0x10) != 0 ? wide.arithmetic(MUL, lowA, lowB) : 0;
                long high = (control & 0x20) != 0 ? wide.arithmetic(MUL, highA, highB) : 0;
                floats.settle();
                long sum = wide.arithmetic(ADD, low, high);
                store(s, (control & 1) != 0 ? sum : 0, (control & 2) != 0 ? sum : 0);
            }
            default -> {
                SseFloat.Arithmetic op = s.op == Op.HADDPD ? ADD : SUB;
                long low = wide.arithmetic(op, lowA, highA);
                store(s, low, wide.arithmetic(op, lowB, highB));
            }
        }
    }

    private void store(Step s, long low, long high) {
        floats.settle();
        vectors.write(s, low, high);
    }

    /// ADDSUBPS on a half: the lower element less, the upper plus.
    private long downUp(long a, long b) {
        int low = narrow.arithmetic(SUB, (int) a, (int) b);
        return pair(low, narrow.arithmetic(ADD, (int) (a >>> 32), (int) (b >>> 32)));
    }

    private int within(SseFloat.Arithmetic op, long half) {
        return narrow.arithmetic(op, (int) half, (int) (half >>> 32));
    }

    private static long pair(int low, int high) {
        return low & LOW_32 | (long) high << 32;
    }

    /// A half's two products; one whose bit is clear counts as 0.
    private long products(long a, long b, int which) {
        int low = (which & 1) != 0 ? narrow.arithmetic(MUL, (int) a, (int) b) : 0;
        int high =
                (which & 2) != 0 ? narrow.arithmetic(MUL, (int) (a >>> 32), (int) (b >>> 32)) : 0;
        return pair(low, high);
    }

    private static long spread(int sum, int where) {
        return pair((where & 1) != 0 ? sum : 0, (where & 2) != 0 ? sum : 0);
    }
}
