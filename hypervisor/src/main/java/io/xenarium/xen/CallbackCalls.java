package io.xenarium.xen;

import io.xenarium.abi.Hypercall;
import io.xenarium.machine.cpu.Registers;
import io.xenarium.terms.DomainCrash;
import io.xenarium.terms.Errno;
import io.xenarium.terms.Vaddr;
import io.xenarium.trace.CpuEvent.Args;

import java.util.ArrayList;
import java.util.List;

/// Hypercalls about where Xen sends the guest, and how the guest comes back from there: trap table,
/// callbacks, kernel stack, iret.
final class CallbackCalls {
    private static final int TRAP_BYTES = 16;
    private static final int REGISTER = 0;
    private static final int UNREGISTER = 1;
    private static final int MASKS_EVENTS = 1;

    /// In the flags of an iret frame: rcx and r11 stay as SYSRET leaves them.
    private static final long IN_SYSCALL = 0x100;

    private final GuestMemory guest;
    private final Traps traps;
    private final Segments segments;
    private final Chronicle chronicle;
    private final Hypercalls hypercalls;

    CallbackCalls(Xen xen, Traps traps, Hypercalls hypercalls) {
        this.traps = traps;
        this.hypercalls = hypercalls;
        guest = xen.guest();
        segments = xen.segments();
        chronicle = xen.chronicle();
    }

    void register() {
        Hypercalls table = hypercalls;
        table.handle(Hypercall.NMI_OP, this::nmiOp);
        table.handle(Hypercall.SET_TRAP_TABLE, this::setTrapTable);
        table.handle(Hypercall.STACK_SWITCH, CallbackCalls::stackSwitch);
        table.handle(Hypercall.SET_CALLBACKS, CallbackCalls::setCallbacks);
        table.handle(Hypercall.CALLBACK_OP, this::callbackOp);
        table.handle(Hypercall.IRET, this::iret);
    }

    private record Trap(int vector, int flags, long handlerVaddr) {}

    /// rdi: an array of {u8 vector, u8 flags, u16 cs, u64 address} that ends with address 0; no
    /// array clears the table.
    private long setTrapTable(Vcpu caller, Args args) {
        if (args.rdi() == 0) {
            caller.traps.clear();
            return 0;
        }
        List<Trap> read = new ArrayList<>();
        boolean isAll = false;
        while (!isAll && read.size() < Limits.PIECE) {
            long at = args.rdi() + (long) read.size() * TRAP_BYTES;
            long head = guest.getLong(caller, at);
            long handler = guest.getLong(caller, at + 8);
            isAll = handler == 0;
            if (!new Vaddr(handler).isCanonical()) {
                return Errno.EINVAL.rc();
            }
            if (!isAll) {
                read.add(new Trap((int) (head & 0xff), (int) (head >>> 8 & 0xff), handler));
            }
        }
        for (Trap trap : read) {
            caller.traps.set(trap.vector, trap.handlerVaddr, trap.flags);
        }
        long next = args.rdi() + (long) read.size() * TRAP_BYTES;
        return isAll ? 0 : hypercalls.restart(new Args(next, 0, 0, 0, 0));
    }

    /// rdi, rsi: selector and address of the stack for entries from user mode.
    private static long stackSwitch(Vcpu caller, Args args) {
        caller.kernelStackSelector = (int) (args.rdi() & 0xffff) | 3;
        caller.kernelStackVaddr = args.rsi();
        return 0;
    }

    /// rdi, rsi, rdx: the handlers for events, failed segment loads, system calls. The old form of
    /// callback_op: it does not say whether it could use an address.
    private static long setCallbacks(Vcpu caller, Args args) {
        long[] handlers = {args.rdi(), args.rsi(), args.rdx()};
        for (int type = Callbacks.EVENT; type <= Callbacks.SYSCALL; type++) {
            if (new Vaddr(handlers[type]).isCanonical()) {
                caller.callbacks.set(type, handlers[type], false);
            }
        }
        return 0;
    }

    /// rdi: register or unregister; rsi: {u64 address}: the handler for NMIs.
    private long nmiOp(Vcpu caller, Args args) {
        return switch ((int) args.rdi()) {
            case REGISTER -> setNmi(caller, guest.getLong(caller, args.rsi()));
            case UNREGISTER -> {
                caller.traps.set(Traps.NMI, 0, 0);
                yield 0;
            }
            default -> Errno.ENOSYS.rc();
        };
    }

    private static long setNmi(Vcpu caller, long handler) {
        if (!new Vaddr(handler).isCanonical()) {
            return Errno.EINVAL.rc();
        }
        caller.traps.set(Traps.NMI, handler, TrapTable.MASKS_EVENTS);
        return 0;
    }

