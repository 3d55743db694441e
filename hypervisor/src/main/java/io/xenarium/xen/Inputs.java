package io.xenarium.xen;

import io.xenarium.abi.FifoEvents;
import io.xenarium.abi.Hypercall;
import io.xenarium.abi.SharedInfo;
import io.xenarium.machine.Clock;
import io.xenarium.machine.Input;
import io.xenarium.machine.Journal;
import io.xenarium.parts.EventChannels;
import io.xenarium.terms.DomId;
import io.xenarium.terms.DomainCrash;
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
    private final Wallclock wallclock;
    private final Faults faults;
    private Optional<RunQueue> queue = Optional.empty();
    private Consumer<Domain> destroyer = domain -> {};
    private Consumer<Input> taker = input -> {};

    Inputs(Journal journal, Domains domains, Hypercalls hypercalls, EventChannels events, Xen xen) {
        this.journal = journal;
        this.domains = domains;
        this.hypercalls = hypercalls;
        this.events = events;
        clock = xen.clock();
        chronicle = xen.chronicle();
        wallclock = xen.wallclock();
        faults = new Faults(events, xen);
    }

    /// What destroys a domain.
    void onDestroy(Consumer<Domain> newDestroyer) {
        destroyer = newDestroyer;
    }

    /// Who schedules.
    void onSchedule(RunQueue newQueue) {
        queue = Optional.of(newQueue);
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
            case Input.Unmasked unmasked -> {
                if (isPort(unmasked.domain(), unmasked.port())) {
                    events.unmask(unmasked.domain(), unmasked.port());
                }
            }
            case Input.BitFlipped flipped -> flip(flipped);
            case Input.Faulted faulted -> fault(faulted);
            case Input.ShareSet share ->
                    domains.find(share.domain())
                            .ifPresent(of ->
                                    queue.orElseThrow().setShare(of, share.weight(), share.cap()));
            case Input.AffinitySet affinity ->
                    domains.find(affinity.domain())
                            .flatMap(of -> of.findVcpu(affinity.vcpu().value()))
                            .ifPresent(of ->
                                    queue.orElseThrow().pin(of, affinity.hard(), affinity.soft()));
            case Input.DateSet date -> setDate(date);
            case Input.Typed typed -> taker.accept(typed);
            case Input.Created created -> taker.accept(created);
            case Input.StoreWritten written -> taker.accept(written);
        }
    }

    private void setDate(Input.DateSet date) {
        wallclock.set(date.seconds(), date.nanos());
        domains.all().forEach(wallclock::writeDate);
    }

    /// Domain 0 is what everybody else hangs on: it is spared.
    private void fault(Input.Faulted faulted) {
        Optional<Domain> found = domains.find(faulted.domain()).filter(of -> !of.isControl());
        if (found.isPresent()) {
            faults.happen(found.get(), faulted.fault(), faulted.seed());
            taker.accept(faulted);
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
        long[] padded = new long[5];
        for (int i = 0; i < Math.min(padded.length, args.size()); i++) {
            padded[i] = args.get(i);
        }
        Args five = new Args(padded[0], padded[1], padded[2], padded[3], padded[4]);
        domains.find(call.domain())
                .flatMap(domain -> domain.findVcpu(call.vcpu().value()))
                .ifPresent(vcpu -> call(vcpu, call.number(), five));
    }

    /// Domain 0 has no stack to return by: what would crash it is not done.
    private void call(Vcpu vcpu, int number, Args args) {
        if (vcpu.domain().isControl() && number == Hypercall.IRET.number()) {
            return;
        }
        try {
            hypercalls.call(vcpu, number, args);
        } catch (DomainCrash crash) {
            vcpu.domain().crash(vcpu, crash.getMessage());
        }
    }

    private void flip(Input.BitFlipped flipped) {
        if (!isPort(flipped.domain(), flipped.port())) {
            return;
        }
        PortTable table = domains.get(flipped.domain()).ports();
        Port port = flipped.port();
        if (table.fifo().filter(fifo -> !fifo.hasWord(port)).isPresent()) {
            return;
        }
        switch (flipped.bit()) {
            case PENDING -> {
                boolean before = table.isPending(port);
                table.flip(port, SharedInfo.EVTCHN_PENDING, FifoEvents.PENDING);
                chronicle.pendingChanged(flipped.domain(), port, before, !before);
            }
            case MASK -> {
                boolean before = table.isMasked(port);
                table.flip(port, SharedInfo.EVTCHN_MASK, FifoEvents.MASKED);
                chronicle.maskChanged(flipped.domain(), port, before, !before);
            }
        }
    }

    private boolean isPort(DomId domain, Port port) {
        return domains.find(domain).isPresent() && port.value() > 0 && port.value() < Limits.PORTS;
    }
}
