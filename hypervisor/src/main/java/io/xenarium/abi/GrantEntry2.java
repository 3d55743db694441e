package io.xenarium.abi;

/// Where the fields of a grant-table entry of version 2 lie (public/grant_table.h, union
/// grant_entry_v2). 16 bytes, 256 in a frame. Flags and domain lie where they do in version 1;
/// whether the entry is in use stands in another frame, one u16 for each entry.
public final class GrantEntry2 {
    private GrantEntry2() {}

    public static final int BYTES = 16;

    /// u16: the first byte of a part of a frame.
    public static final int OFFSET = 4;

    /// u16: bytes of the part.
    public static final int LENGTH = 6;

    /// u64: the frame, of a whole one as well as of a part.
    public static final int FRAME = 8;

    /// u16: whose grant a transitive entry passes on.
    public static final int TRANSITIVE_DOMID = 4;

    /// u32: which of them.
    public static final int TRANSITIVE_REF = 8;

    /// Entries that one frame of status words speaks of.
    public static final int STATUS_PER_FRAME = 2048;
}
