package io.xenarium.machine.code;

import io.xenarium.machine.cpu.Fault;
import io.xenarium.machine.cpu.Registers;

/// Vector instructions that move and rearrange: MMX, SSE and SSE2.
final class VectorMoves {
    private static final int MXCSR_BITS = 0xffff;
    private static final long LOW_32 = 0xffffffffL;

    private final Core core;
    private final Vectors vectors;

    VectorMoves(Core core, Vectors vectors) {
        this.core = core;
        this.vectors = vectors;
    }

    /// Executes `s`, or returns false if it is none of ours.
    boolean execute(Step s) {
        switch (s.op) {
            case MOVUPS, MOVUPD, MOVDQU, LDDQU -> {
                vectors.readSecondUnaligned(s);
                vectors.writeUnaligned(s, vectors.low, vectors.high);
            }
            case MOVAPS, MOVAPD, MOVDQA, MOVNTPS, MOVNTPD, MOVNTDQ, MOVNTQ, MOVNTDQA -> {
                vectors.readSecond(s);
                vectors.write(s, vectors.low, vectors.high);
            }
            case MOVD, MOVQ, MOVQ2DQ, MOVDQ2Q -> moveLow(s);
            case MOVSS -> moveScalar(s, LOW_32);
            case MOVSD -> moveScalar(s, -1);
            case MOVLPS, MOVLPD, MOVHPS, MOVHPD, MOVHLPS, MOVLHPS -> moveHalf(s);
            case MOVMSKPS, MOVMSKPD, PMOVMSKB -> moveSigns(s);
            case MASKMOVQ, MASKMOVDQU -> moveMasked(s);
            case LDMXCSR -> {
                int mxcsr = (int) core.destination(s);
                if ((mxcsr & ~MXCSR_BITS) != 0) {
                    throw core.fault.of(Fault.GP);
                }
                core.registers.mxcsr = mxcsr;
            }
            case STMXCSR -> core.setDestination(s, core.registers.mxcsr);
            case EMMS -> vectors.empty();
            default -> {
                return shuffle(s);
            }
        }
        return true;
    }

    /// MOVD, MOVQ and their kin: the low half, with zeros above it in an XMM register.
    private void moveLow(Step s) {
        vectors.readSecondUnaligned(s);
        long low = s.op == Op.MOVD ? vectors.low & LOW_32 : vectors.low;
        vectors.write(s, low, 0);
    }

    /// MOVSS, MOVSD: from memory with zeros above, between registers with the rest kept.
    private void moveScalar(Step s, long mask) {
        vectors.readSecondUnaligned(s);
        long value = vectors.low & mask;
        if (s.kind0 == Step.XMM && s.kind1 == Step.XMM) {
            vectors.readFirst(s);
            vectors.write(s, vectors.low & ~mask | value, vectors.high);
        } else {
            vectors.write(s, value, 0);
        }
    }

    private void moveHalf(Step s) {
        vectors.readSecondUnaligned(s);
        long low = vectors.low;
        long high = vectors.high;
        boolean takesHigh = s.op == Op.MOVHLPS;
        boolean givesHigh = s.op == Op.MOVHPS || s.op == Op.MOVHPD || s.op == Op.MOVLHPS;
        if (s.kind0 == Step.MEMORY) {
            vectors.write(s, givesHigh ? high : low, 0);
            return;
        }
        vectors.readFirst(s);
        if (givesHigh) {
            vectors.write(s, vectors.low, low);
        } else {
            vectors.write(s, takesHigh ? high : low, vectors.high);
        }
    }

    private void moveSigns(Step s) {
        int bits = s.op == Op.MOVMSKPS ? 32 : s.op == Op.MOVMSKPD ? 64 : 8;
        vectors.readSecond(s);
        long[] elements = Vectors.elements(vectors.low, vectors.high, bits);
        long signs = 0;
        for (int i = 0; i < elements.length; i++) {
            signs |= elements[i] < 0 ? 1L << i : 0;
        }
        core.setGpr(s.number0, 8, signs);
    }

