package io.xenarium.toolstack;

import io.xenarium.toolstack.Timeline.Ticks;
import io.xenarium.trace.Topic;
import io.xenarium.trace.XenEvent;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/// How many events of each topic happened when, for the time bar: a bounded number of marks, each
/// with the counts of all events before it.
///
/// Marks lie at multiples of a width; where they become too many every second one is dropped and
/// the width doubles. So a run of any length costs the same memory, and any stretch that is not
/// finer than the width is counted exactly.
final class EventIndex {
    private static final int MARKS_MAX = 4096;
    private static final int TOPICS = Topic.values().length;

    /// What had happened up to and with event `seq`.
    private record Mark(long seq, long nanos, long[] counts) {}

    private List<Mark> marks = new ArrayList<>();
    private long width = 1;
    private long end;
    private long[] counts = new long[TOPICS];
    private long endNanos;

    /// An index of a run that nobody has looked at up to event `start`.
    EventIndex(long start) {
        marks.add(new Mark(0, 0, counts.clone()));
        while (end < start) {
            pass(end + 1, 0);
        }
    }

    /// The newest event that is counted.
    long end() {
        return end;
    }

    /// Counts one more event. Events that are counted already are passed over: they come again when
    /// a stretch is run again.
    void count(XenEvent event) {
        if (event.stamp().seq() <= end) {
            return;
        }
        counts[event.topic().ordinal()]++;
        pass(event.stamp().seq(), event.stamp().time().value());
    }

    private void pass(long seq, long nanos) {
        end = seq;
        endNanos = nanos;
        if (end % width == 0) {
            marks.add(new Mark(end, endNanos, counts.clone()));
            if (marks.size() > MARKS_MAX) {
                thin();
            }
        }
    }

    private void thin() {
        width *= 2;
        marks.removeIf(mark -> mark.seq % width != 0);
    }

    /// The same index up to event `seq`, at which `countsThere` had happened.
    EventIndex fork(long seq, long nanos, long[] countsThere) {
        EventIndex fork = new EventIndex(0);
        fork.marks = new ArrayList<>(marks);
        fork.marks.removeIf(mark -> mark.seq > seq);
        fork.width = width;
        fork.end = seq;
        fork.endNanos = nanos;
        fork.counts = countsThere.clone();
        return fork;
    }

    /// The counts of stretches of equal length that cover `fromSeq` to `toSeq`, at most `buckets`.
    List<Ticks> ticks(long fromSeq, long toSeq, int buckets) {
        long last = Math.min(toSeq, end);
        long span = Math.max(1, last - fromSeq + 1);
        long wanted = (span + buckets - 1) / buckets;
        long step = Math.max(1, (wanted + width - 1) / width) * width;
        List<Ticks> ticks = new ArrayList<>();
        Mark before = at((fromSeq - 1) / step * step);
        while (before.seq < last) {
            Mark after = at(before.seq + step);
            ticks.add(between(before, after));
            before = after;
        }
        return ticks;
    }

    private Mark at(long seq) {
        if (seq >= end) {
            return new Mark(end, endNanos, counts);
        }
        return marks.get((int) (Math.max(0, seq) / width));
    }

    private static Ticks between(Mark before, Mark after) {
        Map<Topic, Integer> counted = new EnumMap<>(Topic.class);
        for (Topic topic : Topic.values()) {
            int count = (int) (after.counts[topic.ordinal()] - before.counts[topic.ordinal()]);
            if (count > 0) {
                counted.put(topic, count);
            }
        }
        return new Ticks(before.seq + 1, after.seq, before.nanos, counted);
    }
}
