package io.xenarium.xen;

/// The bits of a page-table entry, and the changes that Xen makes to a guest's (Intel SDM vol. 3,
/// 4.5; xen/arch/x86/pv/mm.h, adjust_guest_l1e and its neighbours).
///
/// Guest kernel and guest programs both run at CPL 3, so every entry has the user bit. An L1 entry
/// that the guest meant for its kernel alone is told apart by bit 52; one meant for user programs
/// is marked global.
public final class PageEntry {
    private PageEntry() {}

    public static final long PRESENT = 1;
    public static final long WRITABLE = 2;
    public static final long USER = 4;
    public static final long ACCESSED = 0x20;
    public static final long DIRTY = 0x40;

    /// In L2 and L3: maps memory directly. In L1 the same bit belongs to the cache attribute.
    public static final long LARGE = 0x80;

    public static final long GLOBAL = 0x100;
    public static final long NO_EXECUTE = 1L << 63;

    /// What Xen adds to an L1 entry without the user bit.
    public static final long GUEST_KERNEL = 1L << 52;

    private static final long FRAME = 0x000f_ffff_ffff_f000L;

    static boolean isPresent(long entry) {
        return (entry & PRESENT) != 0;
    }

    static boolean isWritable(long entry) {
        return (entry & WRITABLE) != 0;
    }

    static long mfn(long entry) {
        return (entry & FRAME) >>> 12;
    }

    static long of(long frameMfn, long flags) {
        return frameMfn << 12 | flags;
    }

    /// The entry as Xen stores it in a table of `level`: one of L4 counts as accessed at once. One
    /// that the guest has read back stays as it is.
    static long adjusted(long entry, int level) {
        if (!isPresent(entry)) {
            return entry;
        }
        if (level > 1) {
            return entry | USER | (level == 4 ? ACCESSED : 0);
        }
        boolean isKernels = (entry & USER) == 0 || (entry & GUEST_KERNEL) != 0;
        return isKernels ? entry | USER | GUEST_KERNEL : entry | GLOBAL;
    }
}
