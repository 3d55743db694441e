package io.xenarium.bench;

import io.xenarium.bench.view.LanesView;
import io.xenarium.machine.Journal;
import io.xenarium.parts.Parts;
import io.xenarium.toolstack.Timeline;
import io.xenarium.trace.Sentence;
import io.xenarium.trace.XenEvent;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// Two lanes in time: the computer on the bench, and a second one with the same seed and the same
/// inputs in which the reference holds all slots. Finds the first event in which they differ, and
/// shows the second one at the event at which the first stands.
///
/// Events of the same number stand beside each other, before the lanes part as well as after it.
final class Lanes {
    private static final int ROWS = 7;
    private static final long STRETCH_NANOS = 1_000_000;

    /// How long a picture waits for the second lane to come along; after that it does so by itself.
    private static final long PATIENCE_NANOS = 60_000_000;

    private final Opening opening;
    private final Parts parts;
    private final Watched watched;
    private final String words;
    private List<Journal.Entry> inputs = List.of();
    private Parting parting;
    private Computer reference;
    private Photographer photographer;
    private Optional<Photographer.Picture> picture = Optional.empty();
    private Optional<Photographer.Picture> shown = Optional.empty();
    private boolean isPictureDue;
    private boolean isAtEnd;
    private long wantedSeq;

    /// Lanes of what is on the bench, made with `parts`; `watched` are the views that are looked
    /// at.
    Lanes(Opening opening, Parts parts, Watched watched) {
        this.opening = opening;
        this.parts = parts;
        this.watched = watched;
        words = LearnersParts.words(opening.mine());
    }

    /// Brings the second lane up to what the first has become: other inputs begin a new one.
    void follow(List<Journal.Entry> now) {
        boolean isLonger =
                parting != null
                        && now.size() >= inputs.size()
                        && now.subList(0, inputs.size()).equals(inputs);
        List<Journal.Entry> more = isLonger ? now.subList(inputs.size(), now.size()) : List.of();
        boolean isAhead = !more.isEmpty() && more.getFirst().nanos() < reached();
        if (!isLonger || isAhead) {
            begin(now);
        } else if (!more.isEmpty()) {
            parting.append(more);
            isAtEnd = false;
        }
        inputs = now;
    }

    private long reached() {
        return Math.max(parting.nanos(), reference.timeline().endNanos());
    }

    private void begin(List<Journal.Entry> now) {
        Opening run = new Opening(opening.seed(), opening.guest(), opening.mine(), now);
        reference = Computer.open(run, LearnersParts.of(List.of()));
        parting = new Parting(Computer.open(run, parts), reference);
        photographer = new Photographer(reference, watched);
        reference.timeline().onCamera(this::look);
        shown = Optional.empty();
        isAtEnd = false;
    }

    /// Whether there is more to do before the lanes are known up to `end`.
    boolean isBehind(Timeline bench) {
        return parting.isBehind(bench) || isReferenceShort(bench);
    }

    /// Whether the reference has not got to the event that is wanted, and still may.
    private boolean isReferenceShort(Timeline bench) {
        return !isAtEnd
                && parting.first().isPresent()
                && reference.timeline().endSeq() < Math.min(wantedSeq, bench.endSeq());
    }

    /// Goes on for a short while on the wall.
    void goOn(Timeline bench) {
        if (parting.isBehind(bench)) {
            toEnd();
            parting.goOn(bench);
        } else if (isReferenceShort(bench)) {
            toEnd();
            long until = reference.timeline().endNanos() + STRETCH_NANOS;
            reference.timeline().run(until);
            isAtEnd = until > bench.endNanos() + STRETCH_NANOS;
        }
    }

    /// The search needs the reference where it left it.
    private void toEnd() {
        if (reference.host().machine().clock().nanos() < reference.timeline().endNanos()) {
            reference.timeline().seekNanos(reference.timeline().endNanos());
        }
    }

    /// The lanes where the bench stands at event `seq`, whose newest events are in `past`.
    LanesView at(long seq, EventLog past, boolean isAtRest, Timeline bench) {
        wantedSeq = seq;
        long begun = System.nanoTime();
        while (isAtRest && isBehind(bench) && System.nanoTime() - begun < PATIENCE_NANOS) {
            goOn(bench);
        }
        boolean isThere = isAtRest && !isBehind(bench) && seq <= reference.timeline().endSeq();
        if (isThere) {
            moveTo(seq);
        }
        String state =
                parting.first().isPresent()
                        ? "differs"
                        : parting.isBehind(bench) ? "looking" : "same";
        return new LanesView(
                state,
                words,
                parting.same(),
                parting.first().orElse(null),
                isThere ? there() : null,
                isThere ? rows(seq, past) : List.of());
    }

    private void moveTo(long seq) {
        isPictureDue = true;
        picture = Optional.empty();
        reference.timeline().seek(seq);
        isPictureDue = false;
    }

    /// The reference's camera.
    private void look() {
        if (isPictureDue) {
            picture = Optional.of(photographer.take(reference.log().at(now())));
        }
    }

    private long now() {
        return reference.host().trace().seq();
    }

    private LanesView.There there() {
        Timeline.Position at = reference.timeline().now();
        Photographer.Picture now =
                picture.orElseGet(() -> photographer.take(reference.log().at(at.seq())));
        Photographer.Picture compared = shown.map(now::since).orElse(now);
        shown = Optional.of(now);
        return new LanesView.There(
                at.seq(),
                at.nanos(),
                reference.log().at(at.seq()).map(Sentence::of).orElse(""),
                compared.domains(),
                reference.slots(),
                compared.cpu().orElse(null),
                compared.channels(),
                compared.views());
    }

    private List<LanesView.Row> rows(long seq, EventLog past) {
        List<LanesView.Row> rows = new ArrayList<>();
        for (long at = Math.max(1, seq - ROWS + 1); at <= seq; at++) {
            Optional<XenEvent> mine = past.at(at);
            Optional<XenEvent> other = reference.log().at(at);
            if (mine.isPresent() || other.isPresent()) {
                rows.add(
                        new LanesView.Row(
                                at,
                                mine.map(Sentence::of).orElse(""),
                                nanos(mine),
                                other.map(Sentence::of).orElse(""),
                                nanos(other),
                                !mine.equals(other)));
            }
        }
        return rows;
    }

    private static long nanos(Optional<XenEvent> event) {
        return event.map(it -> it.stamp().time().value()).orElse(-1L);
    }
}
