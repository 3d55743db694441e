package io.xenarium.trace;

import io.xenarium.terms.DomId;
import io.xenarium.terms.Nanos;
import io.xenarium.terms.VcpuId;

import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;

/// Where events go: it stamps them with a number and hands them to its listeners, in order, on the
/// machine's one thread.
///
/// 1. The sequence numbers have no holes and do not depend on who listens: a topic that nobody
///    wants still counts.
/// 2. A listener only looks; the run is the same with and without it.
///
/// Easy to get wrong: emit behind the guard, `if (trace.wants(Topic.PORTS)) { trace.emit(…) } else
/// { trace.skip(); }`, or through a method that does so, because building an event that nobody
/// reads is an allocation.
public final class Trace {
    /// Takes events as they happen.
    @FunctionalInterface
    public interface Listener {
        void happened(XenEvent event);
    }

    private final List<Listener> listeners = new ArrayList<>();
    private final Set<Topic> wanted = EnumSet.noneOf(Topic.class);
    private long seq;
    private long nanos;
    private int pcpu;
    private DomId domain = DomId.XEN;
    private VcpuId vcpu = new VcpuId(0);
    private long cause;

    /// Whether somebody reads events of this topic.
    public boolean wants(Topic topic) {
        return wanted.contains(topic);
    }

    /// The number of the newest event, 0 before the first.
    public long seq() {
        return seq;
    }

    /// Counts an event that nobody reads.
    public void skip() {
        seq++;
    }

    /// The stamp for the next event. Takes its number: the event must be emitted.
    public Stamp stamp() {
        seq++;
        return new Stamp(seq, new Nanos(nanos), pcpu, domain, vcpu, cause);
    }

    /// Hands `event` to every listener.
    public void emit(XenEvent event) {
        for (Listener listener : listeners) {
            listener.happened(event);
        }
    }

    /// From now on events are stamped as done on behalf of this vCPU.
    public void onBehalfOf(int newPcpu, DomId newDomain, VcpuId newVcpu) {
        pcpu = newPcpu;
        domain = newDomain;
        vcpu = newVcpu;
    }

    /// From now on events are stamped with this time.
    public void at(long newNanos) {
        nanos = newNanos;
    }

    /// From now on events are stamped as caused by event `newCause`; returns what was the cause
    /// before.
    public long because(long newCause) {
        long before = cause;
        cause = newCause;
        return before;
    }

    /// Adds a listener for the given topics.
    public void listen(Set<Topic> topics, Listener listener) {
        listeners.add(listener);
        wanted.addAll(topics);
    }

    /// Removes a listener. The topics stay wanted until [#listen] is called on a fresh trace.
    public void unlisten(Listener listener) {
        listeners.remove(listener);
        if (listeners.isEmpty()) {
            wanted.clear();
        }
    }

    /// Goes on counting from `newSeq`: for a keyframe that is restored.
    public void rewindTo(long newSeq) {
        seq = newSeq;
    }
}
