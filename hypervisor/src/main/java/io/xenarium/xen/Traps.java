package io.xenarium.xen;

import io.xenarium.machine.cpu.Exit;
import io.xenarium.machine.cpu.Registers;
import io.xenarium.parts.PvEntry;
import io.xenarium.terms.Vaddr;

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

    /// Bits of rflags: TF, IF, DF, IOPL.
    static final long TRAP_FLAG = 0x100;

    static final long INTERRUPT_FLAG = 0x200;
    static final long DIRECTION_FLAG = 0x400;
    static final long IO_PRIVILEGE = 0x3000;

    /// Debug register 6: single step.
    private static final long STEPPED = 0x4000;

    private static final long TASK_SWITCHED = 8;
    private static final int USER_ACCESS = 4;
    private static final int PRESENT = 1;

    /// In the error code of a protection fault: the lowest two bits of one from an IDT gate.
    private static final int FROM_IDT = 2;

    /// The vector for system calls of 32-bit programs, which any program may use.
    private static final int OLD_SYSTEM_CALL = 0x80;

    private final Entries entries;
    private final Segments segments;
    private final Emulation emulation;
    private final Chronicle chronicle;

    Traps(Xen xen, Entries entries, Emulation emulation) {
        this.entries = entries;
        this.emulation = emulation;
        segments = xen.segments();
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
        long[] extra = hasError(vector) ? new long[] {error & 0xffff_ffffL} : new long[0];
        bounce(vcpu, vector, vcpu.traps.handler(vector), masks, extra);
    }

    /// Sends the guest to its handler for a software interrupt, which has no error code.
    private void interrupt(Vcpu vcpu, int vector) {
        boolean masks = vcpu.traps.masksEvents(vector);
        bounce(vcpu, vector, vcpu.traps.handler(vector), masks);
    }

    /// Sends the guest to its event callback.
    void upcall(Vcpu vcpu) {
        long cause = chronicle.trace().because(vcpu.upcallCause);
        long handler = vcpu.callbacks.handler(Callbacks.EVENT);
        bounce(vcpu, UPCALL, handler, true);
        chronicle.trace().because(cause);
    }

    /// Sends the guest to its handler for non-maskable interrupts, which is not entered again
    /// before it returned; to a guest that has none the interrupt is lost.
    void nmi(Vcpu vcpu) {
        vcpu.isNmiPending = false;
        long handler = vcpu.traps.handler(NMI);
        if (handler != 0) {
            vcpu.isInNmi = true;
            bounce(vcpu, NMI, handler, vcpu.traps.masksEvents(NMI));
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
        bounce(vcpu, SYSTEM_CALL, handler, vcpu.callbacks.masksEvents(kind));
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
        long[] extra = {
            selectors[Registers.DS],
            selectors[Registers.ES],
            selectors[Registers.FS],
            selectors[Registers.GS]
        };
        Vaddr handler = new Vaddr(vcpu.callbacks.handler(Callbacks.FAILSAFE));
        boolean masks = vcpu.callbacks.masksEvents(Callbacks.FAILSAFE);
        send(vcpu, FAILSAFE, new PvEntry.Landing(handler, masks, false, extra));
    }

    /// Sets or clears the virtual task-switched flag: while it is set, floating-point instructions
    /// raise #NM.
    static void setTaskSwitched(Vcpu vcpu, boolean isSet) {
        vcpu.isTaskSwitched = isSet;
        vcpu.registers.cr0 =
                isSet ? vcpu.registers.cr0 | TASK_SWITCHED : vcpu.registers.cr0 & ~TASK_SWITCHED;
    }

    private void bounce(Vcpu vcpu, int vector, long handler, boolean masks, long... extra) {
        send(vcpu, vector, new PvEntry.Landing(new Vaddr(handler), masks, true, extra));
    }

    private void send(Vcpu vcpu, int vector, PvEntry.Landing landing) {
        entries.on(vcpu, () -> " for " + describe(vector, landing, vcpu)).bounce(landing);
        Registers registers = vcpu.registers;
        chronicle.bounced(vector, registers.rip, registers.gpr[Registers.RSP]);
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

    private static String describe(int vector, PvEntry.Landing landing, Vcpu vcpu) {
        long error = landing.extra().length == 1 ? landing.extra()[0] : 0;
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
