package io.xenarium.lab05.check;

import io.xenarium.abi.PortState;
import io.xenarium.lab.CheckFailed;
import io.xenarium.lab.Rule;
import io.xenarium.terms.DomId;
import io.xenarium.terms.Port;
import io.xenarium.terms.VcpuId;

import java.util.Optional;

/// The first thing in which two worlds differ, in the words of event channels.
///
/// @param rule the rule that is broken
/// @param you what is so in the world of the learner's part
/// @param xen what is so in the reference's
record Difference(Rule rule, String you, String xen) {
    /// Compares what a part left behind with what the reference left.
    static Optional<Difference> between(EventWorld mine, EventWorld xen) {
        for (int domain = 0; domain < mine.domains; domain++) {
            Optional<Difference> found = ofPorts(mine, xen, new DomId(domain));
            found = found.isPresent() ? found : ofVcpus(mine, xen, new DomId(domain));
            if (found.isPresent()) {
                return found;
            }
        }
        if (mine.raised != xen.raised) {
            return Optional.of(
                    new Difference(
                            mine.raised > xen.raised ? Rules.NEEDLESS : Rules.LOST,
                            "the upcall was raised %s".formatted(times(mine.raised)),
                            "raises the upcall %s by then".formatted(times(xen.raised))));
        }
        return Optional.empty();
    }

    private static Optional<Difference> ofPorts(EventWorld mine, EventWorld xen, DomId domain) {
        int at = domain.value();
        for (int port = 0; port < mine.ports; port++) {
            String name = new Port(port) + " of " + domain;
            PortState state = mine.states[at][port];
            if (!state.equals(xen.states[at][port])) {
                return Optional.of(
                        new Difference(
                                Rules.BOUND,
                                name + " is " + EventWorld.words(state),
                                name + " is " + EventWorld.words(xen.states[at][port])));
            }
            if (mine.pending[at][port] != xen.pending[at][port]) {
                boolean isStale = mine.pending[at][port] && state instanceof PortState.Free;
                return Optional.of(
                        bit(
                                isStale ? Rules.STALE : Rules.PENDING,
                                name,
                                "pending",
                                mine.pending[at][port]));
            }
            if (mine.masked[at][port] != xen.masked[at][port]) {
                return Optional.of(bit(Rules.PENDING, name, "masked", mine.masked[at][port]));
            }
        }
        return Optional.empty();
    }

    private static Difference bit(Rule rule, String name, String word, boolean mine) {
        return new Difference(
                rule,
                name + (mine ? " is " : " is not ") + word,
                name + (mine ? " is not " : " is ") + word);
    }

    private static Optional<Difference> ofVcpus(EventWorld mine, EventWorld xen, DomId domain) {
        int at = domain.value();
        for (int vcpu = 0; vcpu < EventWorld.VCPUS; vcpu++) {
            String name = domain + " " + new VcpuId(vcpu);
            long selector = mine.selectors[at][vcpu];
            long wanted = xen.selectors[at][vcpu];
            if (selector != wanted) {
                return Optional.of(
                        new Difference(
                                selectorRule(mine, domain, selector & ~wanted),
                                "selector of %s is %#x".formatted(name, selector),
                                "selector of %s is %#x".formatted(name, wanted)));
            }
            boolean upcall = mine.upcalls[at][vcpu];
            if (upcall != xen.upcalls[at][vcpu]) {
                return Optional.of(
                        new Difference(
                                upcall ? Rules.NEEDLESS : Rules.LOST,
                                name + (upcall ? " is interrupted" : " is not interrupted"),
                                name + (upcall ? " is left alone" : " is interrupted")));
            }
        }
        return Optional.empty();
    }

    /// A selector bit too many whose pending ports are all masked is an interrupt although masked.
    private static Rule selectorRule(EventWorld mine, DomId domain, long tooMany) {
        boolean anyPending = false;
        for (int port = 0; port < mine.ports; port++) {
            if ((tooMany >>> port / 64 & 1) != 0 && mine.pending[domain.value()][port]) {
                anyPending = true;
                if (!mine.masked[domain.value()][port]) {
                    return Rules.SELECTOR;
                }
            }
        }
        return anyPending ? Rules.MASKED : Rules.SELECTOR;
    }

    private static String times(int count) {
        return count == 1 ? "once" : count + " times";
    }

    /// The failure to show for it. `after` says what was asked last.
    CheckFailed failed(String after, CheckFailed.Again again) {
        return new CheckFailed(rule, "after " + after + ", " + you, xen, again);
    }
}
