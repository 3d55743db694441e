package io.xenarium.xen;

import io.xenarium.abi.FifoEvents;
import io.xenarium.abi.Hypercall;
import io.xenarium.abi.PortState;
import io.xenarium.parts.EventChannels;
import io.xenarium.terms.DomId;
import io.xenarium.terms.Errno;
import io.xenarium.terms.Port;
import io.xenarium.terms.VcpuId;
import io.xenarium.trace.CpuEvent.Args;

/// event_channel_op: reads what the guest wants, refuses what names no domain, vCPU or port, and
/// leaves the rest to the part. What is only book-keeping is done here (public/event_channel.h).
final class EventCalls {
    private static final int BIND_INTERDOMAIN = 0;
    private static final int BIND_VIRQ = 1;
    private static final int BIND_PIRQ = 2;
    private static final int CLOSE = 3;
    private static final int SEND = 4;
    private static final int STATUS = 5;
    private static final int ALLOC_UNBOUND = 6;
    private static final int BIND_IPI = 7;
    private static final int BIND_VCPU = 8;
    private static final int UNMASK = 9;
    private static final int RESET = 10;
    private static final int INIT_CONTROL = 11;
    private static final int EXPAND_ARRAY = 12;
    private static final int SET_PRIORITY = 13;
    private static final int RESET_CONTINUED = 14;

    /// Virtual interrupts that there are numbers for (public/xen.h, NR_VIRQS).
    private static final int VIRQS = 24;

    /// The highest number of a domain there can be, which none has.
    private static final int NO_DOMAIN = 0x7fff;

    private final GuestMemory guest;
    private final Domains domains;
    private final Ports ports;
    private final FifoPorts fifo;
    private final EventChannels events;
    private final Chronicle chronicle;

    EventCalls(Xen xen, Domains domains, Ports ports, FifoPorts fifo, EventChannels events) {
        this.fifo = fifo;
        guest = xen.guest();
        chronicle = xen.chronicle();
        this.domains = domains;
        this.ports = ports;
        this.events = events;
    }

    void register(Hypercalls table) {
        table.handle(Hypercall.EVENT_CHANNEL_OP, this::eventChannelOp);
        table.handle(Hypercall.EVENT_CHANNEL_OP_COMPAT, this::oldEventChannelOp);
    }

    /// rdi: which; rsi: its argument.
    private long eventChannelOp(Vcpu caller, Args args) {
        return carryOut(caller, (int) args.rdi(), args.rsi());
    }

    /// rdi: {u32 which, its argument @4}. The form that it had before Xen 3.1, for the first ten.
    private long oldEventChannelOp(Vcpu caller, Args args) {
        int command = guest.getInt(caller, args.rdi());
        return command >= BIND_INTERDOMAIN && command <= UNMASK
                ? carryOut(caller, command, args.rdi() + 4)
                : Errno.ENOSYS.rc();
    }

    private long carryOut(Vcpu caller, int command, long at) {
        return switch (command) {
            case BIND_INTERDOMAIN -> bindInterdomain(caller, at);
            case BIND_VIRQ -> bindVirq(caller, at);
            case BIND_PIRQ -> bindPirq(caller, at);
            case CLOSE -> onPort(caller, at, this::close);
            case SEND -> onPort(caller, at, this::send);
            case STATUS -> status(caller, at);
            case ALLOC_UNBOUND -> allocUnbound(caller, at);
            case BIND_IPI -> bindIpi(caller, at);
            case BIND_VCPU -> bindVcpu(caller, at);
            case UNMASK -> onPort(caller, at, events::unmask);
            case RESET -> reset(caller, at, false);
            case INIT_CONTROL -> initControl(caller, at);
            case EXPAND_ARRAY -> fifo.expandArray(caller.domain(), guest.getLong(caller, at));
            case SET_PRIORITY -> setPriority(caller, at);
            case RESET_CONTINUED -> reset(caller, at, true);
            default -> Errno.ENOSYS.rc();
        };
    }

    /// {u64 frame, u32 offset @8, u32 vcpu @12, u8 bits of a link out @16}.
    private long initControl(Vcpu caller, long at) {
        long frameMfn = guest.getLong(caller, at);
        long offset = guest.getInt(caller, at + 8) & 0xffff_ffffL;
        long vcpu = guest.getInt(caller, at + 12) & 0xffff_ffffL;
        guest.require(caller, at, 24, true);
        long rc = fifo.initControl(caller.domain(), vcpu, frameMfn, offset);
        if (rc == 0) {
            guest.write(caller, at + 16, new byte[] {FifoEvents.LINK_BITS});
        }
        return rc;
    }

