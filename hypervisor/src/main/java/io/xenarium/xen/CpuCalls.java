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

    /// Debug register 7: the bits that switch breakpoints on, and the kind of one on a port.
    private static final long ENABLED = 0xff;

    private static final int ON_PORT = 2;

    /// CR4.DE.
    private static final long DEBUG_EXTENSIONS = 8;

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
        int which = (int) args.rdi();
        boolean isBase = which >= 0 && which <= 2;
        if (isBase && !new Vaddr(base).isCanonical()) {
            return Errno.EINVAL.rc();
        }
        return switch (which) {
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
    private void setUserSelector(Vcpu caller, int asked) {
        Registers registers = caller.registers;
        long kernelBase = registers.segmentBase[Registers.GS];
        int selector = asked > 3 ? asked | 3 : asked;
        boolean isNull = selector <= 3;
        boolean isLoaded = !isNull && segments.loadData(caller, Registers.GS, selector);
        if (!isLoaded) {
            registers.setNull(Registers.GS, isNull ? selector : 0);
        }
        caller.otherGsBase = registers.segmentBase[Registers.GS];
        registers.segmentBase[Registers.GS] = kernelBase;
    }

    /// rdi: whether the next floating-point instruction is to raise #NM.
    private static long fpuTaskSwitch(Vcpu caller, Args args) {
        Traps.setTaskSwitched(caller, args.rdi() != 0);
        return 0;
    }

    /// rdi: which; rsi: its new value.
    private static long setDebugRegister(Vcpu caller, Args args) {
        return setDebug(caller, (int) args.rdi(), args.rsi());
    }

    /// Sets debug register `number`, or refuses where it would show Xen's own addresses.
    /// Breakpoints on ports are watched where ports are: the processor does not get them.
    static long setDebug(Vcpu vcpu, long number, long value) {
        if (!hasDebug(vcpu, number)) {
            return Errno.ENODEV.rc();
        }
        long[] debug = vcpu.registers.debug;
        if (number <= 3) {
            if (!GuestMemory.isGuests(value)) {
                return Errno.EPERM.rc();
            }
            debug[(int) number] = value;
            return 0;
        }
        if (value >>> 32 != 0) {
            return Errno.EINVAL.rc();
        }
        if ((number & 1) == 0) {
            debug[6] = STATUS_ONES | value & STATUS_BITS;
            return 0;
        }
        return setDebugControl(vcpu, CONTROL_ONES | value & (CONTROL_BITS | GENERAL_DETECT));
    }

    private static long setDebugControl(Vcpu vcpu, long value) {
        if ((value & GENERAL_DETECT) != 0) {
            return Errno.EPERM.rc();
        }
        long onPorts = 0;
        for (int i = 0; i < 4 && (value & ENABLED) != 0; i++) {
            if ((value >>> 16 + i * 4 & 3) == ON_PORT) {
                if ((vcpu.registers.cr4 & DEBUG_EXTENSIONS) == 0) {
                    return Errno.EPERM.rc();
                }
                onPorts |= value & 3L << i * 2;
            }
        }
        vcpu.portBreakpoints = onPorts;
        vcpu.registers.debug[7] = value & ~onPorts;
        return 0;
    }

    /// Whether there is a debug register of this number. 4 and 5 are other names of 6 and 7, unless
    /// the guest switched them off.
    static boolean hasDebug(Vcpu vcpu, long number) {
        boolean isAlias = number == 4 || number == 5;
        boolean isOff = (vcpu.registers.cr4 & DEBUG_EXTENSIONS) != 0;
        return number >= 0 && number <= 7 && !(isAlias && isOff);
    }

    /// The value of a debug register that there is.
    static long debug(Vcpu vcpu, long number) {
        long[] debug = vcpu.registers.debug;
        if (number <= 3) {
            return debug[(int) number];
        }
        return (number & 1) == 0 ? debug[6] : debug[7] | vcpu.portBreakpoints;
    }

    /// rdi: which. Answers its value.
    private static long getDebugRegister(Vcpu caller, Args args) {
        int number = (int) args.rdi();
        return hasDebug(caller, number) ? debug(caller, number) : Errno.ENODEV.rc();
    }
}
