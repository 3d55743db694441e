package io.xenarium.xen;

import io.xenarium.machine.cpu.Exit;
import io.xenarium.machine.cpu.Registers;
import io.xenarium.terms.Check;
import io.xenarium.terms.DomainCrash;

/// What a guest is sent to: its handlers for exceptions, for software interrupts, for the system
/// calls of its programs, and for events.
///
/// A guest has no IDT of its own. Xen takes everything and builds on the guest kernel's stack the
/// frame that the processor would have built, and below it rcx and r11, because the guest's way
/// back is a SYSCALL, which destroys them. A guest without a handler or without a stack for it is
/// crashed. Xen: create_bounce_frame in x86_64/entry.S, arch/x86/pv/traps.c.
final class Traps {
    static final int DEBUG = 1;
    static final int NMI = 2;
    static final int INVALID_OPCODE = 6;
    static final int NO_FPU = 7;
    static final int SEGMENT_NOT_PRESENT = 11;
    static final int STACK_FAULT = 12;
    static final int PROTECTION = 13;
    static final int PAGE_FAULT = 14;

    /// What [Chronicle#bounced] is told for what is no exception.
    private static final int UPCALL = -1;

    private static final int SYSTEM_CALL = -2;
    private static final int FAILSAFE = -3;

    /// Bits of rflags: TF, IF, DF, IOPL, NT, RF, VM, AC.
    static final long TRAP_FLAG = 0x100;

    static final long INTERRUPT_FLAG = 0x200;
    static final long DIRECTION_FLAG = 0x400;
    static final long IO_PRIVILEGE = 0x3000;
    static final long VIRTUAL_8086 = 0x20000;
    private static final long CLEARED_ON_ENTRY =
            TRAP_FLAG | 0x4000 | 0x10000 | VIRTUAL_8086 | 0x40000;

    /// Debug register 6: single step.
    private static final long STEPPED = 0x4000;

    private static final long TASK_SWITCHED = 8;
    private static final int USER_ACCESS = 4;
    private static final int PRESENT = 1;

    /// In the error code of a protection fault: the lowest two bits of one from an IDT gate.
    private static final int FROM_IDT = 2;

    /// The vector for system calls of 32-bit programs, which any program may use.
    private static final int OLD_SYSTEM_CALL = 0x80;

    private final GuestMemory guest;
    private final Segments segments;
    private final Tlbs tlbs;
    private final Emulation emulation;
    private final Chronicle chronicle;

    Traps(Xen xen, Emulation emulation) {
        this.emulation = emulation;
        guest = xen.guest();
        segments = xen.segments();
        tlbs = xen.tlbs();
        chronicle = xen.chronicle();
    }

    /// An exception reached Xen: emulates what is Xen's to emulate and sends the rest to the guest.
    /// Returns whether an instruction was carried out in the guest's place.
    boolean fault(Vcpu vcpu, Exit.Fault fault) {
        Registers registers = vcpu.registers;
        int vector = fault.vector();
        chronicle.trapped(vector, fault.error(), fault.address(), registers.rip);
        long cause = chronicle.trace().because(chronicle.trace().seq());
        try {
            return emulateOrDeliver(vcpu, fault);
        } finally {
            chronicle.trace().because(cause);
        }
    }

    private boolean emulateOrDeliver(Vcpu vcpu, Exit.Fault fault) {
        if (fault.vector() == INVALID_OPCODE && emulation.forcedCpuid(vcpu)) {
            step(vcpu);
            return true;
        }
        if (fault.vector() == PROTECTION && fault.error() == 0) {
            return switch (emulation.privileged(vcpu)) {
                case NOT_OURS -> {
                    deliver(vcpu, fault);
                    yield false;
                }
                case RAISED -> {
                    deliver(vcpu, emulation.raised());
                    yield false;
                }
                case DONE -> {
                    step(vcpu);
                    yield true;
                }
                case REPEATED -> true;
            };
        }
        if (fault.vector() == PAGE_FAULT && isLdtFetched(vcpu, fault)) {
            return false;
        }
        deliver(vcpu, fault);
        return false;
    }

