package io.xenarium.lab05;

import io.xenarium.abi.PortState;
import io.xenarium.parts.EventChannels;
import io.xenarium.terms.DomId;
import io.xenarium.terms.Errno;
import io.xenarium.terms.NotYet;
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
        throw new NotYet(
                "05.1",
                "allocUnbound(): take the lowest free port of the owner, bind it as "
                        + "Unbound for the remote domain, notifying vCPU 0; -ENOSPC where none "
                        + "is free");
    }

    /// The lowest free port of `domain`, or port 0 where none is left. Port 0 itself is never given
    /// out.
    private Port lowestFree(DomId domain) {
        throw new NotYet(
                "05.1",
                "lowestFree(): look from port 1 up for one that is Free; port 0 says "
                        + "there is none");
    }

    @Override
    public long send(DomId caller, Port port) {
        throw new NotYet(
                "05.2",
                "send(): look at what the port is bound to; the far end of a wire, or "
                        + "the port itself for an Ipi, becomes pending; Unbound drops the "
                        + "event; else -EINVAL");
    }

    @Override
    public void setPending(DomId domain, Port port) {
        // A bound port only: a free one is left alone. A test-and-set tells what was there.
        throw new NotYet(
                "05.2",
                "setPending(): set the pending bit; only where that was news and the "
                        + "port is not masked, set the selector bit; only where that was news "
                        + "too, raise the upcall");
    }

    /// Points vCPU `target` at the word of `port`, and interrupts it where that was news to it.
    private void select(DomId domain, Port port, VcpuId target) {
        throw new NotYet(
                "05.2",
                "select(): test-and-set the selector bit of the port's word of 64; "
                        + "where it was clear, raise the upcall");
    }

    @Override
    public long bindInterdomain(DomId caller, DomId remote, Port remotePort) {
        // As in Xen, your own port comes first: -ENOSPC, whatever the far end is.
        // The remote port goes on notifying the vCPU that it notified before.
        throw new NotYet(
                "05.3",
                "bindInterdomain(): take a free port, join it with a remote port that "
                        + "is Unbound and waits for the caller (else -EINVAL), and make the "
                        + "caller's port pending");
    }

    @Override
    public long bindVirq(DomId caller, VcpuId target, int virq) {
        throw new NotYet(
                "05.4",
                "bindVirq(): a virq of the whole domain can only notify vCPU 0 "
                        + "(-EINVAL); one that is bound already is refused (-EEXIST); then bind "
                        + "a free port as Virq");
    }

    @Override
    public long unmask(DomId caller, Port port) {
        // The event came while the port was masked: nobody has been told of it yet.
        throw new NotYet(
                "05.5",
                "unmask(): leave a free port alone; clear the mask bit; only where it "
                        + "was set and the port is pending, do what setPending() does after its "
                        + "first step");
    }

    @Override
    public long close(DomId caller, Port port) {
        // In this order: once the peer is cut off, nobody can make the port pending again.
        throw new NotYet(
                "05.6",
                "close(): a free port is refused (-EINVAL); a peer becomes Unbound, "
                        + "waiting for the caller; the pending bit is cleared; the port becomes "
                        + "Free");
    }

    /// Makes the part. Found by `ServiceLoader`.
    public static final class Maker implements EventChannels.Maker {
        @Override
        public EventChannels make(Platform platform) {
            return new TwoLevelEventChannels(platform);
        }
    }
}
