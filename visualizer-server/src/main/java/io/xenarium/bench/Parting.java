package io.xenarium.bench;

import io.xenarium.bench.view.LanesView;
import io.xenarium.machine.Journal;
import io.xenarium.toolstack.Timeline;
import io.xenarium.trace.Sentence;
import io.xenarium.trace.XenEvent;
import io.xenarium.xen.Stopped;

import java.util.ArrayDeque;
import java.util.List;
import java.util.Optional;
import java.util.Queue;

/// The search for the first event in which two computers with the same seed and inputs differ: one
/// with the parts of the bench, one with the reference. Both run the same stretch of time, again
/// and again, and their events are taken from two queues in pairs.
final class Parting {
    private static final long STRETCH_MIN_NANOS = 50_000;
    private static final long STRETCH_MAX_NANOS = 50_000_000;
    private static final long STRETCH_MILLIS = 8;

    private final Computer reference;

    /// Null once the lanes have parted: nobody needs it any more.
    private Computer mine;

    private final Queue<XenEvent> mineAhead = new ArrayDeque<>();
    private final Queue<XenEvent> referenceAhead = new ArrayDeque<>();
    private long stretchNanos = STRETCH_MIN_NANOS;
    private long mineSeq;
    private long referenceSeq;
    private long same;

    /// The newest event that the bench had when all was compared.
    private long comparedSeq;

    private Optional<LanesView.First> first = Optional.empty();

    /// Between two computers whose guests were not made yet.
    Parting(Computer mine, Computer reference) {
        this.mine = mine;
        this.reference = reference;
        mine.onEvent(event -> {
            mineSeq = queue(event, mineAhead, mineSeq);
        });
        reference.onEvent(event -> {
            referenceSeq = queue(event, referenceAhead, referenceSeq);
        });
    }

    /// Takes an event in, unless it only happens again because somebody went back in time; returns
    /// the newest number.
    private long queue(XenEvent event, Queue<XenEvent> ahead, long newest) {
        long seq = event.stamp().seq();
        if (seq > newest && first.isEmpty()) {
            ahead.add(event);
        }
        return Math.max(seq, newest);
    }

    /// The last event up to which both are equal.
    long same() {
        return same;
    }

    /// The first event that differs, where one was found.
    Optional<LanesView.First> first() {
        return first;
    }

    /// Whether the bench has got further than what was compared.
    boolean isBehind(Timeline bench) {
        return first.isEmpty() && comparedSeq < bench.endSeq();
    }

    /// Gives both the inputs that have come since.
    void append(List<Journal.Entry> inputs) {
        if (mine != null) {
            mine.host().machine().journal().append(inputs);
        }
        reference.host().machine().journal().append(inputs);
    }

    /// How far the search has got in the lane of the bench, 0 where it is over.
    long nanos() {
        return mine == null ? 0 : clock(mine);
    }

    /// Compares one more stretch, a short one on the wall.
    void goOn(Timeline bench) {
        long begun = System.nanoTime();
        long until = Math.min(bench.endNanos(), clock(mine) + stretchNanos);
        reference.host().hypervisor().takeInputs();
        Stopped theirs = reference.timeline().run(until);
        try {
            mine.host().hypervisor().takeInputs();
            Stopped ours = mine.host().run(until);
            boolean isIdle = ours == Stopped.IDLE && theirs == Stopped.IDLE;
            boolean isAtEnd = isIdle || until == bench.endNanos();
            compare(isAtEnd);
            comparedSeq = isAtEnd ? bench.endSeq() : same;
        } catch (RuntimeException | Error failed) {
            compare(false);
            if (first.isEmpty()) {
                part(PartFailure.describe(failed), words(referenceAhead));
            }
        }
        long took = (System.nanoTime() - begun) / 1_000_000;
        stretchNanos =
                took > STRETCH_MILLIS
                        ? Math.max(STRETCH_MIN_NANOS, stretchNanos / 2)
                        : Math.min(STRETCH_MAX_NANOS, stretchNanos * 2);
    }

    private void compare(boolean isAtEnd) {
        while (first.isEmpty() && !mineAhead.isEmpty() && !referenceAhead.isEmpty()) {
            if (mineAhead.peek().equals(referenceAhead.peek())) {
                same = mineAhead.remove().stamp().seq();
                referenceAhead.remove();
            } else {
                part(words(mineAhead), words(referenceAhead));
            }
        }
        boolean isLeft = !mineAhead.isEmpty() || !referenceAhead.isEmpty();
        boolean hasParted =
                first.isEmpty()
                        && isLeft
                        && (isAtEnd
                                || isPast(mineAhead, reference)
                                || isPast(referenceAhead, mine));
        if (hasParted) {
            part(words(mineAhead), words(referenceAhead));
        }
    }

    /// Whether an event waits for its equal and the other computer's time has passed it.
    private static boolean isPast(Queue<XenEvent> ahead, Computer other) {
        return !ahead.isEmpty() && clock(other) > ahead.peek().stamp().time().value();
    }

    private void part(String sentence, String wanted) {
        first = Optional.of(new LanesView.First(same + 1, sentence, wanted));
        mine = null;
        mineAhead.clear();
        referenceAhead.clear();
    }

    private static String words(Queue<XenEvent> ahead) {
        return ahead.isEmpty() ? "Nothing happens." : Sentence.of(ahead.peek());
    }

    private static long clock(Computer computer) {
        return computer.host().machine().clock().nanos();
    }
}
