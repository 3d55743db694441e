package io.xenarium.bench.view;

import io.xenarium.toolstack.Host;
import io.xenarium.trace.XenEvent;
import io.xenarium.xen.Vcpu;

import java.util.List;

/// What a view may look at: the computer as it is, and what has happened on it lately.
///
/// @param host the computer; a view only looks
/// @param past the events up to now, as far back as they are kept
/// @param credit what vCPUs had of it, at events of the scheduler
/// @param t the number of the newest event
/// @param nanos virtual time
public record Scene(Host host, Past past, CreditPast credit, long t, long nanos) {
    /// The events that are kept.
    @FunctionalInterface
    public interface Past {
        /// The events from one number to another, in order.
        List<XenEvent> range(long fromSeq, long toSeq);
    }

    /// The credits that are kept.
    @FunctionalInterface
    public interface CreditPast {
        /// Those from one event to another, in order.
        List<Credits> range(long fromSeq, long toSeq);
    }

    /// The credit of all vCPUs at one event.
    ///
    /// @param pairs keys and credits, one after the other; made once, never changed
    public record Credits(long seq, long nanos, long[] pairs) {
        private static final int VCPUS_MAX = 1 << 16;

        /// What stands for a vCPU.
        public static long key(Vcpu vcpu) {
            return (long) vcpu.domain().id().value() * VCPUS_MAX + vcpu.id().value();
        }
    }
}
