package io.xenarium.toolstack;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;

/// The keyframes of one course of events, in the order of time; the first is its beginning and is
/// never dropped.
///
/// There is a limit to their number and to the memory they take. Where it is reached, one goes
/// whose neighbours are close to each other and which is far from where the timeline stands: so
/// they are dense around the present, thin elsewhere, and become dense again where somebody goes
/// back to.
final class Keyframes {
    private static final int COUNT_MAX = 256;
    private static final long BYTES_MAX = 192L << 20;

    private final List<Keyframe> frames = new ArrayList<>();
    private long bytes;

    /// Those of `others` up to a moment.
    static Keyframes upTo(Keyframes others, long nanos) {
        Keyframes some = new Keyframes();
        for (Keyframe frame : others.frames) {
            if (frame.nanos() <= nanos) {
                some.insert(some.frames.size(), frame);
            }
        }
        return some;
    }

    Keyframe first() {
        return frames.getFirst();
    }

    /// The latest one for which the condition holds; it holds for all before that too.
    Optional<Keyframe> latest(Predicate<Keyframe> condition) {
        for (int i = frames.size() - 1; i >= 0; i--) {
            if (condition.test(frames.get(i))) {
                return Optional.of(frames.get(i));
            }
        }
        return Optional.empty();
    }

    /// Takes one in; there is none of its moment yet.
    void add(Keyframe frame) {
        int at = frames.size();
        while (at > 0 && frames.get(at - 1).nanos() > frame.nanos()) {
            at--;
        }
        insert(at, frame);
        while (frames.size() > 3 && (frames.size() > COUNT_MAX || bytes > BYTES_MAX)) {
            drop(leastMissed(frame));
        }
    }

    private void insert(int at, Keyframe frame) {
        frames.add(at, frame);
        bytes += frame.cost();
    }

    private void drop(int at) {
        bytes -= frames.remove(at).cost();
    }

    private int leastMissed(Keyframe here) {
        int least = 1;
        double leastLoss = Double.MAX_VALUE;
        for (int i = 1; i < frames.size() - 1; i++) {
            Keyframe frame = frames.get(i);
            double gap = frames.get(i + 1).nanos() - frames.get(i - 1).nanos();
            double away = Math.abs(here.nanos() - frame.nanos());
            if (frame != here && gap / (away + 1) < leastLoss) {
                leastLoss = gap / (away + 1);
                least = i;
            }
        }
        return least;
    }
}