    /// The processor looked for a descriptor of an LDT that nobody had looked at: where the guest
    /// has one there, the instruction is simply tried again.
    private boolean isLdtFetched(Vcpu vcpu, Exit.Fault fault) {
        long offset = XenSlots.ldtOffset(vcpu, fault.address());
        return offset >= 0 && (fault.error() & PRESENT) == 0 && segments.fetchLdt(vcpu, offset);
    }

    /// An instruction was emulated: it may have been watched.
    private void step(Vcpu vcpu) {
        long hits = emulation.takeBreakpoints();
        if ((vcpu.registers.rflags & TRAP_FLAG) != 0) {
            hits |= STEPPED;
        }
        if (hits != 0) {
            vcpu.registers.debug[6] |= hits;
            inject(vcpu, DEBUG, 0);
        }
    }

    private void deliver(Vcpu vcpu, Exit.Fault fault) {
        int vector = fault.vector();
        int error = fault.error();
        Registers registers = vcpu.registers;
        if (vector == PROTECTION && (error & 3) == FROM_IDT && isAllowedInterrupt(vcpu, error)) {
            // INT n is two bytes long: CD and the vector.
            registers.rip += 2;
            interrupt(vcpu, error >>> 3);
            return;
        }
        switch (vector) {
            case PAGE_FAULT -> {
                long vaddr = fault.address();
                long ldtOffset = XenSlots.ldtOffset(vcpu, vaddr);
                if (ldtOffset >= 0 && ldtOffset / 8 < vcpu.ldtEntries) {
                    vaddr = vcpu.ldtVaddr + ldtOffset;
                }
                vcpu.setFaultAddress(vaddr);
                error = vcpu.isKernelMode ? error & ~USER_ACCESS : error | USER_ACCESS;
            }
            case NO_FPU -> setTaskSwitched(vcpu, false);
            default -> {}
        }
        inject(vcpu, vector, error);
    }

    /// Sends the guest to its handler for an exception.
    void inject(Vcpu vcpu, int vector, int error) {
        boolean masks = vcpu.traps.masksEvents(vector);
        bounce(vcpu, vector, vcpu.traps.handler(vector), masks, hasError(vector), error);
    }

    /// Sends the guest to its handler for a software interrupt, which has no error code.
    private void interrupt(Vcpu vcpu, int vector) {
        boolean masks = vcpu.traps.masksEvents(vector);
        bounce(vcpu, vector, vcpu.traps.handler(vector), masks, false, 0);
    }

    /// Sends the guest to its event callback.
    void upcall(Vcpu vcpu) {
        long cause = chronicle.trace().because(vcpu.upcallCause);
        long handler = vcpu.callbacks.handler(Callbacks.EVENT);
        bounce(vcpu, UPCALL, handler, true, false, 0);
        chronicle.trace().because(cause);
    }

    /// Sends the guest to its handler for non-maskable interrupts, which is not entered again
    /// before it returned; to a guest that has none the interrupt is lost.
    void nmi(Vcpu vcpu) {
        vcpu.isNmiPending = false;
        long handler = vcpu.traps.handler(NMI);
        if (handler != 0) {
            vcpu.isInNmi = true;
            bounce(vcpu, NMI, handler, vcpu.traps.masksEvents(NMI), false, 0);
        }
    }

    /// A guest's program made a system call: sends it to the guest's kernel.
    void systemCall(Vcpu vcpu) {
        Registers registers = vcpu.registers;
        boolean isLong = registers.inLongMode();
        int kind = isLong ? Callbacks.SYSCALL : Callbacks.SYSCALL32;
        long handler = vcpu.callbacks.handler(kind);
        if (handler == 0) {
            registers.rip -= 2;
            inject(vcpu, INVALID_OPCODE, 0);
            return;
        }
        registers.rflags = registers.gpr[Registers.R11];
        registers.selector[Registers.CS] = isLong ? XenSlots.CODE_64 : XenSlots.CODE_32;
        registers.selector[Registers.SS] = XenSlots.DATA;
        bounce(vcpu, SYSTEM_CALL, handler, vcpu.callbacks.masksEvents(kind), false, 0);
        registers.rflags &= ~DIRECTION_FLAG;
    }

