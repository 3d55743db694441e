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

    private static final int ENTRY_BYTES = 64;
    private static final int ENTRY_RESULT = 8;
    private static final int ENTRY_ARGS = 16;

    private final Handler[] handlers = new Handler[Hypercall.COUNT];
    private final long[] counts = new long[Hypercall.COUNT];
    private final GuestMemory guest;
    private final Chronicle chronicle;

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
        gpr[Registers.RAX] = call(caller, number, args);
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
        chronicle.hypercallReturned(shown, result);
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
    /// the members answered.
    private long multicall(Vcpu caller, CpuEvent.Args args) {
        long count = args.rsi();
        if (count < 0 || count > Limits.MULTICALL_MEMBERS) {
            return Errno.EINVAL.rc();
        }
        for (long i = 0; i < count; i++) {
            long entry = args.rdi() + i * ENTRY_BYTES;
            guest.require(caller, entry, ENTRY_BYTES, true);
            long result = member(caller, entry);
            guest.putLong(caller, entry + ENTRY_RESULT, result);
        }
        return 0;
    }

    private long member(Vcpu caller, long entry) {
        long number = guest.getLong(caller, entry);
        if (number == Hypercall.MULTICALL.number() || number == Hypercall.IRET.number()) {
            return Errno.EINVAL.rc();
        }
        long from = entry + ENTRY_ARGS;
        CpuEvent.Args args =
                new CpuEvent.Args(
                        guest.getLong(caller, from),
                        guest.getLong(caller, from + 8),
                        guest.getLong(caller, from + 16),
                        guest.getLong(caller, from + 24),
                        guest.getLong(caller, from + 32));
        return call(caller, number, args);
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
