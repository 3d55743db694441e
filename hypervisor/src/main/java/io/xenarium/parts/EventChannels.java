package io.xenarium.parts;

import io.xenarium.abi.PortState;
import io.xenarium.terms.DomId;
import io.xenarium.terms.Port;
import io.xenarium.terms.VcpuId;

/// Event channels: one-bit wires between domains, and from Xen to a domain, in the two-level ABI
/// (lab 05).
///
/// A port has a *pending* bit and a *mask* bit in the owner's shared-info page. Each vCPU has a
/// *selector* word, whose bit n says that one of the ports 64·n … 64·n+63 may be pending, and an
/// *upcall* flag, which says that the selector is worth a look. Setting all of them in the right
/// order, only where needed, is this part's work.
///
/// What every answer keeps true: a port that is pending and not masked has its selector bit and the
/// upcall flag of the vCPU it notifies set, whenever control goes back to a guest. Otherwise an
/// event is lost.
///
/// Results are what lands in rax: zero or a port number when it went well, `Errno.….rc()` when the
/// guest asked wrongly. A refused request changes nothing. Domains and vCPUs that are passed in
/// exist; ports lie below [Platform#ports] but may be free. Xen: public/event_channel.h,
/// xen/common/event_channel.c, xen/common/event_2l.c.
public interface EventChannels {
    /// EVTCHNOP_alloc_unbound: takes a free port of `owner` for `remote` to bind to later. Returns
    /// the port.
    long allocUnbound(DomId owner, DomId remote);

    /// EVTCHNOP_bind_interdomain: takes a free port of `caller` and joins it with `remotePort` of
    /// domain `remote`. Returns the caller's port, which starts out pending, since the other side
    /// may have signalled before anyone listened.
    long bindInterdomain(DomId caller, DomId remote, Port remotePort);

    /// EVTCHNOP_bind_virq: takes a free port of `caller` for virtual interrupt `virq` of vCPU
    /// `target`. Returns the port.
    long bindVirq(DomId caller, VcpuId target, int virq);

    /// EVTCHNOP_send: signals whatever is at the other end of `port`.
    long send(DomId caller, Port port);

    /// EVTCHNOP_unmask: clears the mask bit and delivers what was held back by it.
    long unmask(DomId caller, Port port);

    /// EVTCHNOP_close: gives the port back; a peer is left unbound.
    long close(DomId caller, Port port);

    /// Xen signals `port` of `domain` itself: a virtual interrupt, or a sender's own end of the
    /// work.
    void setPending(DomId domain, Port port);

    /// What the hypervisor lends to this part. Every call is one atomic step on the real machine;
    /// between two of them the guest's other vCPUs may run.
    ///
    /// Linux changes over to another ABI, in which pending ports are queued (FIFO). What two levels
    /// of bits would need is then done by the hypervisor, and the answers are those that leave a
    /// part nothing to do: a pending bit was set already, a mask bit was clear already.
    interface Platform {
        /// How many ports a domain can have, port 0 among them, which is never given: as many as
        /// the toolstack allows it, and no more than the ABI knows.
        int ports();

        /// What `port` of `domain` is bound to.
        PortState state(DomId domain, Port port);

        /// Binds `port` of `domain` to something else.
        void bind(DomId domain, Port port, PortState state);

        /// The port that carries `virq` to `target`, or port 0 where none does.
        Port virqPort(DomId domain, VcpuId target, int virq);

        /// Whether `virq` is one per vCPU, such as the timer's, or one per domain (public/xen.h).
        boolean isPerVcpu(int virq);

        /// Whether the pending bit is set.
        boolean isPending(DomId domain, Port port);

        /// Sets the pending bit; returns what it was.
        boolean testAndSetPending(DomId domain, Port port);

        /// Clears the pending bit; returns what it was.
        boolean testAndClearPending(DomId domain, Port port);

        /// Whether the mask bit is set.
        boolean isMasked(DomId domain, Port port);

        /// Clears the mask bit; returns what it was.
        boolean testAndClearMask(DomId domain, Port port);

        /// Sets bit `word` of the selector of `target`; returns what it was.
        boolean testAndSetSelector(DomId domain, VcpuId target, int word);

        /// Sets the upcall flag of `target` and wakes it if it sleeps.
        void raiseUpcall(DomId domain, VcpuId target);
    }

    /// Makes the part. Found by `ServiceLoader`.
    interface Maker {
        EventChannels make(Platform platform);
    }
}
