package io.xenarium.xen;

import io.xenarium.abi.FifoEvents;
import io.xenarium.abi.PortState;
import io.xenarium.parts.EventChannels;
import io.xenarium.terms.Check;
import io.xenarium.terms.DomId;
import io.xenarium.terms.Port;
import io.xenarium.terms.VcpuId;

/// The event-channel state of all domains, as it is lent to the part that decides about it: port
/// tables, pending and mask bits, selectors and upcall flags. Each change is announced.
///
/// The part decides in terms of two levels of bits. For a domain that has chosen the FIFO ABI the
/// first step of a signal, setting the pending bit, and that of an unmasking, clearing the mask,
/// are done here with all that follows from them ([FifoPorts]), and answered so that the part has
/// nothing left to do.
final class Ports implements EventChannels.Platform {
    private final Domains domains;
    private final RunQueue queue;
    private final FifoPorts fifo;
    private final Chronicle chronicle;

    Ports(Domains domains, RunQueue queue, FifoPorts fifo, Chronicle chronicle) {
        this.domains = domains;
        this.queue = queue;
        this.fifo = fifo;
        this.chronicle = chronicle;
    }

    @Override
    public int ports() {
        return Limits.PORTS_GIVEN;
    }

    @Override
    public PortState state(DomId domain, Port port) {
        return table(domain, port).state(port);
    }

    @Override
    public void bind(DomId domain, Port port, PortState state) {
        PortTable table = table(domain, port);
        Domain owner = domains.get(domain);
        Check.that(
                state.notifies().value() < owner.vcpus().size(),
                "a port cannot notify vCPU %d, which does not exist",
                state.notifies().value());
        PortState before = table.state(port);
        table.bind(port, state);
        if (before instanceof PortState.Free) {
            table.fifo().ifPresent(of -> of.setPriority(port, FifoEvents.DEFAULT_PRIORITY));
        }
        chronicle.bound(domain, port, before, state);
    }

    @Override
    public Port virqPort(DomId domain, VcpuId target, int virq) {
        PortTable ports = domains.get(domain).ports();
        // One for the whole domain may have been moved to another vCPU by bind_vcpu.
        return isPerVcpu(virq) ? ports.virqPort(virq, target) : ports.virqPort(virq);
    }

    /// public/xen.h: VIRQ_TIMER 0, VIRQ_DEBUG 1, VIRQ_XENOPROF 7 and VIRQ_XENPMU 13 are told to one
    /// vCPU each, the others to the domain.
    @Override
    public boolean isPerVcpu(int virq) {
        return virq == 0 || virq == 1 || virq == 7 || virq == 13;
    }

    @Override
    public boolean isPending(DomId domain, Port port) {
        return table(domain, port).isPending(port);
    }

    @Override
    public boolean testAndSetPending(DomId domain, Port port) {
        if (isFifo(domain)) {
            fifo.setPending(domains.get(domain), port);
            return true;
        }
        boolean before = table(domain, port).setPending(port, true);
        if (!before) {
            chronicle.pendingChanged(domain, port, false, true);
            queue.endPolls(domains.get(domain), port);
        }
        return before;
    }

    @Override
    public boolean testAndClearPending(DomId domain, Port port) {
        if (isFifo(domain)) {
            return fifo.clearPending(domains.get(domain), port);
        }
        boolean before = table(domain, port).setPending(port, false);
        if (before) {
            chronicle.pendingChanged(domain, port, true, false);
        }
        return before;
    }

    @Override
    public boolean isMasked(DomId domain, Port port) {
        return table(domain, port).isMasked(port);
    }

    @Override
    public boolean testAndClearMask(DomId domain, Port port) {
        if (isFifo(domain)) {
            fifo.unmask(domains.get(domain), port);
            return false;
        }
        boolean before = table(domain, port).setMasked(port, false);
        if (before) {
            chronicle.maskChanged(domain, port, true, false);
        }
        return before;
    }

    @Override
    public boolean testAndSetSelector(DomId domain, VcpuId target, int word) {
        Check.that(word >= 0 && word < 64, "a selector has no bit %d", word);
        if (isFifo(domain)) {
            return true;
        }
        Vcpu vcpu = domains.get(domain).vcpu(target);
        long selector = vcpu.selector();
        boolean before = (selector >>> word & 1) != 0;
        if (!before) {
            vcpu.setSelector(selector | 1L << word);
            chronicle.selectorChanged(vcpu, word, false, true);
        }
        return before;
    }

    @Override
    public void raiseUpcall(DomId domain, VcpuId target) {
        queue.raiseUpcall(domains.get(domain).vcpu(target));
    }

    private boolean isFifo(DomId domain) {
        return domains.get(domain).ports().fifo().isPresent();
    }

    private PortTable table(DomId domain, Port port) {
        Check.that(port.value() < Limits.PORTS, "there is no port %d", port.value());
        return domains.get(domain).ports();
    }
}
