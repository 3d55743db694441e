package io.xenarium.xen;

import io.xenarium.terms.Errno;
import io.xenarium.trace.CpuEvent.Args;

import java.util.Optional;

/// How mmu_update and mmuext_op go through their arrays: one member after the other until one
/// fails, then the number of those that were done is written where the guest wants it.
///
/// A long array is done in pieces: the guest makes the same hypercall again with what is left, and
/// bit 31 of the count says that what was done before is to be added.
final class Batches {
    private static final long GOES_ON = 0x8000_0000L;

    private final Hypercalls hypercalls;
    private final GuestMemory guest;

    Batches(Hypercalls hypercalls, GuestMemory guest) {
        this.hypercalls = hypercalls;
        this.guest = guest;
    }

    @FunctionalInterface
    interface Member {
        long carryOut(long vaddr);
    }

    /// The answer to a call that only asks for the end of one that was made in pieces: its fourth
    /// argument.
    Optional<Long> ended(Args args) {
        boolean isEnd = (args.rsi() & 0xffff_ffffL) == GOES_ON && args.rdi() == 0;
        return isEnd ? Optional.of((long) (int) args.r10()) : Optional.empty();
    }

    /// Carries out the members of the array at rdi, each `bytes` long; rsi: how many; rdx: where to
    /// write how many were done, 0 for nowhere.
    long run(Vcpu caller, Args args, int bytes, Member member) {
        boolean goesOn = (args.rsi() & GOES_ON) != 0;
        long count = args.rsi() & GOES_ON - 1;
        long before = goesOn ? readDone(caller, args.rdx()) : 0;
        long piece = Math.min(count, Limits.PIECE);
        long rc = 0;
        long done = 0;
        while (rc == 0 && done < piece) {
            try {
                rc = member.carryOut(args.rdi() + done * bytes);
            } catch (BadPointer unusable) {
                rc = Errno.EFAULT.rc();
            }
            done += rc == 0 ? 1 : 0;
        }
        writeDone(caller, args.rdx(), before + done);
        if (rc == 0 && done < count) {
            long left = count - done | GOES_ON;
            long from = args.rdi() + done * bytes;
            return hypercalls.restart(new Args(from, left, args.rdx(), args.r10(), args.r8()));
        }
        return rc;
    }

    private long readDone(Vcpu caller, long vaddr) {
        if (vaddr == 0) {
            return 0;
        }
        try {
            return guest.getInt(caller, vaddr);
        } catch (BadPointer unusable) {
            return 0;
        }
    }

    /// A place that cannot be written to is no error: then the caller does not learn how many were
    /// done.
    private void writeDone(Vcpu caller, long vaddr, long done) {
        if (vaddr == 0) {
            return;
        }
        try {
            guest.putInt(caller, vaddr, (int) done);
        } catch (BadPointer unusable) {
            return;
        }
    }
}
