package io.xenarium.xen;

import io.xenarium.abi.Hypercall;
import io.xenarium.machine.Kept;
import io.xenarium.machine.cpu.Registers;
import io.xenarium.terms.Errno;
import io.xenarium.trace.CpuEvent;

import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;

/// The table of hypercalls: SYSCALL in a guest's kernel, the number in rax, arguments in rdi, rsi,
/// rdx, r10, r8, the answer in rax. Every other register stays as it is, but rcx and r11, which the
/// SYSCALL instruction itself destroys.
///
/// A number without a handler is answered with −ENOSYS, a pointer that cannot be used with −EFAULT.
/// No argument, however bad, is a reason to end a guest. Xen: pv_hypercall in
/// arch/x86/pv/hypercall.c.
public final class Hypercalls implements Kept {
    /// Carries one hypercall out and answers what lands in rax.
    @FunctionalInterface
    interface Handler {
        long call(Vcpu caller, CpuEvent.Args args);
    }

    /// What a handler answers that did a part of its work: the guest is to make the hypercall
    /// again, with other arguments. No hypercall has this for an answer.
    static final long RESTART = Long.MIN_VALUE;

    /// SYSCALL is two bytes long.
    private static final int SYSCALL_BYTES = 2;

    private static final int ENTRY_BYTES = 64;
    private static final int ENTRY_RESULT = 8;
    private static final int ENTRY_ARGS = 16;

    private final Handler[] handlers = new Handler[Hypercall.COUNT];
    private final long[] counts = new long[Hypercall.COUNT];
    private final GuestMemory guest;
    private final Chronicle chronicle;

    /// Whether [#rest] is of the hypercall that is being carried out.
    private boolean isRestarting;

    /// What the hypercall that answered [#RESTART] is to be made again with.
    private CpuEvent.Args rest = new CpuEvent.Args(0, 0, 0, 0, 0);

    Hypercalls(GuestMemory guest, Chronicle chronicle) {
        this.guest = guest;
        this.chronicle = chronicle;
        handle(Hypercall.MULTICALL, this::multicall);
    }

    /// How often the hypercall was made, members of multicalls included.
    public long count(Hypercall call) {
        return counts[call.number()];
    }

    /// Puts `handler` into the table.
    void handle(Hypercall call, Handler handler) {
        handlers[call.number()] = handler;
    }

    /// The guest's kernel executed SYSCALL: carries the hypercall out.
    void enter(Vcpu caller) {
        Registers registers = caller.registers;
        long[] gpr = registers.gpr;
        long number = gpr[Registers.RAX];
        registers.rflags = gpr[Registers.R11];
        CpuEvent.Args args =
                new CpuEvent.Args(
                        gpr[Registers.RDI],
                        gpr[Registers.RSI],
                        gpr[Registers.RDX],
                        gpr[Registers.R10],
                        gpr[Registers.R8]);
        isRestarting = false;
        long result = call(caller, number, args);
        if (!isRestart(result)) {
            gpr[Registers.RAX] = result;
            return;
        }
        gpr[Registers.RAX] = number;
        gpr[Registers.RDI] = rest.rdi();
        gpr[Registers.RSI] = rest.rsi();
        gpr[Registers.RDX] = rest.rdx();
        gpr[Registers.R10] = rest.r10();
        registers.rip -= SYSCALL_BYTES;
    }

    /// Lets the hypercall that is being carried out be made again with `what`.
    long restart(CpuEvent.Args what) {
        rest = what;
        isRestarting = true;
        return RESTART;
    }

    /// Whether a hypercall is to be made again. A return from an exception answers whatever the
    /// interrupted code had in rax, which may be any number.
    private boolean isRestart(long result) {
        return isRestarting && result == RESTART;
    }

    /// Carries out hypercall `number` on behalf of `caller` and returns its answer.
    long call(Vcpu caller, long number, CpuEvent.Args args) {
        boolean isKnown = number >= 0 && number < handlers.length;
        int shown = isKnown ? (int) number : -1;
        chronicle.hypercallEntered(shown, args);
        long cause = chronicle.trace().because(chronicle.trace().seq());
        long result = Errno.ENOSYS.rc();
        if (isKnown) {
            counts[shown]++;
            result = answer(handlers[shown], caller, args);
        }
        chronicle.hypercallReturned(shown, result == RESTART ? 0 : result);
        chronicle.trace().because(cause);
        return result;
    }

    private static long answer(Handler handler, Vcpu caller, CpuEvent.Args args) {
        if (handler == null) {
            return Errno.ENOSYS.rc();
        }
        try {
            return handler.call(caller, args);
        } catch (BadPointer unusable) {
            return Errno.EFAULT.rc();
        }
    }

    /// rdi: an array of hypercalls {op, result, six arguments}, rsi: how many. Answers 0, whatever
    /// the members answered. A return from an exception among them is the last that is done.
    private long multicall(Vcpu caller, CpuEvent.Args args) {
        if (!GuestMemory.isGuests(args.rdi())) {
            return Errno.EFAULT.rc();
        }
        long count = args.rsi() & 0xffff_ffffL;
        for (long i = 0; i < count; i++) {
            long entry = args.rdi() + i * ENTRY_BYTES;
            CpuEvent.Args left = new CpuEvent.Args(entry, count - i, args.rdx(), args.r10(), 0);
            if (i == Limits.MULTICALL_MEMBERS) {
                return restart(left);
            }
            guest.require(caller, entry, ENTRY_BYTES, true);
            long number = guest.getLong(caller, entry);
            long result = member(caller, number, entry + ENTRY_ARGS);
            if (isRestart(result)) {
                writeArgs(caller, entry + ENTRY_ARGS, rest);
                return restart(left);
            }
            if (number == Hypercall.IRET.number()) {
                return result;
            }
            guest.putLong(caller, entry + ENTRY_RESULT, result);
        }
        return 0;
    }

    private long member(Vcpu caller, long number, long from) {
        if (number == Hypercall.MULTICALL.number()) {
            return Errno.EINVAL.rc();
        }
        CpuEvent.Args args =
                new CpuEvent.Args(
                        guest.getLong(caller, from),
                        guest.getLong(caller, from + 8),
                        guest.getLong(caller, from + 16),
                        guest.getLong(caller, from + 24),
                        guest.getLong(caller, from + 32));
        return call(caller, number, args);
    }

    private void writeArgs(Vcpu caller, long at, CpuEvent.Args args) {
        guest.putLong(caller, at, args.rdi());
        guest.putLong(caller, at + 8, args.rsi());
        guest.putLong(caller, at + 16, args.rdx());
        guest.putLong(caller, at + 24, args.r10());
    }

    @Override
    public void save(DataOutput out) throws IOException {
        for (long count : counts) {
            out.writeLong(count);
        }
    }

    @Override
    public void load(DataInput in) throws IOException {
        for (int i = 0; i < counts.length; i++) {
            counts[i] = in.readLong();
        }
    }
}
