package io.xenarium.xen;

import io.xenarium.abi.Hypercall;
import io.xenarium.machine.Clock;
import io.xenarium.terms.Errno;
import io.xenarium.terms.Port;
import io.xenarium.trace.CpuEvent.Args;

import java.util.Optional;

/// sched_op: how a vCPU gives its processor away (public/sched.h).
final class SchedCalls {
    private static final int YIELD = 0;
    private static final int BLOCK = 1;
    private static final int SHUTDOWN = 2;
    private static final int POLL = 3;
    private static final int REMOTE_SHUTDOWN = 4;
    private static final int SHUTDOWN_CODE = 5;
    private static final int WATCHDOG = 6;
    private static final int PIN_OVERRIDE = 7;

    /// Ports that can be polled at once: Xen's own limit.
    private static final int POLLED_MAX = 128;

    private final GuestMemory guest;
    private final Clock clock;
    private final Domains domains;
    private final RunQueue queue;

    SchedCalls(Xen xen, Domains domains, RunQueue queue) {
        this.domains = domains;
        this.queue = queue;
        guest = xen.guest();
        clock = xen.clock();
    }

    void register(Hypercalls table) {
        table.handle(Hypercall.SCHED_OP, this::schedOp);
        table.handle(Hypercall.SCHED_OP_COMPAT, this::oldSchedOp);
    }

    /// rdi: which; rsi: its argument.
    private long schedOp(Vcpu caller, Args args) {
        long at = args.rsi();
        return switch ((int) args.rdi()) {
            case YIELD -> {
                queue.yield();
                yield 0;
            }
            case BLOCK -> {
                block(caller);
                yield 0;
            }
            case SHUTDOWN -> shutDown(caller.domain(), guest.getInt(caller, at));
            case POLL -> poll(caller, at);
            case REMOTE_SHUTDOWN -> remoteShutdown(caller, at);
            case SHUTDOWN_CODE -> {
                caller.domain().setShutdownCode(guest.getInt(caller, at) & 0xff);
                yield 0;
            }
            case WATCHDOG -> watchdog(caller, at);
            // For the domain that owns the hardware alone.
            case PIN_OVERRIDE -> Errno.EPERM.rc();
            default -> Errno.ENOSYS.rc();
        };
    }

    /// The form that it had before Xen 3.0: a shutdown's reason is the argument itself.
    private long oldSchedOp(Vcpu caller, Args args) {
        return switch ((int) args.rdi()) {
            case YIELD, BLOCK -> schedOp(caller, args);
            case SHUTDOWN -> shutDown(caller.domain(), (int) args.rsi());
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

    /// Any reason will do, of which eight bits count.
    private static long shutDown(Domain domain, int reason) {
        domain.shutDown(reason & 0xff);
        return 0;
    }

    /// {u16 domain, u32 reason @4}: only domain 0 may end another.
    private long remoteShutdown(Vcpu caller, long at) {
        int whose = guest.getShort(caller, at);
        int reason = guest.getInt(caller, at + 4);
        Optional<Domain> found = domains.find(whose);
        if (found.isEmpty()) {
            return Errno.ESRCH.rc();
        }
        return caller.domain().isControl() ? shutDown(found.get(), reason) : Errno.EPERM.rc();
    }

    /// {u32 which, u32 seconds @4}: 0 takes a watchdog that is free and answers its number; else
    /// the one of that number is set anew, or given back with 0 seconds.
    private long watchdog(Vcpu caller, long at) {
        long which = guest.getInt(caller, at) & 0xffff_ffffL;
        long seconds = guest.getInt(caller, at + 4) & 0xffff_ffffL;
        long[] deadlines = caller.domain().watchdogs;
        long deadline = clock.nanos() + seconds * 1_000_000_000;
        if (which > deadlines.length) {
            return Errno.EINVAL.rc();
        }
        if (which == 0) {
            for (int i = 0; i < deadlines.length; i++) {
                if (deadlines[i] == VcpuTimers.OFF) {
                    deadlines[i] = deadline;
                    return i + 1L;
                }
            }
            return Errno.ENOSPC.rc();
        }
        int index = (int) which - 1;
        if (deadlines[index] == VcpuTimers.OFF) {
            return Errno.EINVAL.rc();
        }
        deadlines[index] = seconds == 0 ? VcpuTimers.OFF : deadline;
        return 0;
    }

    /// {u64 ports, u32 how many @8, u64 deadline @16}: sleeps until one of these ports is pending,
    /// masked or not, or until the deadline; 0 for none. An event that is to be delivered anyway
    /// ends it at once.
    private long poll(Vcpu caller, long at) {
        long list = guest.getLong(caller, at);
        long count = guest.getInt(caller, at + 8) & 0xffff_ffffL;
        long deadline = guest.getLong(caller, at + 16);
        if (count > POLLED_MAX) {
            return Errno.EINVAL.rc();
        }
        if (caller.wantsUpcall()) {
            return 0;
        }
        PortTable ports = caller.domain().ports();
        int port = 0;
        for (int i = 0; i < count; i++) {
            port = guest.getInt(caller, list + i * 4L);
            if (port < 0 || port >= ports.valid()) {
                return Errno.EINVAL.rc();
            }
            if (ports.isPending(new Port(port))) {
                return 0;
            }
        }
        if (deadline == 0 || deadline > clock.nanos()) {
            caller.isPolling = true;
            caller.polledPort = count == 1 ? port : 0;
            caller.timers.setPoll(deadline == 0 ? VcpuTimers.OFF : deadline);
            queue.block(caller);
        }
        return 0;
    }
}
