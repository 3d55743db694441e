package io.xenarium.abi;

/// Where the fields of the start-info page lie: what a PV guest is told at birth; rsi points to it
/// (public/xen.h, struct start_info). 1168 bytes.
public final class StartInfo {
    private StartInfo() {}

    public static final int BYTES = 1168;

    /// The magic of a 64-bit PV guest.
    public static final String MAGIC_TEXT = "xen-3.0-x86_64";

    /// char[32].
    public static final int MAGIC = 0;

    /// u64: the domain's frames.
    public static final int NR_PAGES = 32;

    /// u64: machine address of the shared-info page.
    public static final int SHARED_INFO = 40;

    /// u32: SIF_* below.
    public static final int FLAGS = 48;

    /// u64: mfn of the XenStore ring.
    public static final int STORE_MFN = 56;

    /// u32: port of the XenStore.
    public static final int STORE_EVTCHN = 64;

    /// u64: mfn of the console ring.
    public static final int CONSOLE_MFN = 72;

    /// u32: port of the console.
    public static final int CONSOLE_EVTCHN = 80;

    /// u64: virtual address of the top-level page table.
    public static final int PT_BASE = 88;

    /// u64: frames of the boot page tables.
    public static final int NR_PT_FRAMES = 96;

    /// u64: virtual address of the p2m list.
    public static final int MFN_LIST = 104;

    /// u64: virtual address of the initrd, or its pfn where [#SIF_MOD_START_PFN] is set.
    public static final int MOD_START = 112;

    /// u64: bytes of the initrd.
    public static final int MOD_LEN = 120;

    /// char[1024].
    public static final int CMD_LINE = 128;

    public static final int CMD_LINE_BYTES = 1024;

    /// u64: where the p2m list lies outside the initial mapping, its first pfn and how many frames.
    public static final int FIRST_P2M_PFN = 1152;

    public static final int NR_P2M_FRAMES = 1160;

    public static final int SIF_PRIVILEGED = 1;
    public static final int SIF_INITDOMAIN = 2;
    public static final int SIF_MOD_START_PFN = 8;
}
