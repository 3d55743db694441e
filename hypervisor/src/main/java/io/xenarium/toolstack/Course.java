package io.xenarium.toolstack;

import io.xenarium.machine.Journal;

import java.util.List;

/// One course that events have taken, with all that is needed to go anywhere on it: its keyframes,
/// its inputs, and the counts of its events.
final class Course {
    /// Where a course leaves another.
    ///
    /// @param counts events by topic up to there
    record Fork(long seq, long nanos, long[] counts) {}

    final int id;
    final int parent;
    final long forkSeq;
    final long forkNanos;
    final Keyframes keyframes;
    EventIndex index;

    /// Its inputs from the beginning; valid while it is not the current one, because then the
    /// journal has them.
    List<Journal.Entry> inputs = List.of();

    long endSeq;
    long endNanos;

    /// The first course, which begins with `first`.
    Course(Keyframe first) {
        id = 0;
        parent = 0;
        forkSeq = first.seq();
        forkNanos = first.nanos();
        keyframes = new Keyframes();
        keyframes.add(first);
        index = new EventIndex(first.seq());
        endSeq = first.seq();
        endNanos = first.nanos();
    }

    /// A course that goes its own way from where the timeline stands on `from`.
    Course(int id, Course from, Fork at) {
        this.id = id;
        parent = from.id;
        forkSeq = at.seq;
        forkNanos = at.nanos;
        keyframes = Keyframes.upTo(from.keyframes, at.nanos);
        index = from.index.fork(at.seq, at.nanos, at.counts);
        endSeq = at.seq;
        endNanos = at.nanos;
    }

    /// A course that another timeline has gone, from the same beginning; this one has not seen
    /// anything of it yet.
    Course(Keyframe first, RememberedBranch remembered) {
        id = remembered.branch().id();
        parent = remembered.branch().parent();
        forkSeq = remembered.branch().forkSeq();
        forkNanos = remembered.forkNanos();
        keyframes = new Keyframes();
        keyframes.add(first);
        index = new EventIndex(first.seq());
        inputs = remembered.inputs();
        endSeq = remembered.branch().endSeq();
        endNanos = remembered.branch().endNanos();
    }

    Timeline.Branch branch() {
        return new Timeline.Branch(id, parent, forkSeq, endSeq, endNanos);
    }
}
