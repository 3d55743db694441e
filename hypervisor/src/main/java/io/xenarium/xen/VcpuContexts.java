package io.xenarium.xen;

import io.xenarium.abi.VcpuContext;
import io.xenarium.machine.Clock;
import io.xenarium.machine.Memory;
import io.xenarium.machine.cpu.FloatImage;
import io.xenarium.machine.cpu.Registers;
import io.xenarium.parts.DomainBuilder;
import io.xenarium.terms.DomainCrash;
import io.xenarium.terms.Errno;
import io.xenarium.terms.Vaddr;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/// The state that a vCPU begins with: the first one's by the toolstack, the others' by their guest
/// (VCPUOP_initialise). A context that is refused changes nothing.
///
/// Xen: arch_set_info_guest in xen/arch/x86/domain.c.
final class VcpuContexts {
    private static final long CR0 = 0x8005_0033L;
    private static final long CR4 = 0x660;
    private static final long EFER = 0xd01;
    private static final long DR6 = 0xffff_0ff0L;
    private static final long DR7 = 0x400;

    private static final int TRAP_BYTES = 16;
    private static final int FRAME_NUMBER_SHIFT = 12;

    private static final int[] ADDRESSES = {
        VcpuContext.RIP,
        VcpuContext.RSP,
        VcpuContext.KERNEL_SP,
        VcpuContext.EVENT_CALLBACK,
        VcpuContext.FAILSAFE_CALLBACK,
        VcpuContext.SYSCALL_CALLBACK,
        VcpuContext.FS_BASE,
        VcpuContext.GS_BASE_KERNEL,
        VcpuContext.GS_BASE_USER
    };

    private final Clock clock;
    private final GuestMemory guest;
    private final Segments segments;
    private final PageTables mmu;
    private final MmuextCalls mmuextCalls;
    private final RunQueue queue;

    VcpuContexts(Xen xen, MmuextCalls mmuextCalls, RunQueue queue) {
        this.mmuextCalls = mmuextCalls;
        this.queue = queue;
        clock = xen.clock();
        guest = xen.guest();
        segments = xen.segments();
        mmu = xen.mmu();
    }

    /// Lets `vcpu` begin as the toolstack wants, in kernel mode. Returns 0 or the error that its
    /// addresses, its selectors or its page table were refused with.
    long start(Vcpu vcpu, DomainBuilder.Context at) {
        boolean isFlat = at.cs() == XenSlots.CODE_64 && at.ss() == XenSlots.DATA;
        if (!isFlat || !at.rip().isCanonical() || !at.rsp().isCanonical()) {
            return Errno.EINVAL.rc();
        }
        long rc = mmuextCalls.newBase(vcpu, at.table().value());
        if (rc != 0) {
            return rc;
        }
        Registers registers = vcpu.registers;
        registers.rip = at.rip().value();
        registers.gpr[Registers.RSP] = at.rsp().value();
        registers.gpr[Registers.RSI] = at.rsi().value();
        registers.rflags = at.rflags() & ~Traps.IO_PRIVILEGE | Traps.INTERRUPT_FLAG | 2;
        registers.setFlat(Registers.CS, XenSlots.CODE_64, Registers.CODE_64);
        registers.setFlat(Registers.SS, XenSlots.DATA, Registers.DATA_FLAT);
        vcpu.kernelStackSelector = XenSlots.DATA;
        vcpu.kernelStackVaddr = at.rsp().value();
        finish(vcpu, true);
        return 0;
    }

    private void finish(Vcpu vcpu, boolean isOnline) {
        Registers registers = vcpu.registers;
        registers.cr0 = CR0;
        registers.cr4 = CR4;
        registers.efer = EFER;
        registers.gdtBase = XenSlots.gdtVaddr(vcpu.id().value());
        registers.gdtLimit = XenSlots.GDT_LIMIT;
        if (registers.debug[7] == 0) {
            registers.debug[6] = DR6;
            registers.debug[7] = DR7;
        }
        vcpu.timers.setPeriod(Limits.PERIODIC_NANOS, clock.nanos());
        vcpu.isInitialised = true;
        vcpu.isUp = isOnline;
        queue.settle(vcpu);
    }

