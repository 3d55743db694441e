package io.xenarium.machine.code;

/// RFLAGS while instructions run. The six arithmetic flags are not kept as bits, because most are
/// overwritten before anyone reads them. An instruction leaves two words behind from which each
/// flag can be told in a few operations:
///
/// - `result`: what it computed, sign-extended to 64 bits. It gives ZF, SF and PF.
/// - `carry`: bit 63 is the carry out of the top bit (CF), bit 62 the carry into the top bit, so
///   that OF = bit 63 XOR bit 62; bit 3 is the carry out of bit 3 (AF).
///
/// Flags that no result gives, say ZF and SF both set by POPF, are made by two correcting bits in
/// `carry`: bit 0 inverts SF, bit 8 inverts PF.
///
/// Translated code does not even compute these: where nobody asks, it leaves the operands of its
/// last addition, subtraction or logical operation *pending*. [#settle] makes the two words of
/// them; the interpreter only ever sees settled flags.
///
/// Carries of an addition `r = a + b (+ carry)`, for all bits at once: a carry leaves a bit where
/// both inputs are 1, or where one is and the sum bit is 0. Borrows of a subtraction `r = a − b (−
/// borrow)` alike. Where Intel calls a flag undefined, we do what AMD's Zen does; the instruction
/// says it.
final class Flags {
    static final int CF = 1;
    static final int ONE = 1 << 1;
    static final int PF = 1 << 2;
    static final int AF = 1 << 4;
    static final int ZF = 1 << 6;
    static final int SF = 1 << 7;
    static final int TF = 1 << 8;
    static final int IF = 1 << 9;
    static final int DF = 1 << 10;
    static final int OF = 1 << 11;
    static final int IOPL = 3 << 12;
    static final int NT = 1 << 14;
    static final int RF = 1 << 16;
    static final int VM = 1 << 17;
    static final int AC = 1 << 18;
    static final int ID = 1 << 21;

    /// The six that instructions compute.
    static final int ARITHMETIC = CF | PF | AF | ZF | SF | OF;

    private static final long TOP_TWO = 0xc000_0000_0000_0000L;
    private static final long CARRY_OUT = 1L << 63;
    private static final long CARRY_IN = 1L << 62;
    private static final long AUXILIARY = 1 << 3;
    private static final long SIGN_INVERTED = 1;
    private static final long PARITY_INVERTED = 1 << 8;

    /// The kind of what is pending: nothing.
    static final int SETTLED = 0;

    // The families of what may be pending; a kind is a family and the operand's shift.
    static final int ADDITION = 1;
    static final int SUBTRACTION = 2;
    static final int LOGICAL = 3;

    long result;
    long carry;

    /// What is pending: the operands, or the result of a logical operation and nothing.
    private long a;

    private long b;
    private int kind = SETTLED;

    /// All the other flags, as bits.
    private long others = ONE;

    /// After `r = a + b` or `r = a + b + carry`.
    ///
    /// @param shift 64 less the operand's bits; bits above the operand may hold anything
    void added(long a, long b, long r, int shift) {
        result = r << shift >> shift;
        carry = FlagWords.added(a, b, r, shift);
    }

    /// After `r = a − b` or `r = a − b − carry`.
    void subtracted(long a, long b, long r, int shift) {
        result = r << shift >> shift;
        carry = FlagWords.subtracted(a, b, r, shift);
    }

    /// After AND, OR, XOR, TEST: CF, OF and AF are 0.
    void logical(long r, int shift) {
        result = r << shift >> shift;
        carry = 0;
    }

    /// After INC, which leaves CF as it was.
    void incremented(long a, long r, int shift) {
        boolean before = carry();
        added(a, 1, r, shift);
        keepCarry(before);
    }

    /// After DEC, which leaves CF as it was.
    void decremented(long a, long r, int shift) {
        boolean before = carry();
        subtracted(a, 1, r, shift);
        keepCarry(before);
    }

    /// After a shift or multiplication: ZF, SF, PF by `r`, the others as given.
    void computed(long r, int shift, boolean isCarry, boolean isOverflow, boolean isAuxiliary) {
        result = r << shift >> shift;
        carry = carries(isCarry, isOverflow) | (isAuxiliary ? AUXILIARY : 0);
    }

