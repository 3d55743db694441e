package io.xenarium.machine.code;

/// Integer arithmetic on vectors: MMX, and the same on the two halves of an XMM register (SSE2),
/// with what SSSE3 and SSE4 added to it. Written for one half of 64 bits; only what packs, or adds
/// neighbours, looks at both.
final class VectorIntegers {
    private final Core core;
    private final Vectors vectors;

    VectorIntegers(Core core, Vectors vectors) {
        this.core = core;
        this.vectors = vectors;
    }

    /// Executes `s`, or returns false if it is none of ours.
    boolean execute(Step s) {
        switch (s.op) {
            case PACKSSWB -> pack(s, 16, -128, 127);
            case PACKSSDW -> pack(s, 32, -32768, 32767);
            case PACKUSWB -> pack(s, 16, 0, 255);
            case PACKUSDW -> pack(s, 32, 0, 65535);
            case PHADDW, PHADDSW, PHSUBW, PHSUBSW -> neighbours(s, 16);
            case PHADDD, PHSUBD -> neighbours(s, 32);
            case PSLLW, PSRLW, PSRAW -> shift(s, 16);
            case PSLLD, PSRLD, PSRAD -> shift(s, 32);
            case PSLLQ, PSRLQ -> shift(s, 64);
            case PSLLDQ, PSRLDQ -> shiftBytes(s);
            default -> {
                int bits = bits(s.op);
                if (bits == 0) {
                    return false;
                }
                both(s, bits);
            }
        }
        return true;
    }

    private void both(Step s, int bits) {
        vectors.readSecond(s);
        long lowB = vectors.low;
        long highB = vectors.high;
        vectors.readFirst(s);
        long low = half(s.op, vectors.low, lowB, bits);
        long high = s.kind0 == Step.XMM ? half(s.op, vectors.high, highB, bits) : 0;
        vectors.write(s, low, high);
    }

    /// The width of the elements that an operation works on; 0 for one that is none of ours.
    private static int bits(Op op) {
        return switch (op) {
            case PADDB, PADDSB, PADDUSB, PSUBB, PSUBSB, PSUBUSB, PCMPEQB, PCMPGTB -> 8;
            case PAVGB, PMAXUB, PMINUB, PSADBW, PABSB, PSIGNB, PMINSB, PMAXSB -> 8;
            case PADDW, PADDSW, PADDUSW, PSUBW, PSUBSW, PSUBUSW, PCMPEQW, PCMPGTW -> 16;
            case PAVGW, PMAXSW, PMINSW, PMULHW, PMULHUW, PMULLW, PMADDWD -> 16;
            case PABSW, PSIGNW, PMINUW, PMAXUW, PMULHRSW, PMADDUBSW -> 16;
            case PADDD, PSUBD, PCMPEQD, PCMPGTD, PMULUDQ -> 32;
            case PABSD, PSIGND, PMINSD, PMAXSD, PMINUD, PMAXUD, PMULLD, PMULDQ -> 32;
            case PCMPEQQ, PCMPGTQ -> 64;
            case PADDQ, PSUBQ, PAND, PANDN, POR, PXOR -> 64;
            case ANDPS, ANDPD, ANDNPS, ANDNPD, ORPS, ORPD, XORPS, XORPD -> 64;
            default -> 0;
        };
    }

    private static long half(Op op, long a, long b, int bits) {
        return switch (op) {
            case PADDQ -> a + b;
            case PSUBQ -> a - b;
            case PAND, ANDPS, ANDPD -> a & b;
            case PANDN, ANDNPS, ANDNPD -> ~a & b;
            case POR, ORPS, ORPD -> a | b;
            case PXOR, XORPS, XORPD -> a ^ b;
            case PMULUDQ -> (a & 0xffffffffL) * (b & 0xffffffffL);
            case PMULDQ -> (long) (int) a * (int) b;
            case PCMPEQQ -> a == b ? -1 : 0;
            case PCMPGTQ -> a > b ? -1 : 0;
            case PSADBW -> differences(a, b);
            case PMADDUBSW -> mixedProducts(a, b);
            case PMADDWD -> products(a, b);
            default -> {
                long result = 0;
                for (int i = 0; i < 64 / bits; i++) {
                    result |= Vectors.place(one(op, a, b, i, bits), i, bits);
                }
                yield result;
            }
        };
    }

