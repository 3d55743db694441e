package io.xenarium.xen;

import io.xenarium.abi.PortState;
import io.xenarium.parts.Grants.Mapping;
import io.xenarium.terms.DomId;
import io.xenarium.terms.GrantRef;
import io.xenarium.terms.Maddr;
import io.xenarium.terms.Mfn;
import io.xenarium.terms.Nanos;
import io.xenarium.terms.Port;
import io.xenarium.terms.Vaddr;
import io.xenarium.terms.VcpuId;
import io.xenarium.terms.Who;
import io.xenarium.trace.CpuEvent;
import io.xenarium.trace.DomainEvent;
import io.xenarium.trace.DomainEvent.Life;
import io.xenarium.trace.GrantEvent;
import io.xenarium.trace.MemoryEvent;
import io.xenarium.trace.MemoryEvent.FrameType;
import io.xenarium.trace.PortEvent;
import io.xenarium.trace.RingEvent;
import io.xenarium.trace.SchedEvent;
import io.xenarium.trace.SchedEvent.Runstate;
import io.xenarium.trace.Topic;
import io.xenarium.trace.Trace;

/// Writes down what the hypervisor did: one method for each event it can cause. An event that
/// nobody reads is counted and not built.
final class Chronicle {
    private final Trace trace;

    Chronicle(Trace trace) {
        this.trace = trace;
    }

    Trace trace() {
        return trace;
    }

    private boolean isUnread(Topic topic) {
        if (trace.wants(topic)) {
            return false;
        }
        trace.skip();
        return true;
    }

    void hypercallEntered(int number, CpuEvent.Args args) {
        if (!isUnread(Topic.CPU)) {
            trace.emit(new CpuEvent.HypercallEntered(trace.stamp(), number, args));
        }
    }

    void hypercallReturned(int number, long result) {
        if (!isUnread(Topic.CPU)) {
            trace.emit(new CpuEvent.HypercallReturned(trace.stamp(), number, result));
        }
    }

    void trapped(int vector, int error, long faultVaddr, long ripVaddr) {
        if (!isUnread(Topic.CPU)) {
            trace.emit(
                    new CpuEvent.Trapped(
                            trace.stamp(),
                            vector,
                            error,
                            new Vaddr(faultVaddr),
                            new Vaddr(ripVaddr)));
        }
    }

    void bounced(int vector, long handlerVaddr, long stackVaddr) {
        if (!isUnread(Topic.CPU)) {
            trace.emit(
                    new CpuEvent.Bounced(
                            trace.stamp(), vector, new Vaddr(handlerVaddr), new Vaddr(stackVaddr)));
        }
    }

    void returned(long ripVaddr, boolean toUser) {
        if (!isUnread(Topic.CPU)) {
            trace.emit(new CpuEvent.Returned(trace.stamp(), new Vaddr(ripVaddr), toUser));
        }
    }

    void created(DomId subject, DomainConfig config) {
        if (!isUnread(Topic.DOMAIN)) {
            trace.emit(
                    new DomainEvent.Created(
                            trace.stamp(), subject, config.name(), config.pages(), config.vcpus()));
        }
    }

    void lifeChanged(DomId subject, Life from, Life to) {
        if (!isUnread(Topic.DOMAIN)) {
            trace.emit(new DomainEvent.StateChanged(trace.stamp(), subject, from, to));
        }
    }

    void shutDown(DomId subject, int reason) {
        if (!isUnread(Topic.DOMAIN)) {
            trace.emit(new DomainEvent.ShutDown(trace.stamp(), subject, reason));
        }
    }

    void crashed(DomId subject, String why) {
        if (!isUnread(Topic.DOMAIN)) {
            trace.emit(new DomainEvent.Crashed(trace.stamp(), subject, why));
        }
    }

    void broken(DomId subject, String what) {
        if (!isUnread(Topic.DOMAIN)) {
            trace.emit(new DomainEvent.Broken(trace.stamp(), subject, what));
        }
    }

