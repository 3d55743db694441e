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

    CallbackCalls(Xen xen, Traps traps) {
        this.traps = traps;
        guest = xen.guest();
        segments = xen.segments();
        chronicle = xen.chronicle();
    }

    void register(Hypercalls table) {
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
        while (read.size() < TrapTable.VECTORS) {
            long at = args.rdi() + (long) read.size() * TRAP_BYTES;
            long head = guest.getLong(caller, at);
            long handler = guest.getLong(caller, at + 8);
            if (handler == 0) {
                break;
            }
            if (!new Vaddr(handler).isCanonical()) {
                return Errno.EINVAL.rc();
            }
            read.add(new Trap((int) (head & 0xff), (int) (head >>> 8 & 0xff), handler));
        }
        for (Trap trap : read) {
            caller.traps.set(trap.vector, trap.handlerVaddr, trap.flags);
        }
        return 0;
    }

    /// rdi, rsi: selector and address of the stack for entries from user mode.
    private static long stackSwitch(Vcpu caller, Args args) {
        caller.kernelStackSelector = (int) (args.rdi() & 0xffff) | 3;
        caller.kernelStackVaddr = args.rsi();
        return 0;
    }

    /// rdi, rsi, rdx: the handlers for events, failed segment loads, system calls. The old form of
    /// callback_op.
    private static long setCallbacks(Vcpu caller, Args args) {
        if (!areCanonical(args.rdi(), args.rsi(), args.rdx())) {
            return Errno.EINVAL.rc();
        }
        caller.callbacks.set(Callbacks.EVENT, args.rdi(), true);
        caller.callbacks.set(Callbacks.FAILSAFE, args.rsi(), true);
        caller.callbacks.set(Callbacks.SYSCALL, args.rdx(), false);
        return 0;
    }

    private static boolean areCanonical(long... vaddrs) {
        for (long vaddr : vaddrs) {
            if (!new Vaddr(vaddr).isCanonical()) {
                return false;
            }
        }
        return true;
    }

    /// rdi: register or unregister; rsi: {u16 type, u16 flags, u64 address @8}.
    private long callbackOp(Vcpu caller, Args args) {
        if (args.rdi() != REGISTER && args.rdi() != UNREGISTER) {
            return Errno.ENOSYS.rc();
        }
        int type = guest.getShort(caller, args.rsi());
        if (args.rdi() == UNREGISTER) {
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
                    Callbacks.SYSENTER,
                    Callbacks.NMI -> {
                caller.callbacks.set(type, handler, (flags & MASKS_EVENTS) != 0);
                yield 0;
            }
            default -> Errno.ENOSYS.rc();
        };
    }

    private static long unregister(Vcpu caller, int type) {
        return switch (type) {
            case Callbacks.NMI -> {
                caller.callbacks.set(type, 0, false);
                yield 0;
            }
            case Callbacks.EVENT, Callbacks.FAILSAFE, Callbacks.SYSCALL, Callbacks.SYSCALL32 ->
                    Errno.EINVAL.rc();
            default -> Errno.ENOSYS.rc();
        };
    }

    /// Goes back to where the guest was interrupted, or to one of its programs. On the stack from
    /// rsp upwards: rax, r11, rcx, flags, rip, cs, rflags, rsp, ss. Answers the rax from there.
    private long iret(Vcpu caller, Args args) {
        Registers registers = caller.registers;
        long[] frame = new long[9];
        try {
            for (int i = 0; i < frame.length; i++) {
                frame[i] = guest.getLong(caller, registers.gpr[Registers.RSP] + i * 8L);
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
        if (!segments.loadCode(caller, (int) frame[5] & 0xffff)
                || !segments.loadStack(caller, (int) frame[8] & 0xffff)) {
            throw new DomainCrash(
                    caller.domain().id(),
                    "return to cs %#x, ss %#x, which cannot be loaded"
                            .formatted(frame[5], frame[8]));
        }
        restore(registers, frame);
        caller.isInNmi = false;
        caller.setUpcallMasked((frame[6] & Traps.INTERRUPT_FLAG) == 0);
        chronicle.returned(frame[4], toUser);
        return frame[0];
    }

    private static void restore(Registers registers, long[] frame) {
        if ((frame[3] & IN_SYSCALL) == 0) {
            registers.gpr[Registers.R11] = frame[1];
            registers.gpr[Registers.RCX] = frame[2];
        } else {
            registers.gpr[Registers.R11] = frame[6];
            registers.gpr[Registers.RCX] = frame[4];
        }
        registers.rip = frame[4];
        registers.rflags =
                frame[6] & 0x3f7fd5L & ~(Traps.IO_PRIVILEGE | Traps.VIRTUAL_8086)
                        | Traps.INTERRUPT_FLAG
                        | 2;
        registers.gpr[Registers.RSP] = frame[7];
    }
}
