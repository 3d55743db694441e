package io.xenarium.xen;

import io.xenarium.abi.VcpuInfo;
import io.xenarium.machine.Memory;
import io.xenarium.machine.cpu.Exit;
import io.xenarium.machine.cpu.Registers;
import io.xenarium.terms.Check;
import io.xenarium.terms.DomainCrash;

/// What a guest is sent to: its handlers for exceptions, for software interrupts, for the system
/// calls of its programs, and for events.
///
/// A guest has no IDT of its own. Xen takes everything and builds on the guest kernel's stack the
/// frame that the processor would have built, and below it rcx and r11, because the guest's way
/// back is a SYSCALL, which destroys them. Xen: create_bounce_frame in x86_64/entry.S.
final class Traps {
    static final int DEBUG = 1;
    static final int NMI = 2;
    static final int INVALID_OPCODE = 6;
    static final int NO_FPU = 7;
    static final int PROTECTION = 13;
    static final int PAGE_FAULT = 14;

    /// What [Chronicle#bounced] is told for an upcall, and for a system call.
    private static final int UPCALL = -1;

    private static final int SYSTEM_CALL = -2;

    /// Bits of rflags: TF, IF, DF, IOPL, NT, RF, VM, AC.
    static final long TRAP_FLAG = 0x100;

    static final long INTERRUPT_FLAG = 0x200;
    static final long DIRECTION_FLAG = 0x400;
    static final long IO_PRIVILEGE = 0x3000;
    static final long VIRTUAL_8086 = 0x20000;
    private static final long CLEARED_ON_ENTRY =
            TRAP_FLAG | 0x4000 | 0x10000 | VIRTUAL_8086 | 0x40000;

    private static final long TASK_SWITCHED = 8;
    private static final int USER_ACCESS = 4;
    private static final int FROM_IDT = 2;

    private final Memory memory;
    private final GuestMemory guest;
    private final Tlbs tlbs;
    private final Emulation emulation;
    private final Chronicle chronicle;

    Traps(Xen xen, Emulation emulation) {
        this.emulation = emulation;
        memory = xen.memory();
        guest = xen.guest();
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
            if (vector == INVALID_OPCODE && emulation.forcedCpuid(vcpu)) {
                return true;
            }
            if (vector == PROTECTION && fault.error() == 0 && emulation.privileged(vcpu)) {
                return true;
            }
            deliver(vcpu, fault);
            return false;
        } finally {
            chronicle.trace().because(cause);
        }
    }

    private void deliver(Vcpu vcpu, Exit.Fault fault) {
        int vector = fault.vector();
        int error = fault.error();
        Registers registers = vcpu.registers;
        if (vector == PROTECTION && (error & 7) == FROM_IDT && isAllowedInterrupt(vcpu, error)) {
            // INT n is two bytes long: CD and the vector.
            registers.rip += 2;
            inject(vcpu, error >>> 3, 0);
            return;
        }
        if (vector == PAGE_FAULT) {
            registers.cr2 = fault.address();
            memory.setLong(vcpu.infoMaddr + VcpuInfo.CR2, fault.address());
            error = vcpu.isKernelMode ? error & ~USER_ACCESS : error | USER_ACCESS;
        }
        if (vector == NO_FPU) {
            setTaskSwitched(vcpu, false);
        }
        inject(vcpu, vector, error);
    }

    /// Sends the guest to its handler for `vector`.
    void inject(Vcpu vcpu, int vector, int error) {
        boolean masks = vcpu.traps.masksEvents(vector);
        bounce(vcpu, vector, vcpu.traps.handler(vector), masks, hasError(vector), error);
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
        long handler = vcpu.callbacks.handler(Callbacks.NMI);
        handler = handler == 0 ? vcpu.traps.handler(NMI) : handler;
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
        bounce(vcpu, SYSTEM_CALL, handler, vcpu.callbacks.masksEvents(kind), false, 0);
        registers.rflags &= ~DIRECTION_FLAG;
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
        Registers registers = vcpu.registers;
        boolean wasKernel = vcpu.isKernelMode;
        long stack = wasKernel ? registers.gpr[Registers.RSP] : vcpu.kernelStackVaddr;
        if (!wasKernel) {
            toggleMode(vcpu);
        }
        long[] frame = frame(vcpu, wasKernel, hasError, error);
        long top = (stack & -16) - frame.length * 8L;
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
        if (masks) {
            vcpu.setUpcallMasked(true);
        }
        registers.gpr[Registers.RSP] = top;
        registers.rip = handler;
        registers.rflags = registers.rflags & ~CLEARED_ON_ENTRY | INTERRUPT_FLAG;
        registers.setFlat(Registers.CS, XenSlots.CODE_64, Registers.CODE_64);
        registers.setFlat(Registers.SS, XenSlots.DATA, Registers.DATA_FLAT);
        chronicle.bounced(vector, handler, top);
    }

    /// The words of the frame from the new stack pointer upwards.
    private static long[] frame(Vcpu vcpu, boolean wasKernel, boolean hasError, int error) {
        Registers registers = vcpu.registers;
        long saved = vcpu.isUpcallMasked() ? 1 : 0;
        long selector = registers.selector[Registers.CS] & (wasKernel ? 0xfffc : 0xffff);
        long flags = registers.rflags & ~(INTERRUPT_FLAG | IO_PRIVILEGE);
        long[] frame = new long[hasError ? 8 : 7];
        int at = 0;
        frame[at++] = registers.gpr[Registers.RCX];
        frame[at++] = registers.gpr[Registers.R11];
        if (hasError) {
            frame[at++] = error;
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
        return vector < TrapTable.VECTORS
                && vcpu.traps.handler(vector) != 0
                && vcpu.traps.level(vector) >= (vcpu.isKernelMode ? 1 : 3);
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
                    case PAGE_FAULT ->
                            "page fault at 0x%016x, error %#x".formatted(vcpu.registers.cr2, error);
                    default -> "trap %d, error %#x".formatted(vector, error);
                };
        return what + " at rip 0x%016x".formatted(vcpu.registers.rip);
    }
}
