package io.xenarium.xen;

import io.xenarium.abi.Hypercall;
import io.xenarium.machine.Clock;
import io.xenarium.terms.Errno;
import io.xenarium.terms.Port;
import io.xenarium.trace.CpuEvent.Args;

/// sched_op: how a vCPU gives its processor away (public/sched.h).
final class SchedCalls {
    private static final int YIELD = 0;
    private static final int BLOCK = 1;
    private static final int SHUTDOWN = 2;
    private static final int POLL = 3;

    /// Ports that can be polled at once: Xen's own limit.
    private static final int POLLED_MAX = 128;

    /// Reasons for a shutdown run from 0, power-off, to 5, a soft reset.
    private static final int REASON_MAX = 5;

    private final GuestMemory guest;
    private final Clock clock;
    private final RunQueue queue;

    SchedCalls(Xen xen, RunQueue queue) {
        this.queue = queue;
        guest = xen.guest();
        clock = xen.clock();
    }

    void register(Hypercalls table) {
        table.handle(Hypercall.SCHED_OP, this::schedOp);
    }

    /// rdi: which; rsi: its argument.
    private long schedOp(Vcpu caller, Args args) {
        return switch (Math.clamp(args.rdi(), -1, 100)) {
            case YIELD -> {
                queue.yield();
                yield 0;
            }
            case BLOCK -> {
                block(caller);
                yield 0;
            }
            case SHUTDOWN -> shutDown(caller, args.rsi());
            case POLL -> poll(caller, args.rsi());
            default -> Errno.ENOSYS.rc();
        };
    }

    /// Unmasks events and sleeps, unless one is pending already.
    void block(Vcpu caller) {
        caller.setUpcallMasked(false);
        if (!caller.isUpcallPending()) {
            queue.block(caller);
        }
    }

    /// {u32 reason}.
    private long shutDown(Vcpu caller, long at) {
        int reason = guest.getInt(caller, at);
        if (reason < 0 || reason > REASON_MAX) {
            return Errno.EINVAL.rc();
        }
        caller.domain().shutDown(reason);
        return 0;
    }

    /// {u64 ports, u32 how many @8, u64 deadline @16}: sleeps until one of these ports is pending,
    /// masked or not, or until the deadline; 0 for none.
    private long poll(Vcpu caller, long at) {
        long list = guest.getLong(caller, at);
        long count = guest.getInt(caller, at + 8) & 0xffff_ffffL;
        long deadline = guest.getLong(caller, at + 16);
        if (count > POLLED_MAX) {
            return Errno.EINVAL.rc();
        }
        int[] polled = new int[(int) count];
        boolean isPending = caller.wantsUpcall();
        for (int i = 0; i < polled.length; i++) {
            polled[i] = guest.getInt(caller, list + i * 4L);
            if (polled[i] < 0 || polled[i] >= Limits.PORTS) {
                return Errno.EINVAL.rc();
            }
            isPending |= caller.domain().ports().isPending(new Port(polled[i]));
        }
        boolean isOver = deadline != 0 && deadline <= clock.nanos();
        if (!isPending && !isOver) {
            caller.polled = polled;
            caller.timers.setPoll(deadline == 0 ? VcpuTimers.OFF : deadline);
            queue.block(caller);
        }
        return 0;
    }
}
