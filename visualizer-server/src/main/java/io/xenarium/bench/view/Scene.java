package io.xenarium.bench.view;

import io.xenarium.toolstack.Host;
import io.xenarium.trace.XenEvent;

import java.util.List;

/// What a view may look at: the computer as it is, and what has happened on it lately.
///
/// @param host the computer; a view only looks
/// @param past the events up to now, as far back as they are kept
/// @param t the number of the newest event
/// @param nanos virtual time
public record Scene(Host host, Past past, long t, long nanos) {
    /// The events that are kept.
    @FunctionalInterface
    public interface Past {
        /// The events from one number to another, in order.
        List<XenEvent> range(long fromSeq, long toSeq);
    }
}