    /// {u32 port, u32 priority @4}.
    private long setPriority(Vcpu caller, long at) {
        long number = guest.getInt(caller, at) & 0xffff_ffffL;
        long priority = guest.getInt(caller, at + 4) & 0xffff_ffffL;
        return isValid(caller.domain(), number)
                ? fifo.setPriority(caller.domain(), new Port((int) number), priority)
                : Errno.EINVAL.rc();
    }

    /// {u32 interrupt, u32 flags @4, u32 port out @8}: no guest here has a device of its own.
    private long bindPirq(Vcpu caller, long at) {
        long interrupt = guest.getInt(caller, at) & 0xffff_ffffL;
        guest.require(caller, at + 8, 4, true);
        return interrupt < Limits.INTERRUPTS ? Errno.EPERM.rc() : Errno.EINVAL.rc();
    }

    private static boolean isValid(Domain domain, long port) {
        return port < domain.ports().valid();
    }

    @FunctionalInterface
    private interface PortOp {
        long carryOut(DomId caller, Port port);
    }

    /// {u32 port}.
    private long onPort(Vcpu caller, long at, PortOp op) {
        long number = guest.getInt(caller, at) & 0xffff_ffffL;
        return isValid(caller.domain(), number)
                ? op.carryOut(caller.domain().id(), new Port((int) number))
                : Errno.EINVAL.rc();
    }

    private long close(DomId caller, Port port) {
        return events.close(caller, port);
    }

    private long send(DomId caller, Port port) {
        chronicle.sentThrough(domains.get(caller), port);
        return events.send(caller, port);
    }

    /// Writes a new port back into the guest's structure, at a place that was found writable.
    private long written(Vcpu caller, long at, long port) {
        if (port < 0) {
            return port;
        }
        guest.putInt(caller, at, (int) port);
        return 0;
    }

    /// {u16 domain, u32 its port @4, u32 port out @8}.
    private long bindInterdomain(Vcpu caller, long at) {
        int remote = resolved(caller, guest.getShort(caller, at));
        long remotePort = guest.getInt(caller, at + 4) & 0xffff_ffffL;
        guest.require(caller, at + 8, 4, true);
        if (!exists(remote)) {
            return Errno.ESRCH.rc();
        }
        if (!isValid(domains.get(new DomId(remote)), remotePort)) {
            return Errno.EINVAL.rc();
        }
        DomId self = caller.domain().id();
        Port there = new Port((int) remotePort);
        return written(caller, at + 8, events.bindInterdomain(self, new DomId(remote), there));
    }

    /// {u32 virq, u32 vcpu @4, u32 port out @8}.
    private long bindVirq(Vcpu caller, long at) {
        long virq = guest.getInt(caller, at) & 0xffff_ffffL;
        long target = guest.getInt(caller, at + 4) & 0xffff_ffffL;
        guest.require(caller, at + 8, 4, true);
        boolean isElsewhere = target != 0 && virq < VIRQS && !ports.isPerVcpu((int) virq);
        if (virq >= VIRQS || isElsewhere) {
            return Errno.EINVAL.rc();
        }
        if (caller.domain().findVcpu(target).isEmpty()) {
            return Errno.ENOENT.rc();
        }
        VcpuId to = new VcpuId((int) target);
        return written(caller, at + 8, events.bindVirq(caller.domain().id(), to, (int) virq));
    }

    /// {u16 owner, u16 remote, u32 port out @4}. A port can wait for a domain that is not there
    /// yet.
    private long allocUnbound(Vcpu caller, long at) {
        int owner = resolved(caller, guest.getShort(caller, at));
        int remote = resolved(caller, guest.getShort(caller, at + 2));
        guest.require(caller, at + 4, 4, true);
        if (owner != caller.domain().id().value() && !caller.domain().isControl()) {
            return exists(owner) ? Errno.EPERM.rc() : Errno.ESRCH.rc();
        }
        if (!exists(owner)) {
            return Errno.ESRCH.rc();
        }
        DomId awaited = new DomId(Math.min(remote, NO_DOMAIN));
        return written(caller, at + 4, events.allocUnbound(new DomId(owner), awaited));
    }

    /// {u32 vcpu, u32 port out @4}.
    private long bindIpi(Vcpu caller, long at) {
        long target = guest.getInt(caller, at) & 0xffff_ffffL;
        guest.require(caller, at + 4, 4, true);
        if (caller.domain().findVcpu(target).isEmpty()) {
            return Errno.ENOENT.rc();
        }
        Port port = caller.domain().ports().firstFree();
        if (port.value() == 0) {
            return Errno.ENOSPC.rc();
        }
        PortState bound = new PortState.Ipi(new VcpuId((int) target));
        ports.bind(caller.domain().id(), port, bound);
        return written(caller, at + 4, port.value());
    }