    /// Gives `vcpu` the context that the caller's guest wrote at `vaddr`. Returns 0 or an error.
    long initialise(Vcpu caller, Vcpu vcpu, long vaddr) {
        byte[] bytes = new byte[VcpuContext.BYTES];
        guest.read(caller, vaddr, bytes);
        if (vcpu.isInitialised) {
            return Errno.EEXIST.rc();
        }
        ByteBuffer context = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
        boolean isKernel = has(context, VcpuContext.IN_KERNEL);
        boolean hasUserTable = context.getLong(VcpuContext.USER_TABLE) != 0;
        if (!areAddressesGood(context) || !isKernel && !hasUserTable) {
            return Errno.EINVAL.rc();
        }
        long rc = debugRegisters(vcpu, context);
        rc = rc == 0 ? gdt(vcpu, context) : rc;
        rc = rc == 0 ? tables(vcpu, context) : rc;
        if (rc != 0) {
            java.util.Arrays.fill(vcpu.registers.debug, 0);
            segments.setGdt(vcpu, new long[0], 0);
            return rc;
        }
        vcpu.isKernelMode = isKernel;
        if (!isKernel) {
            vcpu.registers.cr3 = vcpu.userTableMfn << FRAME_NUMBER_SHIFT;
        }
        handlers(vcpu, context);
        registers(vcpu, context);
        finish(vcpu, has(context, VcpuContext.ONLINE));
        return 0;
    }

    private static boolean has(ByteBuffer context, int flag) {
        return (context.getLong(VcpuContext.FLAGS) & flag) != 0;
    }

    private static boolean areAddressesGood(ByteBuffer context) {
        for (int at : ADDRESSES) {
            if (!isCanonical(context.getLong(at))) {
                return false;
            }
        }
        for (int vector = 0; vector < TrapTable.VECTORS; vector++) {
            if (!isCanonical(context.getLong(VcpuContext.TRAPS + vector * TRAP_BYTES + 8))) {
                return false;
            }
        }
        long ldt = context.getLong(VcpuContext.LDT_BASE);
        long entries = context.getLong(VcpuContext.LDT_ENTRIES);
        boolean isLdtOutside = XenSlots.isXens(ldt) || !isCanonical(ldt);
        boolean fits = entries >= 0 && entries <= Limits.LDT_ENTRIES;
        return !isLdtOutside && fits && ldt % Memory.FRAME_BYTES == 0;
    }

    private static boolean isCanonical(long vaddr) {
        return new Vaddr(vaddr).isCanonical();
    }

    private static long debugRegisters(Vcpu vcpu, ByteBuffer context) {
        for (int i = 0; i < 8; i++) {
            long rc = CpuCalls.setDebug(vcpu, i, context.getLong(VcpuContext.DEBUG + i * 8));
            if (rc != 0) {
                return rc;
            }
        }
        return 0;
    }

    private long gdt(Vcpu vcpu, ByteBuffer context) {
        long entries = context.getLong(VcpuContext.GDT_ENTRIES);
        if (entries < 0 || entries > Limits.GDT_ENTRIES) {
            return Errno.EINVAL.rc();
        }
        long[] frames = new long[(int) (entries + 511) / 512];
        for (int i = 0; i < frames.length; i++) {
            frames[i] = context.getLong(VcpuContext.GDT_FRAMES + i * 8);
        }
        return segments.setGdt(vcpu, frames, (int) entries);
    }

    private long tables(Vcpu vcpu, ByteBuffer context) {
        long kernelMfn = context.getLong(VcpuContext.CR3) >>> FRAME_NUMBER_SHIFT;
        long userMfn = context.getLong(VcpuContext.USER_TABLE) >>> FRAME_NUMBER_SHIFT;
        long rc = mmuextCalls.newBase(vcpu, kernelMfn);
        if (rc == 0 && context.getLong(VcpuContext.USER_TABLE) != 0) {
            rc = mmuextCalls.newUserBase(vcpu, userMfn);
            if (rc != 0) {
                vcpu.kernelTableMfn = 0;
                vcpu.registers.cr3 = 0;
                mmu.releaseTable(kernelMfn, 4);
            }
        }
        return rc;
    }

