package io.xenarium.machine.cpu;

/// An exception of the processor on its way out of an instruction. It unwinds, so it is a Java
/// exception, but it never costs a stack trace: a processor owns one and fills it in again and
/// again. Outside a run it is an [Exit.Fault].
public final class Fault extends RuntimeException {
    /// Divide error.
    public static final int DE = 0;

    /// Debug: a single step, a breakpoint of the debug registers, INT1.
    public static final int DB = 1;

    /// Breakpoint.
    public static final int BP = 3;

    /// Overflow, from INTO.
    public static final int OF = 4;

    /// BOUND range exceeded.
    public static final int BR = 5;

    /// Invalid opcode.
    public static final int UD = 6;

    /// Device not available: an x87 or SSE instruction while CR0.TS is set.
    public static final int NM = 7;

    /// Double fault: an exception while another was delivered.
    public static final int DF = 8;

    /// Invalid TSS.
    public static final int TS = 10;

    /// Segment not present.
    public static final int NP = 11;

    /// Stack fault.
    public static final int SS = 12;

    /// General protection.
    public static final int GP = 13;

    /// Page fault.
    public static final int PF = 14;

    /// x87 floating-point error.
    public static final int MF = 16;

    /// Alignment check.
    public static final int AC = 17;

    /// SIMD floating-point exception.
    public static final int XM = 19;

    /// The point of an access that is in no region of translated code.
    public static final int NOWHERE = -1;

    private int vector;
    private int error;
    private long address;
    private boolean nonCanonical;
    private boolean postponed;
    private boolean repeated;
    private long left;
    private int point = NOWHERE;

    public Fault() {
        super(null, null, false, false);
    }

    public int vector() {
        return vector;
    }

    public int error() {
        return error;
    }

    public long address() {
        return address;
    }

    /// Whether it came from an address that is not canonical: then it is #SS instead of #GP where
    /// the access went through the stack segment.
    public boolean isNonCanonical() {
        return nonCanonical;
    }

    /// Whether it is no exception at all: the instruction stores into a page table and is to be
    /// executed when the hypervisor can be asked.
    public boolean isPostponed() {
        return postponed;
    }

    /// Whether it is no exception at all: the instruction is to be executed again, because code has
    /// changed.
    public boolean isRepeated() {
        return repeated;
    }

    /// Notes where a region of translated code is, in case what it does now fails.
    ///
    /// @param newLeft the budget that is left there
    /// @param newPoint the number of its point in the region, or [#NOWHERE], which changes nothing
    public void note(long newLeft, int newPoint) {
        if (newPoint != NOWHERE) {
            left = newLeft;
            point = newPoint;
        }
    }

    /// The budget that was left where a region failed.
    public long left() {
        return left;
    }

    /// The number of the point where a region failed.
    public int point() {
        return point;
    }

    /// Becomes an exception without an error code, or with the error code 0.
    public Fault of(int newVector) {
        return of(newVector, 0);
    }

    public Fault of(int newVector, int newError) {
        vector = newVector;
        error = newError;
        address = 0;
        nonCanonical = false;
        postponed = false;
        repeated = false;
        return this;
    }

    /// Becomes a page fault at `vaddr`.
    public Fault page(int newError, long vaddr) {
        of(PF, newError);
        address = vaddr;
        return this;
    }

    /// Becomes the #GP of an address that is not canonical.
    public Fault nonCanonical() {
        of(GP, 0);
        nonCanonical = true;
        return this;
    }

    /// Becomes the sign that the instruction has to wait.
    Fault postponed() {
        of(PF, 0);
        postponed = true;
        return this;
    }

    /// Becomes the sign that the instruction is to be executed again.
    Fault repeated() {
        of(PF, 0);
        repeated = true;
        return this;
    }
}
