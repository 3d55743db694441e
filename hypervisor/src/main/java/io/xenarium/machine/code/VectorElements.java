package io.xenarium.machine.code;

/// Vector instructions that choose, insert, take out, widen or compare elements, mostly of SSE3,
/// SSSE3 and SSE4.1.
final class VectorElements {
    private final Core core;
    private final Vectors vectors;

    VectorElements(Core core, Vectors vectors) {
        this.core = core;
        this.vectors = vectors;
    }

    /// Executes `s`, or returns false if it is none of ours.
    boolean execute(Step s) {
        switch (s.op) {
            case MOVDDUP, MOVSLDUP, MOVSHDUP -> duplicate(s);
            case PSHUFB -> chooseBytes(s);
            case PALIGNR -> align(s);
            case PBLENDVB -> blendBySigns(s, 8);
            case BLENDVPS -> blendBySigns(s, 32);
            case BLENDVPD -> blendBySigns(s, 64);
            case PBLENDW -> blend(s, 16, (int) s.immediate);
            case BLENDPS -> blend(s, 32, (int) s.immediate);
            case BLENDPD -> blend(s, 64, (int) s.immediate);
            case PINSRB -> insert(s, 8);
            case PINSRW -> insert(s, 16);
            case PINSRD -> insert(s, 32);
            case PINSRQ -> insert(s, 64);
            case PEXTRB -> extract(s, 8);
            case PEXTRW -> extract(s, 16);
            case PEXTRD, EXTRACTPS -> extract(s, 32);
            case PEXTRQ -> extract(s, 64);
            case INSERTPS -> insertSingle(s);
            case PTEST -> test(s);
            case PHMINPOSUW -> leastWord(s);
            case MPSADBW -> slidingDifferences(s);
            default -> {
                return widen(s);
            }
        }
        return true;
    }

    private void duplicate(Step s) {
        vectors.readSecond(s);
        switch (s.op) {
            case MOVDDUP -> vectors.write(s, vectors.low, vectors.low);
            case MOVSLDUP -> vectors.write(s, twice(vectors.low, 0), twice(vectors.high, 0));
            default -> vectors.write(s, twice(vectors.low, 1), twice(vectors.high, 1));
        }
    }

    private static long twice(long half, int index) {
        long value = Vectors.unsigned(half, index, 32);
        return value | value << 32;
    }

    /// PSHUFB: each byte of the second operand says which byte of the first comes to its place; a
    /// negative one says zero.
    private void chooseBytes(Step s) {
        vectors.readSecond(s);
        long lowB = vectors.low;
        long highB = vectors.high;
        vectors.readFirst(s);
        int last = s.kind0 == Step.MMX ? 7 : 15;
        vectors.write(s, chosen(lowB, last), chosen(highB, last));
    }

    private long chosen(long order, int last) {
        long result = 0;
        for (int i = 0; i < 8; i++) {
            int which = (int) (order >>> 8 * i) & 0xff;
            if (which < 0x80) {
                result |= at(vectors.low, vectors.high, which & last, 8) << 8 * i;
            }
        }
        return result;
    }

    /// The element at `index` of two halves in a row, zero-extended.
    private static long at(long low, long high, int index, int bits) {
        int each = 64 / bits;
        return Vectors.unsigned(index < each ? low : high, index & each - 1, bits);
    }

    /// PALIGNR: both operands in a row, the first above the second, shifted down by so many bytes.
    private void align(Step s) {
        int by = (int) s.immediate & 0xff;
        vectors.readSecond(s);
        long lowB = vectors.low;
        long highB = vectors.high;
        vectors.readFirst(s);
        long[] row =
                s.kind0 == Step.MMX
                        ? new long[] {lowB, vectors.low, 0, 0, 0}
                        : new long[] {lowB, highB, vectors.low, vectors.high, 0};
        vectors.write(s, shifted(row, by), shifted(row, by + 8));
    }

    private static long shifted(long[] row, int by) {
        int first = by >> 3;
        int rest = 8 * (by & 7);
        long low = first < row.length ? row[first] : 0;
        long high = first + 1 < row.length ? row[first + 1] : 0;
        return rest == 0 ? low : low >>> rest | high << 64 - rest;
    }

    /// Takes those elements of the second operand whose mask element in xmm0 is negative.
    private void blendBySigns(Step s, int bits) {
        long[] xmm = core.registers.xmm;
        int signs = 0;
        for (int i = 0; i < 128 / bits; i++) {
            signs |= (int) (at(xmm[0], xmm[1], i, bits) >>> bits - 1) << i;
        }
        blend(s, bits, signs);
    }

    /// Takes those elements of the second operand whose bit is set.
    private void blend(Step s, int bits, int which) {
        vectors.readSecond(s);
        long lowB = vectors.low;
        long highB = vectors.high;
        vectors.readFirst(s);
        int each = 64 / bits;
        long low = spread(which, bits);
        long high = spread(which >> each, bits);
        vectors.write(s, vectors.low & ~low | lowB & low, vectors.high & ~high | highB & high);
    }

    /// A mask of 64 bits with all bits of an element set for each bit of `which`.
    private static long spread(int which, int bits) {
        long mask = 0;
        for (int i = 0; i < 64 / bits; i++) {
            mask |= (which >> i & 1) != 0 ? Vectors.place(-1, i, bits) : 0;
        }
        return mask;
    }

