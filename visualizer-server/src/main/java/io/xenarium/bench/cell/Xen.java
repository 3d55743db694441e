package io.xenarium.bench.cell;

import io.xenarium.terms.DomId;
import io.xenarium.terms.Nanos;
import io.xenarium.toolstack.Host;
import io.xenarium.toolstack.Timeline;
import io.xenarium.trace.Sentence;
import io.xenarium.trace.XenEvent;
import io.xenarium.xen.Hypervisor;

import java.util.List;
import java.util.stream.Collectors;

/// `xen` in a cell: the computer on the bench.
public final class Xen {
    private static final long PIECE_NANOS = 1_000_000;
    private static volatile Xen live;

    private final Grip grip;

    private Xen(Grip grip) {
        this.grip = grip;
    }

    /// Makes this computer the one that cells see.
    static void hold(Grip grip) {
        live = new Xen(grip);
    }

    /// The computer on the bench.
    public static Xen live() {
        return live;
    }

    /// All domains.
    public List<Dom> domains() {
        return grip.look(() ->
                grip.host().hypervisor().domains().stream()
                        .map(domain -> new Dom(grip, domain.id()))
                        .toList());
    }

    /// The domain of this number.
    public Dom dom(int id) {
        DomId domain = new DomId(id);
        if (grip.look(() -> grip.host().hypervisor().find(domain)).isEmpty()) {
            throw new IllegalArgumentException(
                    "there is no domain " + id + "; xen.domains() lists them");
        }
        return new Dom(grip, domain);
    }

    /// The XenStore.
    public Store store() {
        return new Store(grip);
    }

    /// Virtual time.
    public Nanos time() {
        return new Nanos(grip.look(() -> grip.timeline().now().nanos()));
    }

    /// The number of the newest event.
    public long seq() {
        return grip.look(() -> grip.timeline().now().seq());
    }

    /// Lets `nanos` of virtual time pass, as fast as the machine can.
    public Xen run(long nanos) {
        long until = time().value() + nanos;
        long now = time().value();
        while (now < until) {
            long piece = Math.min(until, now + PIECE_NANOS);
            grip.act(() -> grip.timeline().run(piece));
            long reached = time().value();
            if (reached <= now) {
                return this;
            }
            now = reached;
        }
        return this;
    }

    /// Goes one event on.
    public Xen step() {
        return step(1);
    }

    /// Goes `events` on, or back where it is negative.
    public Xen step(int events) {
        grip.act(() -> grip.timeline().step(Timeline.Unit.EVENT, events));
        return this;
    }

    /// Goes one event back.
    public Xen back() {
        return step(-1);
    }

    /// Goes to event `seq`.
    public Xen seek(long seq) {
        grip.act(() -> grip.timeline().seek(seq));
        return this;
    }

    /// The newest `count` events in words, one a line.
    public Text events(int count) {
        return lines(grip.newest(count));
    }

    /// What led to event `seq`, one a line, the event itself first.
    public Text why(long seq) {
        return lines(grip.why(seq));
    }

    private static Text lines(List<XenEvent> events) {
        return new Text(
                events.stream()
                        .map(event -> "%6d  %s".formatted(event.stamp().seq(), Sentence.of(event)))
                        .collect(Collectors.joining("\n")));
    }

    /// Xen itself. Look while the machine is paused; change nothing through it, because a change
    /// that is no input is lost on the way back in time.
    public Hypervisor hypervisor() {
        return host().hypervisor();
    }

    /// The whole computer; the same holds.
    public Host host() {
        return grip.host();
    }

    @Override
    public String toString() {
        return grip.look(() ->
                "Xen at event %d, %s%n%s"
                        .formatted(
                                grip.timeline().now().seq(),
                                new Nanos(grip.timeline().now().nanos()),
                                grip.host().xl().list()));
    }
}
