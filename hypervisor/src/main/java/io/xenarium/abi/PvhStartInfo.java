package io.xenarium.abi;

/// Where the fields of `hvm_start_info` lie: what a kernel finds behind ebx when it is entered by
/// the PVH protocol (public/arch-x86/hvm/start_info.h, version 1; docs/misc/pvh.pandoc). 56 bytes.
public final class PvhStartInfo {
    private PvhStartInfo() {}

    public static final int BYTES = 56;

    /// u32: "xEn3" with the top bit of the E set.
    public static final int MAGIC = 0;

    public static final int MAGIC_VALUE = 0x336ec578;

    /// u32.
    public static final int VERSION = 4;

    public static final int VERSION_VALUE = 1;

    /// u64: address of the command line, which ends with a zero.
    public static final int CMDLINE = 24;

    /// u64: address of the memory map.
    public static final int MEMMAP = 40;

    /// u32: its entries.
    public static final int MEMMAP_ENTRIES = 48;

    /// An entry of the memory map: u64 address, u64 size, u32 type as in [E820], u32 reserved.
    public static final int ENTRY_BYTES = 24;
}
