package io.xenarium.lab05;

import io.xenarium.abi.PortState;
import io.xenarium.parts.EventChannels;
import io.xenarium.terms.DomId;
import io.xenarium.terms.Errno;
import io.xenarium.terms.Port;
import io.xenarium.terms.VcpuId;

/// Event channels as Xen does them in the two-level ABI.
///
/// 1. Whenever control goes back to a guest, a port that is pending and not masked has its selector
///    bit and the upcall flag of the vCPU it notifies set.
/// 2. The upcall is raised by whoever turned the selector bit from 0 to 1, and by nobody else.
/// 3. A request that is refused changes nothing.
///
/// Easy to get wrong: the bits lie in memory that the guest reads and writes at the same moment. So
/// what a bit was is learned by the very step that sets it. Xen: xen/common/event_channel.c and
/// xen/common/event_2l.c.
public final class TwoLevelEventChannels implements EventChannels {
    /// Who waits for a new port before anybody says otherwise.
    private static final VcpuId FIRST_VCPU = new VcpuId(0);

    /// A selector bit stands for this many ports.
    private static final int PORTS_PER_WORD = 64;

    private final Platform platform;

    private TwoLevelEventChannels(Platform platform) {
        this.platform = platform;
    }

    @Override
    public long allocUnbound(DomId owner, DomId remote) {
        // step: 05.1 allocUnbound(): take the lowest free port of the owner, bind it as Unbound
        // step: for the remote domain, notifying vCPU 0; -ENOSPC where none is free
        // tag::lab-05-alloc[]
        Port port = lowestFree(owner);
        if (port.value() == 0) {
            return Errno.ENOSPC.rc();
        }
        platform.bind(owner, port, new PortState.Unbound(remote, FIRST_VCPU));
        return port.value();
        // end::lab-05-alloc[]
    }

    /// The lowest free port of `domain`, or port 0 where none is left. Port 0 itself is never given
    /// out.
    private Port lowestFree(DomId domain) {
        // step: 05.1 lowestFree(): look from port 1 up for one that is Free; port 0 says there is
        // step: none
        // tag::lab-05-lowest-free[]
        for (int number = 1; number < platform.ports(); number++) {
            Port port = new Port(number);
            if (platform.state(domain, port) instanceof PortState.Free) {
                return port;
            }
        }
        return new Port(0);
        // end::lab-05-lowest-free[]
    }

    @Override
    public long send(DomId caller, Port port) {
        // step: 05.2 send(): look at what the port is bound to; the far end of a wire, or the
        // step: port itself for an Ipi, becomes pending; Unbound drops the event; else -EINVAL
        // tag::lab-05-send[]
        return switch (platform.state(caller, port)) {
            case PortState.Interdomain wire -> {
                setPending(wire.peer(), wire.peerPort());
                yield 0;
            }
            case PortState.Ipi ipi -> {
                setPending(caller, port);
                yield 0;
            }
            case PortState.Unbound nobodyYet -> 0;
            case PortState.Virq onlyXenSendsThese -> Errno.EINVAL.rc();
            case PortState.Free free -> Errno.EINVAL.rc();
        };
        // end::lab-05-send[]
    }

    @Override
    public void setPending(DomId domain, Port port) {
        // step: 05.2 setPending(): set the pending bit; only where that was news and the port is
        // step: not masked, set the selector bit; only where that was news too, raise the upcall
        // tag::lab-05-set-pending[]
        // ? A bound port only: a free one is left alone. A test-and-set tells what was there.
        PortState state = platform.state(domain, port);
        if (state instanceof PortState.Free || platform.testAndSetPending(domain, port)) {
            return;
        }
        if (!platform.isMasked(domain, port)) {
            select(domain, port, state.notifies());
        }
        // end::lab-05-set-pending[]
    }

