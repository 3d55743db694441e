package io.xenarium.machine.code;

import io.xenarium.machine.cpu.Registers;

/// The eight registers of the x87 as the stack that they are, and what becomes of the exceptions
/// that an instruction met.
///
/// Register 0 is the top of the stack; bits 11 to 13 of the status word say which physical register
/// that is, and a tag bit for each physical register whether it is in use. Taking from an empty
/// register, or pushing onto one in use, is a stack fault: an invalid operation whose masked result
/// is the indefinite NaN.
final class X87Stack {
    static final int STACK_FAULT = 0x40;
    static final int SUMMARY = 0x80;
    static final int BUSY = 0x8000;
    static final int EXCEPTIONS = 0x3f;

    static final int C0 = 0x100;
    static final int C1 = 0x200;
    static final int C2 = 0x400;
    static final int C3 = 0x4000;
    static final int CODES = C0 | C1 | C2 | C3;

    /// Exceptions that are met before there is a result: unmasked, they keep it from being stored.
    private static final int BEFORE = Extended.INVALID | Extended.DENORMAL | Extended.ZERO_DIVIDE;

    private final Core core;

    /// Whoever computes: its flags are those of the instruction under way.
    final Extended unit;

    /// The number that [#take] found.
    int head;

    long significand;

    /// Which exceptions keep a result in a register from being stored.
    private int stopping;

    private boolean stackFault;
    private boolean overflowed;

    X87Stack(Core core, Extended unit) {
        this.core = core;
        this.unit = unit;
    }

    /// Starts an instruction.
    void begin() {
        unit.begin(core.registers.fcw);
        stopping = BEFORE;
        stackFault = false;
        overflowed = false;
    }

    /// Lets a denormal be pushed though its exception is unmasked: so FLD does.
    void pushesDenormals() {
        stopping &= ~Extended.DENORMAL;
    }

    int top() {
        return core.registers.fsw >> 11 & 7;
    }

    void turn(int by) {
        Registers r = core.registers;
        r.fsw = r.fsw & ~(7 << 11) | (top() + by & 7) << 11;
    }

    boolean isInUse(int index) {
        return (core.registers.ftw >> (top() + index & 7) & 1) != 0;
    }

    /// Brings the number of register `index` to [#head] and [#significand]; of an empty one the
    /// indefinite NaN, and false.
    boolean take(int index) {
        if (!isInUse(index)) {
            stackFault = true;
            unit.flags |= Extended.INVALID;
            head = Extended.INDEFINITE_HEAD;
            significand = Extended.INDEFINITE_SIGNIFICAND;
            return false;
        }
        peek(index);
        return true;
    }

    /// Brings what register `index` holds, in use or not.
    void peek(int index) {
        int at = top() + index & 7;
        significand = core.registers.x87[2 * at];
        head = (int) core.registers.x87[2 * at + 1] & 0xffff;
    }

    void put(int index, int newHead, long newSignificand) {
        int at = top() + index & 7;
        core.registers.x87[2 * at] = newSignificand;
        core.registers.x87[2 * at + 1] = newHead;
        core.registers.ftw |= 1 << at;
    }

    /// Puts the unit's result, or the indefinite NaN where the operands were `ready` not.
    void putResult(int index, boolean ready) {
        if (ready) {
            put(index, unit.head, unit.significand);
        } else {
            put(index, Extended.INDEFINITE_HEAD, Extended.INDEFINITE_SIGNIFICAND);
        }
    }

    void free(int index) {
        core.registers.ftw &= ~(1 << (top() + index & 7));
    }

    void pop() {
        free(0);
        turn(1);
    }

    /// Notes a stack fault where there is no room for another number.
    boolean hasRoom() {
        if (isInUse(-1)) {
            overflowed = !stackFault;
            stackFault = true;
            unit.flags |= Extended.INVALID;
            return false;
        }
        return true;
    }

    /// Pushes a number, if there is room; the instruction ends with it.
    void push(int newHead, long newSignificand) {
        boolean room = hasRoom();
        if (finish()) {
            turn(-1);
            put(
                    0,
                    room ? newHead : Extended.INDEFINITE_HEAD,
                    room ? newSignificand : Extended.INDEFINITE_SIGNIFICAND);
        }
    }

    /// Whether a result may be stored in spite of the exceptions met so far. In memory an unmasked
    /// overflow or underflow stops it too.
    boolean mayStore(boolean inMemory) {
        int stops = inMemory ? BEFORE | Extended.OVERFLOW | Extended.UNDERFLOW : stopping;
        return (unit.flags & stops & ~core.registers.fcw) == 0;
    }

    /// The same as [#finish], but C1 stays as it is where there is no stack fault: so FCMOV and
    /// FCOMI.
    boolean finishKeepingC1() {
        int kept = stackFault ? 0 : core.registers.fsw & C1;
        boolean stores = finish();
        core.registers.fsw |= kept;
        return stores;
    }

    /// Writes the exceptions of the instruction to the status word. Returns whether a result in a
    /// register may be stored.
    boolean finish() {
        Registers r = core.registers;
        if (stackFault) {
            unit.flags = Extended.INVALID;
        }
        if (!mayStore(false)) {
            unit.flags &= BEFORE;
        }
        r.fsw = r.fsw & ~C1 | unit.flags;
        if (stackFault) {
            r.fsw |= STACK_FAULT | (overflowed ? C1 : 0);
        } else if (unit.roundedUp && (unit.flags & Extended.PRECISION) != 0) {
            r.fsw |= C1;
        }
        summarize();
        return mayStore(false);
    }

    /// Brings the summary bit in line with flags and masks.
    void summarize() {
        Registers r = core.registers;
        boolean pending = (r.fsw & ~r.fcw & EXCEPTIONS) != 0;
        r.fsw = pending ? r.fsw | SUMMARY | BUSY : r.fsw & ~(SUMMARY | BUSY);
    }

    void setCodes(int codes) {
        core.registers.fsw = core.registers.fsw & ~CODES | codes;
    }
}
