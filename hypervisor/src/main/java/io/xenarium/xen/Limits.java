package io.xenarium.xen;

/// Every limit of the hypervisor, with its reason.
public final class Limits {
    private Limits() {}

    /// Numbers of ports: 64 words of 64 bits, all that the two-level ABI can name. The FIFO ABI
    /// could name 131,072.
    public static final int PORTS = 4096;

    /// Ports that a domain is given, port 0 among them: what Xen's toolstack allows a guest
    /// (max_event_channels = 1023).
    public static final int PORTS_GIVEN = 1024;

    /// Numbers of physical interrupts that a guest could name if it had a device: those of one I/O
    /// APIC, and 32 more (Xen's extra_guest_irqs).
    public static final int INTERRUPTS = 24 + 32;

    /// vCPUs of a domain: those that have a vcpu_info in the shared-info page from the start, so
    /// that no vCPU is ever without one.
    public static final int VCPUS = 32;

    /// Frames of a grant table: Xen's default for guests (max_grant_frames); 64 · 512 entries.
    public static final int GRANT_FRAMES = 64;

    /// Frames of 256 rows each in which a domain's mappings of others' grants are written down:
    /// Xen's default (max_maptrack_frames).
    public static final int MAPTRACK_FRAMES = 1024;

    /// How often a grant entry can be used in one way at a time: Xen keeps each count in eight
    /// bits, and stops where the highest of them is set.
    public static final int GRANT_PINS = 128;

    /// Frames that a guest's GDT can have; the two that follow up to the architecture's 16 are
    /// Xen's own.
    public static final int GDT_FRAMES = 14;

    /// Descriptors in them.
    public static final int GDT_ENTRIES = GDT_FRAMES * 512;

    /// Frames that an LDT of that size has.
    public static final int LDT_FRAMES = 16;

    /// Descriptors of an LDT: what a 16-bit limit can name.
    public static final int LDT_ENTRIES = 8192;

    /// The highest weight of a domain.
    public static final int WEIGHT_MAX = 65_535;

    /// How often a capped domain gets a new budget (CSCHED2_BDGT_REPL_PERIOD).
    public static final long CAP_PERIOD_NANOS = 10_000_000;

    /// How long one physical processor runs before the next has its turn: long enough for a
    /// processor to be fast, short enough for a signal to another one not to be late.
    public static final long WINDOW_NANOS = 20_000;

    /// Physical processors: one bit each in an affinity.
    public static final int PCPUS = 64;

    /// The period of the timer that a vCPU is born with (xen/common/domain.c).
    public static final long PERIODIC_NANOS = 10_000_000;

    /// The shortest period that a guest may ask for (public/vcpu.h, set_periodic_timer).
    public static final long PERIOD_MIN_NANOS = 1_000_000;

    /// The longest period: a quarter of what the clock can count (xen/common/domain.c,
    /// STIME_DELTA_MAX).
    public static final long PERIOD_MAX_NANOS = Long.MAX_VALUE >> 1;

    /// How often the relation of time-stamp counter and system time is measured anew
    /// (xen/arch/x86/time.c, EPOCH).
    public static final long CALIBRATION_NANOS = 1_000_000_000;

    /// Entries of an mmu_update, an mmuext_op or a memory_op that are carried out in one go, so
    /// that no hypercall keeps the machine for long. Then the guest makes it again, with the rest.
    public static final int PIECE = 1 << 14;

    /// Entries of one grant_table_op.
    public static final int UPDATES = 1 << 20;

    /// The largest extent that a guest may ask for, as a power of two: Xen's default for guests
    /// (memop-max-order).
    public static final int EXTENT_ORDER = 9;

    /// Entries of a memory map that a domain may set for itself (E820_MAX).
    public static final int MAP_ENTRIES = 128;
}