    /// One element of the result.
    private static long one(Op op, long a, long b, int i, int bits) {
        long x = Vectors.element(a, i, bits);
        long y = Vectors.element(b, i, bits);
        long ux = Vectors.unsigned(a, i, bits);
        long uy = Vectors.unsigned(b, i, bits);
        long most = (1L << bits - 1) - 1;
        long mostUnsigned = (1L << bits) - 1;
        return switch (op) {
            case PADDB, PADDW, PADDD -> x + y;
            case PSUBB, PSUBW, PSUBD -> x - y;
            case PADDSB, PADDSW -> Math.clamp(x + y, -most - 1, most);
            case PSUBSB, PSUBSW -> Math.clamp(x - y, -most - 1, most);
            case PADDUSB, PADDUSW -> Math.min(ux + uy, mostUnsigned);
            case PSUBUSB, PSUBUSW -> Math.max(ux - uy, 0);
            case PCMPEQB, PCMPEQW, PCMPEQD -> x == y ? -1 : 0;
            case PCMPGTB, PCMPGTW, PCMPGTD -> x > y ? -1 : 0;
            case PAVGB, PAVGW -> ux + uy + 1 >> 1;
            case PMAXUB, PMAXUW, PMAXUD -> Math.max(ux, uy);
            case PMINUB, PMINUW, PMINUD -> Math.min(ux, uy);
            case PMAXSB, PMAXSW, PMAXSD -> Math.max(x, y);
            case PMINSB, PMINSW, PMINSD -> Math.min(x, y);
            case PABSB, PABSW, PABSD -> Math.abs(y);
            case PSIGNB, PSIGNW, PSIGND -> x * Long.signum(y);
            case PMULHRSW -> (x * y >> 14) + 1 >> 1;
            case PMULHW -> x * y >> 16;
            case PMULHUW -> ux * uy >> 16;
            default -> x * y;
        };
    }

    /// PSADBW: the sum of the differences of eight bytes.
    private static long differences(long a, long b) {
        long sum = 0;
        for (int i = 0; i < 8; i++) {
            sum += Math.abs(Vectors.unsigned(a, i, 8) - Vectors.unsigned(b, i, 8));
        }
        return sum;
    }

    /// PMADDWD: products of words, neighbours added.
    private static long products(long a, long b) {
        long result = 0;
        for (int i = 0; i < 2; i++) {
            long first = Vectors.element(a, 2 * i, 16) * Vectors.element(b, 2 * i, 16);
            long second = Vectors.element(a, 2 * i + 1, 16) * Vectors.element(b, 2 * i + 1, 16);
            result |= Vectors.place(first + second, i, 32);
        }
        return result;
    }

    /// PMADDUBSW: products of an unsigned and a signed byte, neighbours added.
    private static long mixedProducts(long a, long b) {
        long result = 0;
        for (int i = 0; i < 4; i++) {
            long first = Vectors.unsigned(a, 2 * i, 8) * Vectors.element(b, 2 * i, 8);
            long second = Vectors.unsigned(a, 2 * i + 1, 8) * Vectors.element(b, 2 * i + 1, 8);
            result |= Vectors.place(Math.clamp(first + second, -32768, 32767), i, 16);
        }
        return result;
    }

