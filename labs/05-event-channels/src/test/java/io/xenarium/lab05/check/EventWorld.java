package io.xenarium.lab05.check;

import io.xenarium.abi.PortState;
import io.xenarium.lab.CheckFailed;
import io.xenarium.lab.Search;
import io.xenarium.parts.EventChannels;
import io.xenarium.terms.DomId;
import io.xenarium.terms.Port;
import io.xenarium.terms.VcpuId;

import java.util.Arrays;
import java.util.List;

/// The event-channel state of a few domains with two vCPUs each, with nothing else of Xen: what a
/// part is lent in the first three tiers. Every call is told in words, for whoever replays a case.
final class EventWorld implements EventChannels.Platform, Search.World<EventWorld> {
    static final int VCPUS = 2;
    private static final PortState FREE = new PortState.Free();

    final int domains;
    final int ports;
    final PortState[][] states;
    final boolean[][] pending;
    final boolean[][] masked;
    final long[][] selectors;
    final boolean[][] upcalls;

    /// Upcalls that were raised, and selector bits that went from 0 to 1, since the world began.
    int raised;

    int selected;

    /// Takes what happens, in words; null while nobody wants to know, because words are slow.
    List<String> told;

    EventWorld(int domains, int ports) {
        this.domains = domains;
        this.ports = ports;
        states = new PortState[domains][ports];
        for (PortState[] each : states) {
            Arrays.fill(each, FREE);
        }
        pending = new boolean[domains][ports];
        masked = new boolean[domains][ports];
        selectors = new long[domains][VCPUS];
        upcalls = new boolean[domains][VCPUS];
        taken = new long[domains][VCPUS];
        handled = new int[domains][ports];
    }

    /// Port words that a vCPU's upcall handler has taken out of its selector and not looked at yet.
    final long[][] taken;

    /// How often the guest handled each port.
    final int[][] handled;

    @Override
    public EventWorld copy() {
        EventWorld copy = new EventWorld(domains, ports);
        for (int domain = 0; domain < domains; domain++) {
            copy.states[domain] = states[domain].clone();
            copy.pending[domain] = pending[domain].clone();
            copy.masked[domain] = masked[domain].clone();
            copy.selectors[domain] = selectors[domain].clone();
            copy.upcalls[domain] = upcalls[domain].clone();
            copy.taken[domain] = taken[domain].clone();
            copy.handled[domain] = handled[domain].clone();
        }
        copy.raised = raised;
        copy.selected = selected;
        return copy;
    }

    @Override
    public void tell(String format, Object... values) {
        if (told != null) {
            told.add(format.formatted(values));
        }
    }

    @Override
    public int ports() {
        return ports;
    }

    @Override
    public PortState state(DomId domain, Port port) {
        PortState state = states[domain.value()][index(domain, port)];
        if (told != null) {
            tell("  what is %s of %s? %s", port, domain, words(state));
        }
        return state;
    }

    @Override
    public void bind(DomId domain, Port port, PortState state) {
        int index = index(domain, port);
        if (index == 0) {
            throw forbidden("bound port 0 of " + domain);
        }
        if (state.notifies().value() >= VCPUS) {
            throw forbidden("let %s of %s notify %s".formatted(port, domain, state.notifies()));
        }
        if (told != null) {
            tell("  %s of %s becomes %s", port, domain, words(state));
        }
        states[domain.value()][index] = state;
    }

    @Override
    public Port virqPort(DomId domain, VcpuId target, int virq) {
        for (int port = 1; port < ports; port++) {
            if (states[domain.value()][port] instanceof PortState.Virq bound
                    && bound.virq() == virq
                    && bound.notifies().equals(target)) {
                tell("  virq %d of %s %s has port %d", virq, domain, target, port);
                return new Port(port);
            }
        }
        tell("  virq %d of %s %s has no port", virq, domain, target);
        return new Port(0);
    }

    @Override
    public boolean isPerVcpu(int virq) {
        return virq < 2;
    }

    @Override
    public boolean isPending(DomId domain, Port port) {
        boolean is = pending[domain.value()][index(domain, port)];
        tell("  is %s of %s pending? %s", port, domain, is ? "yes" : "no");
        return is;
    }

    @Override
    public boolean testAndSetPending(DomId domain, Port port) {
        return put(pending, domain, port, true, "pending");
    }