    void destroyed(DomId subject) {
        if (!isUnread(Topic.DOMAIN)) {
            trace.emit(new DomainEvent.Destroyed(trace.stamp(), subject));
        }
    }

    void typeChanged(long frameMfn, FrameType from, FrameType to, int count) {
        if (!isUnread(Topic.MEMORY)) {
            trace.emit(
                    new MemoryEvent.TypeChanged(trace.stamp(), new Mfn(frameMfn), from, to, count));
        }
    }

    void entryWritten(long entryMaddr, long before, long after) {
        if (!isUnread(Topic.MEMORY)) {
            trace.emit(
                    new MemoryEvent.EntryWritten(
                            trace.stamp(), new Maddr(entryMaddr), before, after));
        }
    }

    void pinned(long frameMfn, FrameType type, boolean isPinned) {
        if (!isUnread(Topic.MEMORY)) {
            trace.emit(new MemoryEvent.Pinned(trace.stamp(), new Mfn(frameMfn), type, isPinned));
        }
    }

    void baseSwitched(long fromMfn, long toMfn) {
        if (!isUnread(Topic.MEMORY)) {
            trace.emit(
                    new MemoryEvent.BaseSwitched(trace.stamp(), new Mfn(fromMfn), new Mfn(toMfn)));
        }
    }

    void bound(DomId subject, Port port, PortState from, PortState to) {
        if (!isUnread(Topic.PORTS)) {
            trace.emit(
                    to instanceof PortState.Free
                            ? new PortEvent.Closed(trace.stamp(), subject, port, from)
                            : new PortEvent.Bound(trace.stamp(), subject, port, from, to));
        }
    }

    void sent(DomId to, Port port) {
        if (!isUnread(Topic.PORTS)) {
            trace.emit(new PortEvent.Sent(trace.stamp(), to, port));
        }
    }

    /// Whatever lies at the other end of `port` is about to be signalled through it.
    void sentThrough(Domain domain, Port port) {
        switch (domain.ports().state(port)) {
            case PortState.Interdomain wire -> sent(wire.peer(), wire.peerPort());
            case PortState.Ipi ipi -> sent(domain.id(), port);
            case PortState.Unbound unbound -> {}
            case PortState.Virq virq -> {}
            case PortState.Free free -> {}
        }
    }

    void pendingChanged(DomId subject, Port port, boolean before, boolean after) {
        if (!isUnread(Topic.PORTS)) {
            trace.emit(new PortEvent.PendingChanged(trace.stamp(), subject, port, before, after));
        }
    }

    void maskChanged(DomId subject, Port port, boolean before, boolean after) {
        if (!isUnread(Topic.PORTS)) {
            trace.emit(new PortEvent.MaskChanged(trace.stamp(), subject, port, before, after));
        }
    }

    void selectorChanged(Vcpu target, int word, boolean before, boolean after) {
        if (!isUnread(Topic.PORTS)) {
            trace.emit(
                    new PortEvent.SelectorChanged(
                            trace.stamp(), target.domain().id(), target.id(), word, before, after));
        }
    }

    void queued(DomId subject, Port port, VcpuId target, int priority) {
        if (!isUnread(Topic.PORTS)) {
            trace.emit(new PortEvent.Queued(trace.stamp(), subject, port, target, priority));
        }
    }

    void abiChosen(DomId subject, boolean isFifo) {
        if (!isUnread(Topic.PORTS)) {
            trace.emit(new PortEvent.AbiChosen(trace.stamp(), subject, isFifo));
        }
    }

    void upcallRaised(Vcpu target, boolean before) {
        if (!isUnread(Topic.PORTS)) {
            trace.emit(
                    new PortEvent.UpcallRaised(
                            trace.stamp(), target.domain().id(), target.id(), before));
        }
    }

    void grantTableSetUp(DomId subject, int frames) {
        if (!isUnread(Topic.GRANT)) {
            trace.emit(new GrantEvent.TableSetUp(trace.stamp(), subject, frames));
        }
    }

    void grantVersionSet(DomId subject, int version) {
        if (!isUnread(Topic.GRANT)) {
            trace.emit(new GrantEvent.VersionSet(trace.stamp(), subject, version));
        }
    }

