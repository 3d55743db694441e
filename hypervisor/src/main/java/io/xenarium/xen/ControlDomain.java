package io.xenarium.xen;

import io.xenarium.parts.EventChannels;
import io.xenarium.terms.Check;
import io.xenarium.terms.DomId;
import io.xenarium.terms.Port;

import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/// The kernel of domain 0, as far as its daemons see it: they bind ports and are called when one of
/// them is signalled. It is Java code and no guest, but its ports, its shared-info page and its
/// upcall flag are as real as any domain's.
///
/// Handlers run between two stretches of guest code, in ascending order of ports, on the machine's
/// one thread. They are not part of a keyframe: a daemon that is loaded registers its handlers
/// again, for the ports that it held.
public final class ControlDomain {
    /// What a daemon does when one of its ports was signalled. The pending bit has been cleared
    /// before, so that a signal during the work is not lost.
    @FunctionalInterface
    public interface Handler {
        void signalled(Port port);
    }

    private final Domain domain;
    private final EventChannels events;
    private final Chronicle chronicle;
    private final Map<Integer, Handler> handlers = new TreeMap<>();

    ControlDomain(Domain domain, EventChannels events, Chronicle chronicle) {
        this.domain = domain;
        this.events = events;
        this.chronicle = chronicle;
    }

    public Domain domain() {
        return domain;
    }

    /// Joins a new port of domain 0 to `remotePort` of `remote`, which must wait for domain 0, and
    /// registers its handler. Returns the new port; it starts out pending, so that the handler is
    /// called once soon.
    public Port bind(DomId remote, Port remotePort, Handler handler) {
        long port = events.bindInterdomain(DomId.DOM0, remote, remotePort);
        Check.that(port > 0, "binding a port of domain 0 failed: %d", port);
        Port local = new Port((int) port);
        handle(local, handler);
        return local;
    }

    /// As [#bind], for a port that a guest only claims to have waiting: empty where it has not.
    public Optional<Port> tryBind(DomId remote, Port remotePort, Handler handler) {
        long port = events.bindInterdomain(DomId.DOM0, remote, remotePort);
        if (port <= 0) {
            return Optional.empty();
        }
        Port local = new Port((int) port);
        handle(local, handler);
        return Optional.of(local);
    }

    /// Registers the handler of a port that domain 0 holds.
    public void handle(Port port, Handler handler) {
        handlers.put(port.value(), handler);
    }

    /// Signals the other end of `port`. Returns the hypercall's result, which a daemon may ignore:
    /// the other side may be gone.
    public long send(Port port) {
        chronicle.sentThrough(domain, port);
        return events.send(DomId.DOM0, port);
    }

    /// Closes `port` and forgets its handler.
    public void close(Port port) {
        handlers.remove(port.value());
        events.close(DomId.DOM0, port);
    }

    /// Whether a port was signalled that no handler has been called for.
    boolean hasWork() {
        Vcpu vcpu = domain.vcpus().getFirst();
        return vcpu.wantsUpcall();
    }

    /// Calls the handlers of all ports that are pending: what an event upcall does in a kernel.
    void work() {
        Vcpu vcpu = domain.vcpus().getFirst();
        chronicle.trace().because(vcpu.upcallCause);
        vcpu.setUpcallPending(false);
        long words = vcpu.selector();
        vcpu.setSelector(0);
        for (int word = 0; word < 64; word++) {
            if ((words >>> word & 1) != 0) {
                workThrough(word);
            }
        }
    }

    private void workThrough(int word) {
        for (int number = Math.max(1, word * 64); number < word * 64 + 64; number++) {
            Port port = new Port(number);
            if (!domain.ports().isPending(port) || domain.ports().isMasked(port)) {
                continue;
            }
            domain.ports().setPending(port, false);
            Handler handler = handlers.get(number);
            if (handler != null) {
                handler.signalled(port);
            }
        }
    }
}
