package io.xenarium.xen;

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
    private static final int CLOSE = 3;
    private static final int SEND = 4;
    private static final int STATUS = 5;
    private static final int ALLOC_UNBOUND = 6;
    private static final int BIND_IPI = 7;
    private static final int BIND_VCPU = 8;
    private static final int UNMASK = 9;
    private static final int RESET = 10;

    /// Virtual interrupts that there are numbers for (public/xen.h, NR_VIRQS).
    private static final int VIRQS = 24;

    private final GuestMemory guest;
    private final Domains domains;
    private final Ports ports;
    private final EventChannels events;
    private final Chronicle chronicle;

    EventCalls(Xen xen, Domains domains, Ports ports, EventChannels events) {
        guest = xen.guest();
        chronicle = xen.chronicle();
        this.domains = domains;
        this.ports = ports;
        this.events = events;
    }

    void register(Hypercalls table) {
        table.handle(Hypercall.EVENT_CHANNEL_OP, this::eventChannelOp);
    }

    /// rdi: which; rsi: its argument. The FIFO ABI (init_control and its like) is not offered, and
    /// a guest that is told so stays with two levels.
    private long eventChannelOp(Vcpu caller, Args args) {
        long at = args.rsi();
        return switch (Math.clamp(args.rdi(), -1, 100)) {
            case BIND_INTERDOMAIN -> bindInterdomain(caller, at);
            case BIND_VIRQ -> bindVirq(caller, at);
            case CLOSE -> onPort(caller, at, this::close);
            case SEND -> onPort(caller, at, this::send);
            case STATUS -> status(caller, at);
            case ALLOC_UNBOUND -> allocUnbound(caller, at);
            case BIND_IPI -> bindIpi(caller, at);
            case BIND_VCPU -> bindVcpu(caller, at);
            case UNMASK -> onPort(caller, at, events::unmask);
            case RESET -> reset(caller, at);
            default -> Errno.ENOSYS.rc();
        };
    }

    @FunctionalInterface
    private interface PortOp {
        long carryOut(DomId caller, Port port);
    }

    /// {u32 port}.
    private long onPort(Vcpu caller, long at, PortOp op) {
        long number = guest.getInt(caller, at) & 0xffff_ffffL;
        return number < Limits.PORTS
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
        if (remotePort >= Limits.PORTS) {
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
        if (virq >= VIRQS) {
            return Errno.EINVAL.rc();
        }
        if (caller.domain().findVcpu(target).isEmpty()) {
            return Errno.ENOENT.rc();
        }
        VcpuId to = new VcpuId((int) target);
        return written(caller, at + 8, events.bindVirq(caller.domain().id(), to, (int) virq));
    }

    /// {u16 owner, u16 remote, u32 port out @4}.
    private long allocUnbound(Vcpu caller, long at) {
        int owner = resolved(caller, guest.getShort(caller, at));
        int remote = resolved(caller, guest.getShort(caller, at + 2));
        guest.require(caller, at + 4, 4, true);
        if (owner != caller.domain().id().value() && !caller.domain().isControl()) {
            return exists(owner) ? Errno.EPERM.rc() : Errno.ESRCH.rc();
        }
        if (!exists(owner) || !exists(remote)) {
            return Errno.ESRCH.rc();
        }
        return written(caller, at + 4, events.allocUnbound(new DomId(owner), new DomId(remote)));
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
        if (number >= Limits.PORTS) {
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
        if (whose != caller.domain().id().value() && !caller.domain().isControl()) {
            return Errno.EPERM.rc();
        }
        if (number >= Limits.PORTS) {
            return Errno.EINVAL.rc();
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

    /// {u16 domain}: closes all of its ports.
    private long reset(Vcpu caller, long at) {
        int whose = resolved(caller, guest.getShort(caller, at));
        if (!exists(whose)) {
            return Errno.ESRCH.rc();
        }
        if (whose != caller.domain().id().value() && !caller.domain().isControl()) {
            return Errno.EPERM.rc();
        }
        closeAll(domains.get(new DomId(whose)));
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