    /// Points vCPU `target` at the word of `port`, and interrupts it where that was news to it.
    private void select(DomId domain, Port port, VcpuId target) {
        // step: 05.2 select(): test-and-set the selector bit of the port's word of 64; where it
        // step: was clear, raise the upcall
        // tag::lab-05-select[]
        int word = port.value() / PORTS_PER_WORD;
        if (!platform.testAndSetSelector(domain, target, word)) {
            platform.raiseUpcall(domain, target);
        }
        // end::lab-05-select[]
    }

    @Override
    public long bindInterdomain(DomId caller, DomId remote, Port remotePort) {
        // step: 05.3 bindInterdomain(): take a free port, join it with a remote port that is
        // step: Unbound and waits for the caller (else -EINVAL), and make the caller's port
        // step: pending
        // tag::lab-05-bind-interdomain[]
        // ? As in Xen, your own port comes first: -ENOSPC, whatever the far end is.
        // ? The remote port goes on notifying the vCPU that it notified before.
        Port port = lowestFree(caller);
        if (port.value() == 0) {
            return Errno.ENOSPC.rc();
        }
        if (!(platform.state(remote, remotePort) instanceof PortState.Unbound waiting)
                || !waiting.remote().equals(caller)) {
            return Errno.EINVAL.rc();
        }
        platform.bind(caller, port, new PortState.Interdomain(remote, remotePort, FIRST_VCPU));
        platform.bind(
                remote, remotePort, new PortState.Interdomain(caller, port, waiting.notifies()));
        setPending(caller, port);
        return port.value();
        // end::lab-05-bind-interdomain[]
    }

    @Override
    public long bindVirq(DomId caller, VcpuId target, int virq) {
        // step: 05.4 bindVirq(): a virq of the whole domain can only notify vCPU 0 (-EINVAL); one
        // step: that is bound already is refused (-EEXIST); then bind a free port as Virq
        // tag::lab-05-bind-virq[]
        if (!platform.isPerVcpu(virq) && !target.equals(FIRST_VCPU)) {
            return Errno.EINVAL.rc();
        }
        if (platform.virqPort(caller, target, virq).value() != 0) {
            return Errno.EEXIST.rc();
        }
        Port port = lowestFree(caller);
        if (port.value() == 0) {
            return Errno.ENOSPC.rc();
        }
        platform.bind(caller, port, new PortState.Virq(virq, target));
        return port.value();
        // end::lab-05-bind-virq[]
    }

    @Override
    public long unmask(DomId caller, Port port) {
        // step: 05.5 unmask(): leave a free port alone; clear the mask bit; only where it was set
        // step: and the port is pending, do what setPending() does after its first step
        // tag::lab-05-unmask[]
        // ? The event came while the port was masked: nobody has been told of it yet.
        PortState state = platform.state(caller, port);
        if (state instanceof PortState.Free) {
            return 0;
        }
        if (platform.testAndClearMask(caller, port) && platform.isPending(caller, port)) {
            select(caller, port, state.notifies());
        }
        return 0;
        // end::lab-05-unmask[]
    }

    @Override
    public long close(DomId caller, Port port) {
        // step: 05.6 close(): a free port is refused (-EINVAL); a peer becomes Unbound, waiting
        // step: for the caller; the pending bit is cleared; the port becomes Free
        // tag::lab-05-close[]
        // ? In this order: once the peer is cut off, nobody can make the port pending again.
        PortState state = platform.state(caller, port);
        if (state instanceof PortState.Free) {
            return Errno.EINVAL.rc();
        }
        if (state instanceof PortState.Interdomain wire) {
            VcpuId notified = platform.state(wire.peer(), wire.peerPort()).notifies();
            platform.bind(wire.peer(), wire.peerPort(), new PortState.Unbound(caller, notified));
        }
        platform.testAndClearPending(caller, port);
        platform.bind(caller, port, new PortState.Free());
        return 0;
        // end::lab-05-close[]
    }

    /// Makes the part. Found by `ServiceLoader`.
    public static final class Maker implements EventChannels.Maker {
        @Override
        public EventChannels make(Platform platform) {
            return new TwoLevelEventChannels(platform);
        }
    }
}
