package io.xenarium.bench;

import io.xenarium.trace.XenEvent;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// The newest events by their numbers, as far back as there is room. A run that is repeated writes
/// the same events to the same places; one that takes another course overwrites them.
final class EventLog {
    private static final int ROOM = 1 << 16;

    private final XenEvent[] events = new XenEvent[ROOM];

    void add(XenEvent event) {
        events[(int) (event.stamp().seq() % ROOM)] = event;
    }

    /// The event of this number, while it is kept.
    Optional<XenEvent> at(long seq) {
        XenEvent event = events[(int) (seq % ROOM)];
        return event != null && event.stamp().seq() == seq ? Optional.of(event) : Optional.empty();
    }

    /// The event of this number and what led to it, the newest first.
    List<XenEvent> why(long seq) {
        List<XenEvent> chain = new ArrayList<>();
        Optional<XenEvent> link = at(seq);
        while (link.isPresent() && chain.size() < 100) {
            chain.add(link.get());
            long cause = link.get().stamp().cause();
            link = cause > 0 && cause < link.get().stamp().seq() ? at(cause) : Optional.empty();
        }
        return chain;
    }

    /// The events from one number to another, as far as they are kept.
    List<XenEvent> range(long fromSeq, long toSeq) {
        List<XenEvent> found = new ArrayList<>();
        for (long seq = Math.max(1, Math.max(fromSeq, toSeq - ROOM)); seq <= toSeq; seq++) {
            at(seq).ifPresent(found::add);
        }
        return found;
    }
}