    void grantMapped(Mapping mapping, DomId mapper, Mfn mfn, boolean isReadOnly) {
        if (!isUnread(Topic.GRANT)) {
            GrantRef ref = new GrantRef(mapping.ref());
            trace.emit(
                    new GrantEvent.Mapped(
                            trace.stamp(), mapping.granter(), mapper, ref, mfn, isReadOnly));
        }
    }

    void grantUnmapped(Mapping mapping, DomId mapper, Mfn mfn) {
        if (!isUnread(Topic.GRANT)) {
            GrantRef ref = new GrantRef(mapping.ref());
            trace.emit(new GrantEvent.Unmapped(trace.stamp(), mapping.granter(), mapper, ref, mfn));
        }
    }

    void grantCopied(DomId copier, DomId from, DomId to, int bytes) {
        if (!isUnread(Topic.GRANT)) {
            trace.emit(new GrantEvent.Copied(trace.stamp(), copier, from, to, bytes));
        }
    }

    void grantTransferred(DomId from, DomId to, GrantRef ref, long frameMfn) {
        if (!isUnread(Topic.GRANT)) {
            trace.emit(new GrantEvent.Transferred(trace.stamp(), from, to, ref, new Mfn(frameMfn)));
        }
    }

    void consoleWritten(DomId subject, int bytes) {
        if (!isUnread(Topic.RING)) {
            trace.emit(new RingEvent.ConsoleWritten(trace.stamp(), subject, bytes));
        }
    }

    void runstateChanged(Vcpu target, Runstate from, Runstate to) {
        if (!isUnread(Topic.SCHED)) {
            trace.emit(
                    new SchedEvent.RunstateChanged(
                            trace.stamp(), target.domain().id(), target.id(), from, to));
        }
    }

    void dispatched(Vcpu target, int pcpu, long sliceEndNanos) {
        if (!isUnread(Topic.SCHED)) {
            trace.emit(
                    new SchedEvent.Dispatched(
                            trace.stamp(),
                            target.domain().id(),
                            target.id(),
                            pcpu,
                            new Nanos(sliceEndNanos)));
        }
    }

    void migrated(Vcpu target, int from, int to) {
        if (!isUnread(Topic.SCHED)) {
            trace.emit(
                    new SchedEvent.Migrated(
                            trace.stamp(), target.domain().id(), target.id(), from, to));
        }
    }

    void creditsRefilled(DomId subject, VcpuId target) {
        if (!isUnread(Topic.SCHED)) {
            trace.emit(new SchedEvent.CreditsRefilled(trace.stamp(), subject, target));
        }
    }

    void shareSet(DomId subject, int weight, int cap) {
        if (!isUnread(Topic.SCHED)) {
            trace.emit(new SchedEvent.ShareSet(trace.stamp(), subject, weight, cap));
        }
    }

    void affinitySet(Vcpu target, long hard, long soft) {
        if (!isUnread(Topic.SCHED)) {
            trace.emit(
                    new SchedEvent.AffinitySet(
                            trace.stamp(), target.domain().id(), target.id(), hard, soft));
        }
    }

    void timerSet(DomId subject, VcpuId target, long deadlineNanos) {
        if (!isUnread(Topic.SCHED)) {
            trace.emit(
                    new SchedEvent.TimerSet(
                            trace.stamp(), subject, target, new Nanos(deadlineNanos)));
        }
    }

    void timerFired(DomId subject, VcpuId target, long deadlineNanos) {
        if (!isUnread(Topic.SCHED)) {
            trace.emit(
                    new SchedEvent.TimerFired(
                            trace.stamp(), subject, target, new Nanos(deadlineNanos)));
        }
    }

    void timeVersionChanged(Who who, long from, long to) {
        if (from != to && !isUnread(Topic.SCHED)) {
            trace.emit(
                    new SchedEvent.TimeVersionChanged(
                            trace.stamp(), who.domain(), who.vcpu(), from, to));
        }
    }
}
