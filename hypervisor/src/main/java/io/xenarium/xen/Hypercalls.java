package io.xenarium.xen;

import io.xenarium.abi.Hypercall;
import io.xenarium.machine.Kept;
import io.xenarium.terms.Errno;
import io.xenarium.terms.Vaddr;
import io.xenarium.trace.CpuEvent;

import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.Optional;

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

    private final Handler[] handlers = new Handler[Hypercall.COUNT];
    private final long[] counts = new long[Hypercall.COUNT];
    private final Entries entries;
    private final Chronicle chronicle;

    /// Whether [#rest] is of the hypercall that is being carried out.
    private boolean isRestarting;

    /// What the hypercall that answered [#RESTART] is to be made again with.
    private CpuEvent.Args rest = new CpuEvent.Args(0, 0, 0, 0, 0);

    Hypercalls(Entries entries, Chronicle chronicle) {
        this.entries = entries;
        this.chronicle = chronicle;
        entries.connect(this);
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

    /// How many places the table has.
    int places() {
        return handlers.length;
    }

    /// The guest's kernel executed SYSCALL: carries the hypercall out.
    void enter(Vcpu caller) {
        entries.on(caller).hypercall();
    }

    /// Lets the hypercall that is being carried out be made again with `what`.
    long restart(CpuEvent.Args what) {
        rest = what;
        isRestarting = true;
        return RESTART;
    }

    /// What is left of a hypercall that answered so. A return from an exception answers whatever
    /// the interrupted code had in rax, which may be any number.
    Optional<CpuEvent.Args> left(long answer) {
        return isRestarting && answer == RESTART ? Optional.of(rest) : Optional.empty();
    }

    /// Carries out hypercall `number` on behalf of `caller` and returns its answer.
    long call(Vcpu caller, long number, CpuEvent.Args args) {
        boolean isKnown = number >= 0 && number < handlers.length;
        int shown = isKnown ? (int) number : -1;
        chronicle.hypercallEntered(shown, args);
        long cause = chronicle.trace().because(chronicle.trace().seq());
        isRestarting = false;
        long result = entries.on(caller).dispatch(number, args);
        chronicle.hypercallReturned(shown, result == RESTART ? 0 : result);
        chronicle.trace().because(cause);
        return result;
    }

    /// Has the handler of a hypercall do its work.
    long carryOut(Vcpu caller, int number, CpuEvent.Args args) {
        counts[number]++;
        if (handlers[number] == null) {
            return Errno.ENOSYS.rc();
        }
        try {
            return handlers[number].call(caller, args);
        } catch (BadPointer unusable) {
            return Errno.EFAULT.rc();
        }
    }

    /// rdi: an array of hypercalls, rsi: how many. Answers 0, whatever the members answered.
    private long multicall(Vcpu caller, CpuEvent.Args args) {
        if (!GuestMemory.isGuests(args.rdi())) {
            return Errno.EFAULT.rc();
        }
        return entries.on(caller).multicall(new Vaddr(args.rdi()), args.rsi() & 0xffff_ffffL);
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
