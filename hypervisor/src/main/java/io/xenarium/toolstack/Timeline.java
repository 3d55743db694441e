package io.xenarium.toolstack;

import io.xenarium.terms.Bug;
import io.xenarium.trace.Topic;
import io.xenarium.trace.XenEvent;
import io.xenarium.xen.Stopped;

import java.util.List;
import java.util.Map;
import java.util.Optional;

/// Moves one [Host] through time: forward by running it, back by loading the nearest keyframe and
/// running again from there.
///
/// A *position* is the number of an event: the moment right after it happened, which may lie in the
/// middle of a hypercall. The host itself always rests between two instructions; what it looked
/// like at the very moment is what the camera saw ([#onCamera]), which is called exactly once for
/// every move.
///
/// Whoever posts an input to the host while it is not at the end of its branch forks: the new
/// branch becomes the current one and the old future stays, to be gone back to with [#switchTo].
public final class Timeline {
    /// What a step goes by.
    public enum Unit {
        /// One instruction of a guest.
        INSTRUCTION,
        /// To the next hypercall or exception.
        TRAP,
        /// To the next event.
        EVENT,
        /// To the next vCPU that gets a processor.
        SLICE
    }

    /// Where the timeline stands.
    ///
    /// @param seq the newest event that has happened
    /// @param nanos virtual time
    /// @param retired instructions that guests have retired
    /// @param event the newest event itself, where it was seen
    public record Position(long seq, long nanos, long retired, Optional<XenEvent> event) {}

    /// One course that events have taken.
    ///
    /// @param id its number, from 0
    /// @param parent the branch it was forked from, its own number for the first
    /// @param forkSeq the last event that it shares with its parent
    /// @param endSeq the newest event it has got to
    /// @param endNanos how far it has got in virtual time
    public record Branch(int id, int parent, long forkSeq, long endSeq, long endNanos) {}

    /// How many events of each topic happened in a stretch.
    ///
    /// @param fromSeq the first event that is counted
    /// @param toSeq the last one
    /// @param nanos virtual time where the stretch begins
    /// @param counts events by topic
    public record Ticks(long fromSeq, long toSeq, long nanos, Map<Topic, Integer> counts) {}

    private final Host host;

    /// Takes charge of a host, which from now on is run through here only.
    public Timeline(Host host) {
        this.host = host;
    }

    public Host host() {
        return host;
    }

    /// Where it stands now.
    public Position now() {
        throw new Bug("the timeline comes with the next step");
    }

    /// The end of the current branch: the newest event it has got to.
    public long endSeq() {
        throw new Bug("the timeline comes with the next step");
    }

    /// The end of the current branch in virtual time.
    public long endNanos() {
        throw new Bug("the timeline comes with the next step");
    }

    /// Who looks at the host at every new position. It only looks.
    public void onCamera(Runnable camera) {
        throw new Bug("the timeline comes with the next step: " + camera);
    }

    /// Runs on to `untilNanos`, or until nothing can happen any more without an input.
    public Stopped run(long untilNanos) {
        throw new Bug("the timeline comes with the next step: " + untilNanos);
    }

    /// Goes to event `seq`, forward or back; at the end where that many never happen.
    public void seek(long seq) {
        throw new Bug("the timeline comes with the next step: " + seq);
    }

    /// Goes to a moment, forward or back.
    public void seekNanos(long nanos) {
        throw new Bug("the timeline comes with the next step: " + nanos);
    }

    /// Goes `count` units on, or back where it is negative.
    public void step(Unit unit, int count) {
        throw new Bug("the timeline comes with the next step: " + unit + count);
    }

    /// All branches, in the order they came to be.
    public List<Branch> branches() {
        throw new Bug("the timeline comes with the next step");
    }

    /// The branch it is on.
    public Branch branch() {
        throw new Bug("the timeline comes with the next step");
    }

    /// Goes over to another branch, at the moment where the two part.
    public void switchTo(int branch) {
        throw new Bug("the timeline comes with the next step: " + branch);
    }

    /// The events from `fromSeq` to `toSeq` counted in at most `buckets` stretches of equal length:
    /// fewer where the stretches would be finer than what is kept.
    public List<Ticks> ticks(long fromSeq, long toSeq, int buckets) {
        throw new Bug("the timeline comes with the next step: " + fromSeq + toSeq + buckets);
    }
}
