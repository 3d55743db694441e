package io.xenarium.abi;

/// Where the fields of a grant-table entry of version 1 lie, and its flags (public/grant_table.h,
/// struct grant_entry_v1). 8 bytes, 512 in a frame.
public final class GrantEntry {
    private GrantEntry() {}

    public static final int BYTES = 8;

    /// Entries that the toolstack fills before the guest runs: 0 console, 1 XenStore.
    public static final int RESERVED = 8;

    public static final int RESERVED_CONSOLE = 0;
    public static final int RESERVED_XENSTORE = 1;

    /// u16.
    public static final int FLAGS = 0;

    /// u16: who may map.
    public static final int DOMID = 2;

    /// u32: the granted frame, a gfn, which for a PV guest is an mfn.
    public static final int FRAME = 4;

    public static final int PERMIT_ACCESS = 1;
    public static final int READONLY = 4;
    public static final int READING = 8;
    public static final int WRITING = 16;
}