    private static void handlers(Vcpu vcpu, ByteBuffer context) {
        for (int vector = 0; vector < TrapTable.VECTORS; vector++) {
            int at = VcpuContext.TRAPS + vector * TRAP_BYTES;
            vcpu.traps.set(vector, context.getLong(at + 8), context.get(at + 1) & 0xff);
        }
        Callbacks callbacks = vcpu.callbacks;
        callbacks.set(Callbacks.EVENT, context.getLong(VcpuContext.EVENT_CALLBACK), true);
        callbacks.set(
                Callbacks.FAILSAFE,
                context.getLong(VcpuContext.FAILSAFE_CALLBACK),
                has(context, VcpuContext.FAILSAFE_MASKS_EVENTS));
        callbacks.set(
                Callbacks.SYSCALL,
                context.getLong(VcpuContext.SYSCALL_CALLBACK),
                has(context, VcpuContext.SYSCALL_MASKS_EVENTS));
        vcpu.kernelStackSelector = selector(context, VcpuContext.KERNEL_SS) | 3;
        vcpu.kernelStackVaddr = context.getLong(VcpuContext.KERNEL_SP);
    }

    private void registers(Vcpu vcpu, ByteBuffer context) {
        Registers registers = vcpu.registers;
        int[] order = VcpuContext.gprOrder();
        for (int i = 0; i < order.length; i++) {
            registers.gpr[order[i]] = context.getLong(VcpuContext.USER_REGS + i * 8);
        }
        registers.gpr[Registers.RSP] = context.getLong(VcpuContext.RSP);
        registers.rip = context.getLong(VcpuContext.RIP);
        long flags = context.getLong(VcpuContext.RFLAGS);
        vcpu.ioPrivilege = (int) (flags & Traps.IO_PRIVILEGE) >> 12;
        registers.rflags = flags & ~Traps.IO_PRIVILEGE | Traps.INTERRUPT_FLAG | 2;
        if (has(context, VcpuContext.FPU_VALID)) {
            FloatImage.load(
                    registers,
                    context.slice(VcpuContext.FPU, FloatImage.BYTES)
                            .order(ByteOrder.LITTLE_ENDIAN));
        }
        int ldtEntries = (int) context.getLong(VcpuContext.LDT_ENTRIES);
        segments.setLdt(vcpu, context.getLong(VcpuContext.LDT_BASE), ldtEntries);
        selectors(vcpu, context);
        registers.segmentBase[Registers.FS] = context.getLong(VcpuContext.FS_BASE);
        long kernelGs = context.getLong(VcpuContext.GS_BASE_KERNEL);
        long userGs = context.getLong(VcpuContext.GS_BASE_USER);
        registers.segmentBase[Registers.GS] = vcpu.isKernelMode ? kernelGs : userGs;
        vcpu.otherGsBase = vcpu.isKernelMode ? userGs : kernelGs;
    }

    private void selectors(Vcpu vcpu, ByteBuffer context) {
        int code = selector(context, VcpuContext.CS) | 3;
        int stack = selector(context, VcpuContext.SS) | 3;
        if (segments.checkCode(vcpu, code) != Segments.LOADABLE
                || segments.checkStack(vcpu, stack) != Segments.LOADABLE) {
            throw new DomainCrash(
                    vcpu.domain().id(), "a vCPU cannot begin: its cs or ss cannot be loaded");
        }
        segments.load(vcpu, Registers.CS, code);
        segments.load(vcpu, Registers.SS, stack);
        load(vcpu, Registers.ES, selector(context, VcpuContext.ES));
        load(vcpu, Registers.DS, selector(context, VcpuContext.DS));
        load(vcpu, Registers.FS, selector(context, VcpuContext.FS));
        load(vcpu, Registers.GS, selector(context, VcpuContext.GS));
    }

    /// A data segment that cannot be loaded becomes a null one.
    private void load(Vcpu vcpu, int segment, int selector) {
        if ((selector & ~3) == 0 || !segments.loadData(vcpu, segment, selector)) {
            vcpu.registers.setFlat(segment, 0, Registers.UNUSABLE);
        }
    }

    private static int selector(ByteBuffer context, int at) {
        return context.getShort(at) & 0xffff;
    }
}
