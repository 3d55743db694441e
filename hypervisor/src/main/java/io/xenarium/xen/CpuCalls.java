package io.xenarium.xen;

import io.xenarium.abi.Hypercall;
import io.xenarium.machine.cpu.Registers;
import io.xenarium.terms.Errno;
import io.xenarium.terms.Vaddr;
import io.xenarium.trace.CpuEvent.Args;

/// Hypercalls about processor state that a guest's kernel may not change itself: descriptor tables,
/// segment bases, debug registers, the task-switched flag.
final class CpuCalls {
    /// Debug register 7: general detect. It would hide accesses from Xen.
    private static final long GENERAL_DETECT = 0x2000;

    private static final long STATUS_ONES = 0xffff_0ff0L;
    private static final long STATUS_BITS = 0xe00fL;
    private static final long CONTROL_ONES = 0x400L;
    private static final long CONTROL_BITS = 0xffff_03ffL;

    private final GuestMemory guest;
    private final Segments segments;
    private final Tlbs tlbs;

    CpuCalls(Xen xen) {
        guest = xen.guest();
        segments = xen.segments();
        tlbs = xen.tlbs();
    }

    void register(Hypercalls table) {
        table.handle(Hypercall.SET_GDT, this::setGdt);
        table.handle(Hypercall.UPDATE_DESCRIPTOR, this::updateDescriptor);
        table.handle(Hypercall.SET_SEGMENT_BASE, this::setSegmentBase);
        table.handle(Hypercall.FPU_TASKSWITCH, CpuCalls::fpuTaskSwitch);
        table.handle(Hypercall.SET_DEBUGREG, CpuCalls::setDebugRegister);
        table.handle(Hypercall.GET_DEBUGREG, CpuCalls::getDebugRegister);
    }

    /// rdi: an array of mfns; rsi: how many descriptors they hold.
    private long setGdt(Vcpu caller, Args args) {
        long entries = args.rsi() & 0xffff_ffffL;
        if (entries > Limits.GDT_ENTRIES) {
            return Errno.EINVAL.rc();
        }
        long[] newFrames = new long[(int) (entries + 511) / 512];
        for (int i = 0; i < newFrames.length; i++) {
            newFrames[i] = guest.getLong(caller, args.rdi() + i * 8L);
        }
        long rc = segments.setGdt(caller, newFrames, (int) entries);
        if (rc == 0) {
            tlbs.flushLocal();
        }
        return rc;
    }

    /// rdi: machine address; rsi: the descriptor.
    private long updateDescriptor(Vcpu caller, Args args) {
        return segments.update(caller.domain(), args.rdi(), args.rsi());
    }

    /// rdi: which base; rsi: the new one. Public/xen.h, SEGBASE_*: 0 fs, 1 the user's gs, 2 the
    /// kernel's gs, 3 the user's gs by selector.
    private long setSegmentBase(Vcpu caller, Args args) {
        long base = args.rsi();
        Registers registers = caller.registers;
        boolean isBase = args.rdi() >= 0 && args.rdi() <= 2;
        if (isBase && !new Vaddr(base).isCanonical()) {
            return Errno.EINVAL.rc();
        }
        return switch (Math.clamp(args.rdi(), -1, 4)) {
            case 0 -> {
                registers.segmentBase[Registers.FS] = base;
                yield 0;
            }
            case 1 -> {
                caller.otherGsBase = base;
                yield 0;
            }
            case 2 -> {
                registers.segmentBase[Registers.GS] = base;
                yield 0;
            }
            case 3 -> {
                setUserSelector(caller, (int) base & 0xffff);
                yield 0;
            }
            default -> Errno.EINVAL.rc();
        };
    }

    /// Loads gs and gives its base to the user's side; the kernel's base stays. A bad selector
    /// becomes a null one.
    private void setUserSelector(Vcpu caller, int selector) {
        Registers registers = caller.registers;
        long kernelBase = registers.segmentBase[Registers.GS];
        boolean isLoaded = segments.loadData(caller, Registers.GS, selector);
        caller.otherGsBase = isLoaded ? registers.segmentBase[Registers.GS] : 0;
        if (!isLoaded) {
            registers.setFlat(Registers.GS, 0, Registers.UNUSABLE);
        }
        registers.segmentBase[Registers.GS] = kernelBase;
    }

    /// rdi: whether the next floating-point instruction is to raise #NM.
    private static long fpuTaskSwitch(Vcpu caller, Args args) {
        Traps.setTaskSwitched(caller, args.rdi() != 0);
        return 0;
    }

    /// rdi: which; rsi: its new value.
    private static long setDebugRegister(Vcpu caller, Args args) {
        return setDebug(caller, args.rdi(), args.rsi());
    }

    /// Sets debug register `number`, or refuses where it would show Xen's own addresses.
    static long setDebug(Vcpu vcpu, long number, long value) {
        long[] debug = vcpu.registers.debug;
        return switch (Math.clamp(number, -1, 8)) {
            case 0, 1, 2, 3 -> {
                if (XenSlots.isXens(value) || !new Vaddr(value).isCanonical()) {
                    yield Errno.EPERM.rc();
                }
                debug[(int) number] = value;
                yield 0;
            }
            case 4, 6 -> {
                if (value >>> 32 != 0) {
                    yield Errno.EINVAL.rc();
                }
                debug[6] = STATUS_ONES | value & STATUS_BITS;
                yield 0;
            }
            case 5, 7 -> {
                if (value >>> 32 != 0) {
                    yield Errno.EINVAL.rc();
                }
                if ((value & GENERAL_DETECT) != 0) {
                    yield Errno.EPERM.rc();
                }
                debug[7] = CONTROL_ONES | value & CONTROL_BITS;
                yield 0;
            }
            default -> Errno.ENODEV.rc();
        };
    }

    /// rdi: which. Answers its value.
    private static long getDebugRegister(Vcpu caller, Args args) {
        long[] debug = caller.registers.debug;
        return switch (Math.clamp(args.rdi(), -1, 8)) {
            case 0, 1, 2, 3 -> debug[(int) args.rdi()];
            case 4, 6 -> debug[6];
            case 5, 7 -> debug[7];
            default -> Errno.ENODEV.rc();
        };
    }
}