    /// Another vCPU was on the processor: looks whether the data segments of `vcpu` can still be
    /// loaded. One that cannot becomes null, and the guest hears of it through its failsafe
    /// callback, with the selectors as they were.
    void reloadSegments(Vcpu vcpu) {
        Registers registers = vcpu.registers;
        int[] before = registers.selector.clone();
        boolean areAllGood = true;
        for (int segment : new int[] {Registers.DS, Registers.ES, Registers.FS, Registers.GS}) {
            int selector = registers.selector[segment];
            if ((selector & 0xfffc) != 0 && !segments.isData(vcpu, selector)) {
                long base = registers.segmentBase[segment];
                registers.setNull(segment, 0);
                registers.segmentBase[segment] = base;
                areAllGood = false;
            }
        }
        if (!areAllGood) {
            failsafe(vcpu, before);
        }
    }

    private void failsafe(Vcpu vcpu, int[] selectors) {
        Registers registers = vcpu.registers;
        boolean wasKernel = vcpu.isKernelMode;
        long stack = wasKernel ? registers.gpr[Registers.RSP] : vcpu.kernelStackVaddr;
        long[] plain = frame(vcpu, wasKernel, false, 0);
        long[] frame = new long[plain.length + 4];
        System.arraycopy(plain, 0, frame, 0, 2);
        frame[2] = selectors[Registers.DS];
        frame[3] = selectors[Registers.ES];
        frame[4] = selectors[Registers.FS];
        frame[5] = selectors[Registers.GS];
        System.arraycopy(plain, 2, frame, 6, plain.length - 2);
        if (!wasKernel) {
            toggleMode(vcpu);
        }
        long handler = vcpu.callbacks.handler(Callbacks.FAILSAFE);
        boolean masks = vcpu.callbacks.masksEvents(Callbacks.FAILSAFE);
        push(vcpu, FAILSAFE, stack, frame, 0);
        enter(vcpu, FAILSAFE, handler, masks);
    }

    /// Sets or clears the virtual task-switched flag: while it is set, floating-point instructions
    /// raise #NM.
    static void setTaskSwitched(Vcpu vcpu, boolean isSet) {
        vcpu.isTaskSwitched = isSet;
        vcpu.registers.cr0 =
                isSet ? vcpu.registers.cr0 | TASK_SWITCHED : vcpu.registers.cr0 & ~TASK_SWITCHED;
    }

    /// Goes from the guest's kernel to its program or back: the other page table, the other GS
    /// base.
    void toggleMode(Vcpu vcpu) {
        Registers registers = vcpu.registers;
        vcpu.isKernelMode = !vcpu.isKernelMode;
        long gsBase = registers.segmentBase[Registers.GS];
        registers.segmentBase[Registers.GS] = vcpu.otherGsBase;
        vcpu.otherGsBase = gsBase;
        long table = vcpu.isKernelMode ? vcpu.kernelTableMfn : vcpu.userTableMfn;
        Check.that(table != 0, "a vCPU without a page table cannot run");
        registers.cr3 = table << 12;
        tlbs.flushLocal();
    }

    private void bounce(
            Vcpu vcpu, int vector, long handler, boolean masks, boolean hasError, int error) {
        if (handler == 0) {
            throw new DomainCrash(
                    vcpu.domain().id(), "no handler for " + describe(vector, error, vcpu));
        }
        boolean wasKernel = vcpu.isKernelMode;
        long stack = wasKernel ? vcpu.registers.gpr[Registers.RSP] : vcpu.kernelStackVaddr;
        long[] frame = frame(vcpu, wasKernel, hasError, error);
        if (!wasKernel) {
            toggleMode(vcpu);
        }
        push(vcpu, vector, stack & -16, frame, error);
        enter(vcpu, vector, handler, masks);
    }