    /// Stores the bytes of the first operand whose mask byte is negative at rdi; nothing if not all
    /// of them could be stored, whatever the mask says. MASKMOVQ has used the MMX registers even
    /// then, as on AMD's Zen.
    private void moveMasked(Step s) {
        vectors.readSecond(s);
        long[] mask = Vectors.elements(vectors.low, vectors.high, 8);
        vectors.readFirst(s);
        long[] bytes = Vectors.elements(vectors.low, vectors.high, 8);
        int count = s.op == Op.MASKMOVQ ? 8 : 16;
        vectors.usedMmx(s);
        long offset = Core.cut(core.gpr[Registers.RDI], s.addressBytes);
        long at = core.linear(Math.max(s.stringSegment, Registers.ES), offset, count, true);
        core.memory.requireAligned(at, 8);
        core.loosely(() -> core.memory.requireWritable(at, count));
        for (int i = 0; i < count; i++) {
            if (mask[i] < 0) {
                core.memory.write(at + i, 1, bytes[i]);
            }
        }
    }

    // ---- shuffles ----

    private boolean shuffle(Step s) {
        int order = (int) s.immediate;
        switch (s.op) {
            case PSHUFD -> {
                vectors.readSecond(s);
                long low =
                        pick(vectors.low, vectors.high, order)
                                | pick(vectors.low, vectors.high, order >> 2) << 32;
                long high =
                        pick(vectors.low, vectors.high, order >> 4)
                                | pick(vectors.low, vectors.high, order >> 6) << 32;
                vectors.write(s, low, high);
            }
            case PSHUFW, PSHUFLW -> {
                vectors.readSecond(s);
                vectors.write(s, words(vectors.low, order), vectors.high);
            }
            case PSHUFHW -> {
                vectors.readSecond(s);
                vectors.write(s, vectors.low, words(vectors.high, order));
            }
            case SHUFPS, SHUFPD -> shuffleBoth(s, order);
            case UNPCKLPS, PUNPCKLDQ -> interleave(s, 32, false);
            case UNPCKHPS, PUNPCKHDQ -> interleave(s, 32, true);
            case UNPCKLPD, PUNPCKLQDQ -> interleave(s, 64, false);
            case UNPCKHPD, PUNPCKHQDQ -> interleave(s, 64, true);
            case PUNPCKLBW -> interleave(s, 8, false);
            case PUNPCKHBW -> interleave(s, 8, true);
            case PUNPCKLWD -> interleave(s, 16, false);
            case PUNPCKHWD -> interleave(s, 16, true);
            default -> {
                return false;
            }
        }
        return true;
    }

    /// The 32-bit element that the low two bits of `which` choose.
    private static long pick(long low, long high, int which) {
        return Vectors.unsigned((which & 2) == 0 ? low : high, which & 1, 32);
    }

    private static long words(long half, int order) {
        long result = 0;
        for (int i = 0; i < 4; i++) {
            result |= Vectors.place(Vectors.unsigned(half, order >> 2 * i & 3, 16), i, 16);
        }
        return result;
    }

    private void shuffleBoth(Step s, int order) {
        vectors.readSecond(s);
        long lowB = vectors.low;
        long highB = vectors.high;
        vectors.readFirst(s);
        long lowA = vectors.low;
        long highA = vectors.high;
        if (s.op == Op.SHUFPD) {
            vectors.write(s, (order & 1) == 0 ? lowA : highA, (order & 2) == 0 ? lowB : highB);
        } else {
            long low = pick(lowA, highA, order) | pick(lowA, highA, order >> 2) << 32;
            long high = pick(lowB, highB, order >> 4) | pick(lowB, highB, order >> 6) << 32;
            vectors.write(s, low, high);
        }
    }

    /// Takes elements from both operands in turn: of their low parts, or of their high parts.
    private void interleave(Step s, int bits, boolean fromHigh) {
        vectors.readSecond(s);
        long lowB = vectors.low;
        long highB = vectors.high;
        vectors.readFirst(s);
        if (s.kind0 == Step.MMX) {
            vectors.write(s, mixed(vectors.low, lowB, bits, fromHigh), 0);
        } else {
            long a = fromHigh ? vectors.high : vectors.low;
            long b = fromHigh ? highB : lowB;
            vectors.write(
                    s,
                    bits == 64 ? a : mixed(a, b, bits, false),
                    bits == 64 ? b : mixed(a, b, bits, true));
        }
    }

    /// The elements of the low (or high) 32 bits of a and b in turn.
    private static long mixed(long a, long b, int bits, boolean fromHigh) {
        int count = 32 / bits;
        int from = fromHigh ? count : 0;
        long result = 0;
        for (int i = 0; i < count; i++) {
            result |= Vectors.place(Vectors.unsigned(a, from + i, bits), 2 * i, bits);
            result |= Vectors.place(Vectors.unsigned(b, from + i, bits), 2 * i + 1, bits);
        }
        return result;
    }
}
