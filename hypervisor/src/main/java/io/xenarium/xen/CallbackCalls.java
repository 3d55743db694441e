package io.xenarium.xen;

import io.xenarium.abi.Hypercall;
import io.xenarium.terms.Errno;
import io.xenarium.terms.Vaddr;
import io.xenarium.trace.CpuEvent.Args;

/// Hypercalls about where Xen sends the guest, and how the guest comes back from there: trap table,
/// callbacks, kernel stack, iret.
final class CallbackCalls {
    private static final int REGISTER = 0;
    private static final int UNREGISTER = 1;
    private static final int MASKS_EVENTS = 1;

    private final GuestMemory guest;
    private final Traps traps;
    private final Entries entries;
    private final Chronicle chronicle;
    private final Hypercalls hypercalls;

    CallbackCalls(Xen xen, Entries entries, Traps traps, Hypercalls hypercalls) {
        this.entries = entries;
        this.traps = traps;
        this.hypercalls = hypercalls;
        guest = xen.guest();
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

    /// rdi: an array of entries, 0 for none.
    private long setTrapTable(Vcpu caller, Args args) {
        return entries.on(caller).setTrapTable(new Vaddr(args.rdi()));
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

    /// Goes back to where the guest was interrupted, or to one of its programs. Selectors and an
    /// address that the processor cannot return to are an exception of whoever is returned to.
    private long iret(Vcpu caller, Args args) {
        long rax = entries.on(caller).iret();
        int exception = entries.exception();
        caller.isInNmi = false;
        chronicle.returned(caller.registers.rip, !caller.isKernelMode);
        if (exception != Segments.LOADABLE) {
            traps.inject(caller, exception >>> 16, exception & 0xffff);
        }
        return rax;
    }
}