    private void push(Vcpu vcpu, int vector, long stack, long[] frame, int error) {
        long top = stack - frame.length * 8L;
        try {
            guest.require(vcpu, top, frame.length * 8L, true);
        } catch (BadPointer unusable) {
            throw new DomainCrash(
                    vcpu.domain().id(),
                    "no stack at 0x%016x for %s".formatted(top, describe(vector, error, vcpu)));
        }
        for (int i = 0; i < frame.length; i++) {
            guest.putLong(vcpu, top + i * 8L, frame[i]);
        }
        vcpu.registers.gpr[Registers.RSP] = top;
    }

    private void enter(Vcpu vcpu, int vector, long handler, boolean masks) {
        Registers registers = vcpu.registers;
        if (masks) {
            vcpu.setUpcallMasked(true);
        }
        registers.rip = handler;
        registers.rflags = registers.rflags & ~CLEARED_ON_ENTRY | INTERRUPT_FLAG;
        registers.setFlat(Registers.CS, XenSlots.CODE_64, Registers.CODE_64);
        registers.setFlat(Registers.SS, XenSlots.DATA, Registers.DATA_FLAT);
        chronicle.bounced(vector, handler, registers.gpr[Registers.RSP]);
    }

    /// The words of the frame from the new stack pointer upwards.
    private static long[] frame(Vcpu vcpu, boolean wasKernel, boolean hasError, int error) {
        Registers registers = vcpu.registers;
        long saved = vcpu.isUpcallMasked() ? 1 : 0;
        long selector = registers.selector[Registers.CS] & (wasKernel ? 0xfffc : 0xffff);
        long flags = registers.rflags & ~(INTERRUPT_FLAG | IO_PRIVILEGE);
        if (vcpu.domain().assists(VersionCalls.ARCHITECTURAL_IOPL)) {
            flags |= (long) vcpu.ioPrivilege << 12;
        }
        long[] frame = new long[hasError ? 8 : 7];
        int at = 0;
        frame[at++] = registers.gpr[Registers.RCX];
        frame[at++] = registers.gpr[Registers.R11];
        if (hasError) {
            frame[at++] = error & 0xffff_ffffL;
        }
        frame[at++] = registers.rip;
        frame[at++] = selector | saved << 32;
        frame[at++] = flags | (saved == 0 ? INTERRUPT_FLAG : 0);
        frame[at++] = registers.gpr[Registers.RSP];
        frame[at] = registers.selector[Registers.SS];
        return frame;
    }

    private static boolean isAllowedInterrupt(Vcpu vcpu, int error) {
        int vector = error >>> 3;
        if (vector == OLD_SYSTEM_CALL && vcpu.traps.handler(vector) != 0) {
            return true;
        }
        return vector < TrapTable.VECTORS
                && vcpu.traps.level(vector) >= (vcpu.isKernelMode ? vcpu.kernelLevel() : 3);
    }

    /// Intel SDM vol. 3, table 6-1.
    private static boolean hasError(int vector) {
        return vector == 8 || vector >= 10 && vector <= 14 || vector == 17 || vector == 21;
    }

    private static String describe(int vector, int error, Vcpu vcpu) {
        String what =
                switch (vector) {
                    case UPCALL -> "an event upcall";
                    case SYSTEM_CALL -> "a system call";
                    case FAILSAFE -> "a failed segment load";
                    case PAGE_FAULT ->
                            "page fault at 0x%016x, error %#x".formatted(vcpu.registers.cr2, error);
                    default -> "trap %d, error %#x".formatted(vector, error);
                };
        return what + " at rip 0x%016x".formatted(vcpu.registers.rip);
    }
}