    @Override
    public boolean testAndClearPending(DomId domain, Port port) {
        return put(pending, domain, port, false, "pending");
    }

    @Override
    public boolean isMasked(DomId domain, Port port) {
        boolean is = masked[domain.value()][index(domain, port)];
        tell("  is %s of %s masked? %s", port, domain, is ? "yes" : "no");
        return is;
    }

    @Override
    public boolean testAndClearMask(DomId domain, Port port) {
        return put(masked, domain, port, false, "mask");
    }

    private boolean put(boolean[][] bits, DomId domain, Port port, boolean now, String name) {
        int index = index(domain, port);
        boolean before = bits[domain.value()][index];
        bits[domain.value()][index] = now;
        tell("  %s bit of %s of %s: %d, was %d", name, port, domain, now ? 1 : 0, before ? 1 : 0);
        return before;
    }

    @Override
    public boolean testAndSetSelector(DomId domain, VcpuId target, int word) {
        if (word < 0 || word >= 64 || target.value() >= VCPUS) {
            throw forbidden("set selector bit %d of %s %s".formatted(word, domain, target));
        }
        long[] words = selectors[domain.value()];
        boolean before = (words[target.value()] >>> word & 1) != 0;
        words[target.value()] |= 1L << word;
        selected += before ? 0 : 1;
        tell("  selector bit %d of %s %s: 1, was %d", word, domain, target, before ? 1 : 0);
        return before;
    }

    @Override
    public void raiseUpcall(DomId domain, VcpuId target) {
        if (target.value() >= VCPUS) {
            throw forbidden("raised the upcall of %s %s".formatted(domain, target));
        }
        tell("  upcall of %s %s raised", domain, target);
        upcalls[domain.value()][target.value()] = true;
        raised++;
    }

    private int index(DomId domain, Port port) {
        if (domain.value() >= domains || port.value() >= ports) {
            throw forbidden("asked for %s of %s".formatted(port, domain));
        }
        return port.value();
    }

    private static CheckFailed forbidden(String what) {
        return new CheckFailed(
                Rules.FORBIDDEN, "your part " + what, "never does: there is no such thing");
    }

    /// The first step of a guest's upcall handler: it clears its upcall flag.
    void clearUpcall(int domain, int vcpu) {
        upcalls[domain][vcpu] = false;
    }

    /// The second: it takes its selector word, leaving 0.
    void takeSelector(int domain, int vcpu) {
        taken[domain][vcpu] = selectors[domain][vcpu];
        selectors[domain][vcpu] = 0;
    }

    /// The third: it clears and handles whatever is pending and not masked in the words it took.
    void handleTaken(int domain, int vcpu) {
        for (int port = 1; port < ports; port++) {
            if ((taken[domain][vcpu] >>> port / 64 & 1) != 0
                    && pending[domain][port]
                    && !masked[domain][port]) {
                pending[domain][port] = false;
                handled[domain][port]++;
            }
        }
        taken[domain][vcpu] = 0;
    }

    /// The state of a port in words.
    static String words(PortState state) {
        return switch (state) {
            case PortState.Free _ -> "free";
            case PortState.Unbound unbound ->
                    "unbound for %s, telling %s".formatted(unbound.remote(), unbound.notifies());
            case PortState.Interdomain wire ->
                    "joined with %s of %s, telling %s"
                            .formatted(wire.peerPort(), wire.peer(), wire.notifies());
            case PortState.Virq virq ->
                    "virq %d, telling %s".formatted(virq.virq(), virq.notifies());
            case PortState.Ipi ipi -> "ipi, telling " + ipi.notifies();
        };
    }

    @Override
    public long fingerprint() {
        long hash = 17;
        hash = hash * 31 + Arrays.deepHashCode(states);
        hash = hash * 31 + Arrays.deepHashCode(pending);
        hash = hash * 31 + Arrays.deepHashCode(masked);
        hash = hash * 31 + Arrays.deepHashCode(selectors);
        hash = hash * 31 + Arrays.deepHashCode(upcalls);
        hash = hash * 31 + Arrays.deepHashCode(taken);
        hash = hash * 31 + Arrays.deepHashCode(handled);
        return hash * 1031 + raised * 31L + selected;
    }
}
