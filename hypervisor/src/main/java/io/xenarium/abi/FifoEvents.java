package io.xenarium.abi;

/// The shared records of the FIFO ABI of event channels (public/event_channel.h): an array of event
/// words, and one control block for each vCPU.
public final class FifoEvents {
    private FifoEvents() {}

    /// Bits of an event word; the lowest [#LINK_BITS] are the number of the next port in the queue,
    /// 0 at its end.
    public static final int PENDING = 1 << 31;

    public static final int MASKED = 1 << 30;

    /// The port is in a queue.
    public static final int LINKED = 1 << 29;

    /// Xen is about to change the link, and the guest must not.
    public static final int BUSY = 1 << 28;

    public static final int LINK_BITS = 17;
    public static final int LINK = (1 << LINK_BITS) - 1;

    /// Event words in a page.
    public static final int WORDS_PER_PAGE = 1024;

    /// Queues of a vCPU, one for each priority; 0 is served first.
    public static final int QUEUES = 16;

    /// The priority of a port of which nobody says otherwise.
    public static final int DEFAULT_PRIORITY = 7;

    /// Bytes of a control block.
    public static final int CONTROL_BYTES = 72;

    /// u32 in the control block: bit n says that queue n may hold something.
    public static final int READY = 0;

    /// u32 for each queue: the port at its head.
    public static final int HEADS = 8;
}