    private void insert(Step s, int bits) {
        vectors.readSecond(s);
        long value = vectors.low;
        vectors.readFirst(s);
        put(s, value, index(s, s.kind0, bits), bits);
    }

    /// Which element the constant of an insertion or extraction means.
    private static int index(Step s, int kind, int bits) {
        int count = (kind == Step.MMX ? 64 : 128) / bits;
        return (int) s.immediate & count - 1;
    }

    /// Writes what was read with another element at `index`.
    private void put(Step s, long value, int index, int bits) {
        int each = 64 / bits;
        long mask = Vectors.place(-1, index & each - 1, bits);
        long placed = Vectors.place(value, index & each - 1, bits);
        long low = index < each ? vectors.low & ~mask | placed : vectors.low;
        long high = index < each ? vectors.high : vectors.high & ~mask | placed;
        vectors.write(s, low, high);
    }

    private void extract(Step s, int bits) {
        vectors.readSecond(s);
        long value = at(vectors.low, vectors.high, index(s, s.kind1, bits), bits);
        vectors.write(s, value, 0);
    }

    /// INSERTPS: one element from a register or memory to one place, and zeros where the constant's
    /// low bits say so.
    private void insertSingle(Step s) {
        int control = (int) s.immediate;
        vectors.readSecond(s);
        int from = s.kind1 == Step.XMM ? control >> 6 & 3 : 0;
        long value = at(vectors.low, vectors.high, from, 32);
        vectors.readFirst(s);
        int to = control >> 4 & 3;
        long placed = Vectors.place(value, to & 1, 32);
        long mask = Vectors.place(-1, to & 1, 32);
        long low = to < 2 ? vectors.low & ~mask | placed : vectors.low;
        long high = to < 2 ? vectors.high : vectors.high & ~mask | placed;
        vectors.write(s, low & ~spread(control, 32), high & ~spread(control >> 2, 32));
    }

    /// PTEST: ZF where the operands have no bit in common, CF where the second has none that the
    /// first lacks.
    private void test(Step s) {
        vectors.readSecond(s);
        long lowB = vectors.low;
        long highB = vectors.high;
        vectors.readFirst(s);
        boolean isDisjoint = (lowB & vectors.low | highB & vectors.high) == 0;
        boolean isWithin = (lowB & ~vectors.low | highB & ~vectors.high) == 0;
        int set = (isDisjoint ? Flags.ZF : 0) | (isWithin ? Flags.CF : 0);
        core.flags.set(core.flags.get() & ~Flags.ARITHMETIC | set);
    }

    private void leastWord(Step s) {
        vectors.readSecond(s);
        long least = 0x10000;
        long place = 0;
        for (int i = 0; i < 8; i++) {
            long word = at(vectors.low, vectors.high, i, 16);
            if (word < least) {
                least = word;
                place = i;
            }
        }
        vectors.write(s, least | place << 16, 0);
    }

    /// MPSADBW: how far four bytes of the second operand differ from eight neighbouring groups of
    /// four in the first.
    private void slidingDifferences(Step s) {
        int from = ((int) s.immediate & 3) * 4;
        int to = ((int) s.immediate & 4);
        vectors.readSecond(s);
        long lowB = vectors.low;
        long highB = vectors.high;
        vectors.readFirst(s);
        long[] sums = new long[2];
        for (int i = 0; i < 8; i++) {
            long sum = 0;
            for (int j = 0; j < 4; j++) {
                long a = at(vectors.low, vectors.high, to + i + j, 8);
                sum += Math.abs(a - at(lowB, highB, from + j, 8));
            }
            sums[i / 4] |= Vectors.place(sum, i % 4, 16);
        }
        vectors.write(s, sums[0], sums[1]);
    }

    // ---- PMOVSX and PMOVZX ----

    private boolean widen(Step s) {
        switch (s.op) {
            case PMOVSXBW -> widen(s, 8, 16, true);
            case PMOVSXBD -> widen(s, 8, 32, true);
            case PMOVSXBQ -> widen(s, 8, 64, true);
            case PMOVSXWD -> widen(s, 16, 32, true);
            case PMOVSXWQ -> widen(s, 16, 64, true);
            case PMOVSXDQ -> widen(s, 32, 64, true);
            case PMOVZXBW -> widen(s, 8, 16, false);
            case PMOVZXBD -> widen(s, 8, 32, false);
            case PMOVZXBQ -> widen(s, 8, 64, false);
            case PMOVZXWD -> widen(s, 16, 32, false);
            case PMOVZXWQ -> widen(s, 16, 64, false);
            case PMOVZXDQ -> widen(s, 32, 64, false);
            default -> {
                return false;
            }
        }
        return true;
    }

    private void widen(Step s, int from, int to, boolean isSigned) {
        vectors.readSecond(s);
        long source = vectors.low;
        int each = 64 / to;
        long low = 0;
        long high = 0;
        for (int i = 0; i < each; i++) {
            low |= Vectors.place(widened(source, i, from, isSigned), i, to);
            high |= Vectors.place(widened(source, i + each, from, isSigned), i, to);
        }
        vectors.write(s, low, high);
    }

    private static long widened(long source, int index, int bits, boolean isSigned) {
        return isSigned
                ? Vectors.element(source, index, bits)
                : Vectors.unsigned(source, index, bits);
    }
}
