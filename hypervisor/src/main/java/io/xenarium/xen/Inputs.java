package io.xenarium.xen;

import io.xenarium.machine.Clock;
import io.xenarium.machine.Input;
import io.xenarium.machine.Journal;
import io.xenarium.parts.EventChannels;
import io.xenarium.terms.DomId;
import io.xenarium.terms.Port;
import io.xenarium.trace.CpuEvent.Args;

import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/// Applies the inputs of the journal when their time has come. What names a domain, vCPU or port
/// that is not there (any more) has no effect.
final class Inputs {
    private final Journal journal;
    private final Clock clock;
    private final Domains domains;
    private final Hypercalls hypercalls;
    private final EventChannels events;
    private final Chronicle chronicle;
    private final Consumer<Domain> destroyer;
    private Consumer<Input> taker = input -> {};

    Inputs(
            Journal journal,
            Clock clock,
            Domains domains,
            Hypercalls hypercalls,
            EventChannels events,
            Chronicle chronicle,
            Consumer<Domain> destroyer) {
        this.journal = journal;
        this.clock = clock;
        this.domains = domains;
        this.hypercalls = hypercalls;
        this.events = events;
        this.chronicle = chronicle;
        this.destroyer = destroyer;
    }

    void onInput(Consumer<Input> newTaker) {
        taker = newTaker;
    }

    /// When the next one is due.
    long next() {
        return journal.nextNanos();
    }

    /// Applies those that are due.
    void apply() {
        while (journal.nextNanos() <= clock.nanos()) {
            apply(journal.take());
        }
    }

    private void apply(Input input) {
        switch (input) {
            case Input.Ordered ordered -> order(ordered);
            case Input.Hypercalled call -> call(call);
            case Input.Signalled signalled -> {
                if (isPort(signalled.domain(), signalled.port())) {
                    chronicle.sent(signalled.domain(), signalled.port());
                    events.setPending(signalled.domain(), signalled.port());
                }
            }
            case Input.BitFlipped flipped -> flip(flipped);
            case Input.Typed typed -> taker.accept(typed);
            case Input.Created created -> taker.accept(created);
            case Input.StoreWritten written -> taker.accept(written);
        }
    }

    private void order(Input.Ordered ordered) {
        Optional<Domain> found = domains.find(ordered.domain());
        if (found.isEmpty() || found.get().isControl()) {
            return;
        }
        switch (ordered.order()) {
            case PAUSE -> found.get().pause();
            case UNPAUSE -> found.get().unpause();
            // Daemons let go of the domain first.
            case DESTROY -> {
                taker.accept(ordered);
                destroyer.accept(found.get());
            }
            // The guest has to be asked, which is the toolstack's business.
            case SHUTDOWN, REBOOT -> taker.accept(ordered);
        }
    }

    private void call(Input.Hypercalled call) {
        List<Long> args = call.args();
        long[] five = new long[5];
        for (int i = 0; i < Math.min(five.length, args.size()); i++) {
            five[i] = args.get(i);
        }
        domains.find(call.domain())
                .flatMap(domain -> domain.findVcpu(call.vcpu().value()))
                .ifPresent(vcpu ->
                        hypercalls.call(
                                vcpu,
                                call.number(),
                                new Args(five[0], five[1], five[2], five[3], five[4])));
    }

    private void flip(Input.BitFlipped flipped) {
        if (!isPort(flipped.domain(), flipped.port())) {
            return;
        }
        PortTable table = domains.get(flipped.domain()).ports();
        Port port = flipped.port();
        switch (flipped.bit()) {
            case PENDING -> {
                boolean before = table.setPending(port, !table.isPending(port));
                chronicle.pendingChanged(flipped.domain(), port, before, !before);
            }
            case MASK -> {
                boolean before = table.setMasked(port, !table.isMasked(port));
                chronicle.maskChanged(flipped.domain(), port, before, !before);
            }
        }
    }

    private boolean isPort(DomId domain, Port port) {
        return domains.find(domain).isPresent() && port.value() > 0 && port.value() < Limits.PORTS;
    }
}
