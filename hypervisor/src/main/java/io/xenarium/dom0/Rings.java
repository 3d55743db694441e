package io.xenarium.dom0;

import io.xenarium.terms.DomId;
import io.xenarium.terms.Mfn;
import io.xenarium.trace.MemoryEvent.FrameType;
import io.xenarium.trace.RingEvent;
import io.xenarium.trace.Topic;
import io.xenarium.trace.Trace;
import io.xenarium.xen.FrameTable;

/// What the daemons' two rings have in common.
final class Rings {
    private Rings() {}

    /// Bytes that have crossed a ring.
    record Move(boolean fromGuest, int bytes, int index) {}

    /// Whether domain 0 may still write to a ring's page. A guest that gives the frame away or
    /// makes it a page table must not have a daemon write there.
    static boolean isUsable(FrameTable frames, Mfn ring, DomId guest) {
        if (!frames.isOwnedBy(ring.value(), guest)) {
            return false;
        }
        FrameType type = frames.type(ring.value());
        return type == FrameType.NONE || type == FrameType.WRITABLE;
    }

    /// Writes a move down.
    static void tell(Trace trace, RingEvent.Ring ring, DomId guest, Move move) {
        if (trace.wants(Topic.RING)) {
            trace.emit(
                    new RingEvent.Moved(
                            trace.stamp(), ring, guest, move.fromGuest, move.bytes, move.index));
        } else {
            trace.skip();
        }
    }
}