    /// After a comparison of floating-point numbers: ZF, PF and CF tell, the others are 0.
    void compared(Extended.Order order) {
        int bits =
                switch (order) {
                    case GREATER -> 0;
                    case LESS -> CF;
                    case EQUAL -> ZF;
                    case UNORDERED -> ZF | PF | CF;
                };
        set(get() & ~ARITHMETIC | bits);
    }

    /// Sets CF and OF and leaves the others, as rotates do.
    void setCarryAndOverflow(boolean isCarry, boolean isOverflow) {
        carry = carry & ~TOP_TWO | carries(isCarry, isOverflow);
    }

    /// Sets CF alone.
    void setCarry(boolean isCarry) {
        setCarryAndOverflow(isCarry, overflow());
    }

    /// Sets ZF alone.
    void setZero(boolean isZero) {
        set(get() & ~ZF | (isZero ? ZF : 0));
    }

    boolean carry() {
        return carry < 0;
    }

    int carryBit() {
        return (int) (carry >>> 63);
    }

    boolean overflow() {
        return (carry ^ carry << 1) < 0;
    }

    boolean zero() {
        return result == 0;
    }

    boolean sign() {
        return (result ^ carry << 63) < 0;
    }

    boolean parity() {
        return ((Long.bitCount(result & 0xff) ^ (int) (carry >>> 8)) & 1) == 0;
    }

    boolean auxiliary() {
        return (carry & AUXILIARY) != 0;
    }

    /// SF ≠ OF: signed less.
    boolean less() {
        return FlagWords.isLess(result, carry);
    }

    /// Whether a condition holds, by its encoding 0 (o) … 15 (g).
    boolean holds(int condition) {
        return FlagWords.holds(condition, result, carry);
    }

    /// The kind of something pending.
    ///
    /// @param shift 64 less the operand's bits
    static int kind(int family, int shift) {
        return family << 8 | shift;
    }

    /// Leaves operands pending.
    void pend(long newA, long newB, int newKind) {
        a = newA;
        b = newB;
        kind = newKind;
    }

    /// Leaves the two words of something that has been computed.
    void leave(long newResult, long newCarry) {
        result = newResult;
        carry = newCarry;
        kind = SETTLED;
    }

    /// Makes the result and the carry word of what is pending.
    void settle() {
        int shift = kind & 0xff;
        switch (kind >> 8) {
            case ADDITION -> added(a, b, a + b, shift);
            case SUBTRACTION -> subtracted(a, b, a - b, shift);
            case LOGICAL -> logical(a, shift);
            default -> {
                return;
            }
        }
        kind = SETTLED;
    }

    /// Whether a condition holds, whatever is pending.
    boolean ask(int condition) {
        settle();
        return holds(condition);
    }

    boolean has(int flag) {
        return (others & flag) != 0;
    }

    /// RFLAGS as a guest sees it.
    long get() {
        return others
                | (carry() ? CF : 0)
                | (parity() ? PF : 0)
                | (auxiliary() ? AF : 0)
                | (zero() ? ZF : 0)
                | (sign() ? SF : 0)
                | (overflow() ? OF : 0);
    }

    void set(long rflags) {
        others = rflags & ~ARITHMETIC | ONE;
        result = (rflags & ZF) != 0 ? 0 : 1 << 9;
        carry =
                carries((rflags & CF) != 0, (rflags & OF) != 0)
                        | ((rflags & AF) != 0 ? AUXILIARY : 0)
                        | ((rflags & SF) != 0 ? SIGN_INVERTED : 0)
                        | ((rflags & PF) != 0 ? 0 : PARITY_INVERTED);
    }

    private void keepCarry(boolean isCarry) {
        setCarryAndOverflow(isCarry, overflow());
    }

    private static long carries(boolean isCarry, boolean isOverflow) {
        return (isCarry ? CARRY_OUT : 0) | (isCarry != isOverflow ? CARRY_IN : 0);
    }
}
