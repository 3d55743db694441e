package io.xenarium.trace;

import io.xenarium.terms.DomId;

/// A shared ring or the console moved.
public sealed interface RingEvent extends XenEvent {
    @Override
    default Topic topic() {
        return Topic.RING;
    }

    /// Bytes crossed a ring.
    ///
    /// @param ring which ring
    /// @param subject the guest whose ring it is
    /// @param fromGuest whether the bytes came from the guest
    /// @param bytes how many
    /// @param index the index of the consumer afterwards, running freely
    record Moved(Stamp stamp, Ring ring, DomId subject, boolean fromGuest, int bytes, int index)
            implements RingEvent {}

    /// A domain wrote to Xen's own console through console_io.
    record ConsoleWritten(Stamp stamp, DomId subject, int bytes) implements RingEvent {}

    /// The rings that the control domain serves.
    enum Ring {
        CONSOLE,
        XENSTORE,
        BLOCK
    }
}
