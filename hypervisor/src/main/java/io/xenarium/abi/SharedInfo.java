package io.xenarium.abi;

/// Where the fields of the shared-info page lie: the page that Xen and one domain share
/// (public/xen.h, struct shared_info; arch-x86/xen.h, struct arch_shared_info). 3136 bytes.
public final class SharedInfo {
    private SharedInfo() {}

    /// The vCPUs that have their vcpu_info in this page unless they register another place.
    public static final int LEGACY_VCPUS = 32;

    /// The vcpu_info of vCPU n lies at n · [VcpuInfo#BYTES].
    public static final int VCPU_INFO = 0;

    /// 64 words of 64 pending bits, one for each port.
    public static final int EVTCHN_PENDING = 2048;

    /// 64 words of 64 mask bits, one for each port.
    public static final int EVTCHN_MASK = 2560;

    /// u32: odd while the wall-clock fields change.
    public static final int WC_VERSION = 3072;

    /// u32: the wall clock at system time 0, seconds since 1970, low half.
    public static final int WC_SEC = 3076;

    /// u32: its nanoseconds.
    public static final int WC_NSEC = 3080;

    /// u32: its seconds, high half.
    public static final int WC_SEC_HI = 3084;

    /// u64, written by the guest for save and restore: one past its last pfn.
    public static final int MAX_PFN = 3088;

    /// u64, written by the guest: where its p2m can be found by the toolstack.
    public static final int PFN_TO_MFN_FRAME_LIST_LIST = 3096;

    public static final int NMI_REASON = 3104;
    public static final int P2M_CR3 = 3112;
    public static final int P2M_VADDR = 3120;
    public static final int P2M_GENERATION = 3128;
}
