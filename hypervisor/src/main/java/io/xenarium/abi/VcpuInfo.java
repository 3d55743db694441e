package io.xenarium.abi;

/// Where the fields of a vCPU's shared record lie (public/xen.h, struct vcpu_info). 64 bytes; it
/// never crosses a page.
public final class VcpuInfo {
    private VcpuInfo() {}

    public static final int BYTES = 64;

    /// u8: an event may be pending.
    public static final int UPCALL_PENDING = 0;

    /// u8: the guest does not want to be interrupted: its interrupt flag, inverted.
    public static final int UPCALL_MASK = 1;

    /// u64: bit n says that one of the ports 64·n … 64·n+63 may be pending.
    public static final int PENDING_SEL = 8;

    /// u64: the address of the last page fault.
    public static final int CR2 = 16;

    /// The time record (struct vcpu_time_info); the fields below are inside the vcpu_info.
    public static final int TIME = 32;

    /// u32: odd while the record changes.
    public static final int TIME_VERSION = TIME;

    /// u64: the TSC when the record was written.
    public static final int TSC_TIMESTAMP = TIME + 8;

    /// u64: system time then, in ns since Xen started.
    public static final int SYSTEM_TIME = TIME + 16;

    /// u32: ns = ticks, shifted by [#TSC_SHIFT], times this, divided by 2^32.
    public static final int TSC_TO_SYSTEM_MUL = TIME + 24;

    /// s8: to the left where positive.
    public static final int TSC_SHIFT = TIME + 28;

    /// u8: bit 0 says that the TSCs of all vCPUs agree.
    public static final int TIME_FLAGS = TIME + 29;
}