    /// rdi: register or unregister; rsi: {u16 type, u16 flags, u64 address @8}.
    private long callbackOp(Vcpu caller, Args args) {
        int command = (int) args.rdi();
        if (command != REGISTER && command != UNREGISTER) {
            return Errno.ENOSYS.rc();
        }
        int type = guest.getShort(caller, args.rsi());
        if (command == UNREGISTER) {
            return unregister(caller, type);
        }
        int flags = guest.getShort(caller, args.rsi() + 2);
        long handler = guest.getLong(caller, args.rsi() + 8);
        if (!new Vaddr(handler).isCanonical()) {
            return Errno.EINVAL.rc();
        }
        return switch (type) {
            case Callbacks.EVENT,
                    Callbacks.FAILSAFE,
                    Callbacks.SYSCALL,
                    Callbacks.SYSCALL32,
                    Callbacks.SYSENTER -> {
                caller.callbacks.set(type, handler, (flags & MASKS_EVENTS) != 0);
                yield 0;
            }
            case Callbacks.NMI -> setNmi(caller, handler);
            default -> Errno.ENOSYS.rc();
        };
    }

    private static long unregister(Vcpu caller, int type) {
        return switch (type) {
            case Callbacks.NMI -> {
                caller.traps.set(Traps.NMI, 0, 0);
                yield 0;
            }
            case Callbacks.EVENT,
                    Callbacks.FAILSAFE,
                    Callbacks.SYSCALL,
                    Callbacks.SYSCALL32,
                    Callbacks.SYSENTER ->
                    Errno.EINVAL.rc();
            default -> Errno.ENOSYS.rc();
        };
    }

    /// Goes back to where the guest was interrupted, or to one of its programs. On the stack from
    /// rsp upwards: rax, r11, rcx, flags, rip, cs, rflags, rsp, ss. Answers the rax from there.
    ///
    /// Selectors and an address that the processor cannot return to are an exception of whoever is
    /// returned to.
    private long iret(Vcpu caller, Args args) {
        long[] frame = new long[9];
        try {
            for (int i = 0; i < frame.length; i++) {
                frame[i] = guest.getLong(caller, caller.registers.gpr[Registers.RSP] + i * 8L);
            }
        } catch (BadPointer unusable) {
            throw new DomainCrash(caller.domain().id(), "iret without a frame to return by");
        }
        boolean toUser = (frame[5] & 3) == 3;
        if (toUser) {
            if (caller.userTableMfn == 0) {
                throw new DomainCrash(caller.domain().id(), "return to a program without a table");
            }
            traps.toggleMode(caller);
        }
        if (caller.domain().assists(VersionCalls.ARCHITECTURAL_IOPL)) {
            caller.ioPrivilege = (int) (frame[6] >>> 12) & 3;
        }
        restore(caller.registers, frame);
        caller.isInNmi = false;
        caller.setUpcallMasked((frame[6] & Traps.INTERRUPT_FLAG) == 0);
        int exception = loadSelectors(caller, frame);
        chronicle.returned(frame[4], toUser);
        if (exception != Segments.LOADABLE) {
            traps.inject(caller, exception >>> 16, exception & 0xffff);
        }
        return frame[0];
    }

    /// The way back from a system call does not look at the selectors: it gives the program Xen's
    /// own. Returns [Segments#LOADABLE], or an exception.
    private int loadSelectors(Vcpu caller, long[] frame) {
        Registers registers = caller.registers;
        int code = (int) frame[5] & 0xffff | 3;
        int stack = (int) frame[8] & 0xffff | 3;
        boolean isCanonical = new Vaddr(frame[4]).isCanonical();
        if ((frame[3] & IN_SYSCALL) != 0 && isCanonical) {
            boolean isLong = code != XenSlots.CODE_32;
            registers.setFlat(
                    Registers.CS,
                    isLong ? XenSlots.CODE_64 : XenSlots.CODE_32,
                    isLong ? Registers.CODE_64 : Registers.CODE_32);
            registers.setFlat(Registers.SS, XenSlots.DATA, Registers.DATA_FLAT);
            return Segments.LOADABLE;
        }
        int exception = segments.checkCode(caller, code);
        if (exception == Segments.LOADABLE) {
            exception = segments.checkStack(caller, stack);
        }
        if (exception == Segments.LOADABLE && !isCanonical) {
            exception = Traps.PROTECTION << 16;
        }
        if (exception == Segments.LOADABLE) {
            segments.load(caller, Registers.CS, code);
            segments.load(caller, Registers.SS, stack);
        } else {
            registers.selector[Registers.CS] = code;
            registers.selector[Registers.SS] = stack;
        }
        return exception;
    }

    private static void restore(Registers registers, long[] frame) {
        registers.rip = frame[4];
        registers.rflags =
                frame[6] & 0x3f7fd5L & ~(Traps.IO_PRIVILEGE | Traps.VIRTUAL_8086)
                        | Traps.INTERRUPT_FLAG
                        | 2;
        registers.gpr[Registers.RSP] = frame[7];
        if ((frame[3] & IN_SYSCALL) == 0) {
            registers.gpr[Registers.R11] = frame[1];
            registers.gpr[Registers.RCX] = frame[2];
        } else {
            registers.gpr[Registers.R11] = registers.rflags;
            registers.gpr[Registers.RCX] = frame[4];
        }
    }
}