    /// Adds or subtracts neighbours: those of the first operand, then those of the second.
    private void neighbours(Step s, int bits) {
        vectors.readSecond(s);
        long lowB = vectors.low;
        long highB = vectors.high;
        vectors.readFirst(s);
        if (s.kind0 == Step.MMX) {
            vectors.write(s, joined(s.op, vectors.low, lowB, bits), 0);
        } else {
            long low = joined(s.op, vectors.low, vectors.high, bits);
            vectors.write(s, low, joined(s.op, lowB, highB, bits));
        }
    }

    private static long joined(Op op, long first, long second, int bits) {
        long result = 0;
        int each = 64 / bits;
        for (int i = 0; i < each; i++) {
            long half = 2 * i < each ? first : second;
            long x = Vectors.element(half, 2 * i % each, bits);
            long y = Vectors.element(half, 2 * i % each + 1, bits);
            long value =
                    switch (op) {
                        case PHADDSW -> Math.clamp(x + y, -32768, 32767);
                        case PHSUBSW -> Math.clamp(x - y, -32768, 32767);
                        case PHSUBW, PHSUBD -> x - y;
                        default -> x + y;
                    };
            result |= Vectors.place(value, i, bits);
        }
        return result;
    }

    /// Narrows the elements of the first operand, then those of the second, to half their width.
    private void pack(Step s, int bits, long least, long most) {
        vectors.readSecond(s);
        long lowB = vectors.low;
        long highB = vectors.high;
        vectors.readFirst(s);
        if (s.kind0 == Step.MMX) {
            vectors.write(s, packed(vectors.low, lowB, bits, least, most), 0);
        } else {
            long low = packed(vectors.low, vectors.high, bits, least, most);
            vectors.write(s, low, packed(lowB, highB, bits, least, most));
        }
    }

    private static long packed(long first, long second, int bits, long least, long most) {
        long result = 0;
        int each = 64 / bits;
        for (int i = 0; i < 2 * each; i++) {
            long value = Vectors.element(i < each ? first : second, i % each, bits);
            result |= Vectors.place(Math.clamp(value, least, most), i, bits / 2);
        }
        return result;
    }

    private void shift(Step s, int bits) {
        long count = s.immediate & 0xff;
        if (s.kind1 != Step.IMMEDIATE) {
            vectors.readSecond(s);
            count = vectors.low;
        }
        vectors.readFirst(s);
        long low = shifted(s.op, vectors.low, count, bits);
        vectors.write(s, low, shifted(s.op, vectors.high, count, bits));
    }

    private static long shifted(Op op, long half, long count, int bits) {
        boolean isArithmetic = op == Op.PSRAW || op == Op.PSRAD;
        boolean isAll = Long.compareUnsigned(count, bits) >= 0;
        if (isAll && !isArithmetic) {
            return 0;
        }
        int by = isAll ? bits - 1 : (int) count;
        boolean isLeft = op == Op.PSLLW || op == Op.PSLLD || op == Op.PSLLQ;
        long result = 0;
        for (int i = 0; i < 64 / bits; i++) {
            long value =
                    isArithmetic
                            ? Vectors.element(half, i, bits) >> by
                            : isLeft
                                    ? Vectors.unsigned(half, i, bits) << by
                                    : Vectors.unsigned(half, i, bits) >>> by;
            result |= Vectors.place(value, i, bits);
        }
        return result;
    }

    /// PSLLDQ, PSRLDQ: the whole register by bytes.
    private void shiftBytes(Step s) {
        int by = 8 * (int) Math.min(s.immediate & 0xff, 16);
        vectors.readFirst(s);
        long low = vectors.low;
        long high = vectors.high;
        if (by == 0) {
            return;
        }
        if (by >= 128) {
            vectors.write(s, 0, 0);
        } else if (s.op == Op.PSLLDQ) {
            long up = by < 64 ? high << by | low >>> 64 - by : low << by - 64;
            vectors.write(s, by < 64 ? low << by : 0, up);
        } else {
            long down = by < 64 ? low >>> by | high << 64 - by : high >>> by - 64;
            vectors.write(s, down, by < 64 ? high >>> by : 0);
        }
    }
}
