package io.xenarium.abi;

/// The ring between a block front-end and its back-end, as a 64-bit guest lays it out
/// (public/io/ring.h, public/io/blkif.h): a header of free-running indices, then slots that hold a
/// request on the way in and its response on the way back.
public final class BlockRing {
    private BlockRing() {}

    public static final int REQ_PROD = 0;
    public static final int REQ_EVENT = 4;
    public static final int RSP_PROD = 8;
    public static final int RSP_EVENT = 12;
    public static final int SLOTS = 64;
    public static final int SLOT_BYTES = 112;

    /// Operations.
    public static final int READ = 0;

    public static final int WRITE = 1;
    public static final int WRITE_BARRIER = 2;
    public static final int FLUSH_DISKCACHE = 3;
    public static final int DISCARD = 5;
    public static final int INDIRECT = 6;

    /// Fields of a request.
    public static final int OPERATION = 0;

    public static final int NR_SEGMENTS = 1;
    public static final int ID = 8;
    public static final int SECTOR_NUMBER = 16;
    public static final int SEGMENTS = 24;
    public static final int DISCARD_SECTORS = 24;
    public static final int INDIRECT_OPERATION = 1;
    public static final int INDIRECT_NR_SEGMENTS = 2;
    public static final int INDIRECT_GREFS = 28;

    /// The most segments that a request has in itself, and the most pages of further ones.
    public static final int SEGMENTS_MAX = 11;

    public static final int INDIRECT_PAGES_MAX = 8;

    /// A segment: u32 grant, u8 first sector, u8 last sector of the page.
    public static final int SEGMENT_BYTES = 8;

    public static final int SEGMENT_FIRST = 4;
    public static final int SEGMENT_LAST = 5;

    /// Fields of a response.
    public static final int RESPONSE_OPERATION = 8;

    public static final int RESPONSE_STATUS = 10;

    /// Results.
    public static final int OKAY = 0;

    public static final int ERROR = -1;
    public static final int NOT_SUPPORTED = -2;

    /// How many slots a ring of so many pages has: a power of two.
    public static int slots(int pages) {
        return Integer.highestOneBit((pages * 4096 - SLOTS) / SLOT_BYTES);
    }
}