    /// {u32 port, u32 vcpu @4}: moves a port to another vCPU. One that belongs to a vCPU by its
    /// nature cannot be moved.
    private long bindVcpu(Vcpu caller, long at) {
        long number = guest.getInt(caller, at) & 0xffff_ffffL;
        long target = guest.getInt(caller, at + 4) & 0xffff_ffffL;
        if (caller.domain().findVcpu(target).isEmpty()) {
            return Errno.ENOENT.rc();
        }
        if (!isValid(caller.domain(), number)) {
            return Errno.EINVAL.rc();
        }
        DomId self = caller.domain().id();
        Port port = new Port((int) number);
        VcpuId to = new VcpuId((int) target);
        return switch (ports.state(self, port)) {
            case PortState.Unbound unbound ->
                    move(self, port, new PortState.Unbound(unbound.remote(), to));
            case PortState.Interdomain wire ->
                    move(self, port, new PortState.Interdomain(wire.peer(), wire.peerPort(), to));
            case PortState.Virq virq ->
                    ports.isPerVcpu(virq.virq())
                            ? Errno.EINVAL.rc()
                            : move(self, port, new PortState.Virq(virq.virq(), to));
            case PortState.Ipi ipi -> Errno.EINVAL.rc();
            case PortState.Free free -> Errno.EINVAL.rc();
        };
    }

    private long move(DomId domain, Port port, PortState to) {
        ports.bind(domain, port, to);
        return 0;
    }

    /// {u16 domain, u32 port @4, out: u32 status @8, u32 vcpu @12, u32 more @16, u32 more @20}.
    private long status(Vcpu caller, long at) {
        int whose = resolved(caller, guest.getShort(caller, at));
        long number = guest.getInt(caller, at + 4) & 0xffff_ffffL;
        guest.require(caller, at + 8, 16, true);
        if (!exists(whose)) {
            return Errno.ESRCH.rc();
        }
        if (!isValid(domains.get(new DomId(whose)), number)) {
            return Errno.EINVAL.rc();
        }
        if (whose != caller.domain().id().value() && !caller.domain().isControl()) {
            return Errno.EPERM.rc();
        }
        PortState state = ports.state(new DomId(whose), new Port((int) number));
        guest.putInt(caller, at + 12, state.notifies().value());
        switch (state) {
            case PortState.Free free -> report(caller, at, 0, 0, 0);
            case PortState.Unbound unbound -> report(caller, at, 1, unbound.remote().value(), 0);
            case PortState.Interdomain wire ->
                    report(caller, at, 2, wire.peer().value(), wire.peerPort().value());
            case PortState.Virq virq -> report(caller, at, 4, virq.virq(), 0);
            case PortState.Ipi ipi -> report(caller, at, 5, 0, 0);
        }
        return 0;
    }

    /// EVTCHNSTAT_*, and what it says more.
    private void report(Vcpu caller, long at, int status, int first, int second) {
        guest.putInt(caller, at + 8, status);
        guest.putInt(caller, at + 16, first);
        guest.putInt(caller, at + 20, second);
    }

    /// {u16 domain}: closes all of its ports and goes back to two levels of bits. There is never an
    /// unfinished one to be continued.
    private long reset(Vcpu caller, long at, boolean isContinued) {
        int whose = resolved(caller, guest.getShort(caller, at));
        if (!exists(whose)) {
            return Errno.ESRCH.rc();
        }
        if (whose != caller.domain().id().value() && !caller.domain().isControl()) {
            return Errno.EPERM.rc();
        }
        if (isContinued) {
            return Errno.EBUSY.rc();
        }
        closeAll(domains.get(new DomId(whose)));
        fifo.end(domains.get(new DomId(whose)));
        return 0;
    }

    /// Closes every port of `domain` that is bound.
    void closeAll(Domain domain) {
        for (int number = domain.ports().end() - 1; number > 0; number--) {
            Port port = new Port(number);
            if (!(domain.ports().state(port) instanceof PortState.Free)) {
                events.close(domain.id(), port);
            }
        }
    }

    private static int resolved(Vcpu caller, int domain) {
        return domain == DomId.SELF.value() ? caller.domain().id().value() : domain;
    }

    private boolean exists(int domain) {
        return domain < DomId.SELF.value() && domains.find(new DomId(domain)).isPresent();
    }
}
