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

    /// The two lowest bits of the flags say what kind of entry it is; 0 for none.
    public static final int TYPE = 3;

    public static final int PERMIT_ACCESS = 1;
    public static final int ACCEPT_TRANSFER = 2;
    public static final int TRANSITIVE = 3;

    public static final int READONLY = 4;
    public static final int READING = 8;
    public static final int WRITING = 16;

    /// In an entry that accepts a transfer: one is on its way, and cannot be called off.
    public static final int TRANSFER_COMMITTED = 4;

    /// The frame's number lies in the entry.
    public static final int TRANSFER_COMPLETED = 8;

    /// Three bits from here on choose how the mapping is cached: PWT, PCD, PAT.
    public static final int CACHE_SHIFT = 5;

    /// Version 2 only: a part of the frame.
    public static final int SUB_PAGE = 256;
}
