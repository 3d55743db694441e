package io.xenarium.abi;

/// What a mapping through a grant is for (public/grant_table.h, GNTMAP_*).
public final class GrantMap {
    private GrantMap() {}

    /// The frame is for devices, or for the daemons of domain 0: it is in no page table.
    public static final int DEVICE = 1;

    /// The frame is put into the mapper's page tables.
    public static final int HOST = 2;

    public static final int READONLY = 4;

    /// In page tables: the mapper's user mode may use it too.
    public static final int APPLICATION = 8;

    /// The place is given as the machine address of a page-table entry, not as a virtual address.
    public static final int CONTAINS_PTE = 16;

    /// From this bit on three bits are copied into the free bits of the page-table entry.
    public static final int AVAILABLE_SHIFT = 16;
}
