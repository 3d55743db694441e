package io.xenarium.toolstack;

import io.xenarium.machine.Memory;
import io.xenarium.terms.Check;

/// The page tables that a guest starts on, while they are being written: straight into machine
/// memory, because nothing is validated before the builder pins the L4 table.
///
/// Entries have the bits that Xen's own builder gives them: present, writable and accessed in an L1
/// entry; user and dirty as well above. No large pages, nothing not executable.
final class BootTables {
    private static final long PRESENT = 1;
    private static final long WRITABLE = 2;
    private static final long LEAF = PRESENT | 0x20;
    private static final long UPPER = 0x67;
    private static final long FRAME_MASK = 0x000f_ffff_ffff_f000L;
    private static final int TOP = 4;

    private final Memory memory;
    private final long[] mfns;
    private int nextPfn;
    private final long topMfn;

    /// Tables in the frames from `firstPfn` on; that one is the L4 table.
    BootTables(Memory memory, long[] mfns, int firstPfn) {
        this.memory = memory;
        this.mfns = mfns;
        nextPfn = firstPfn;
        topMfn = newTable();
    }

    /// The L4 table.
    long topMfn() {
        return topMfn;
    }

    /// The frame that the next table will be in.
    int nextPfn() {
        return nextPfn;
    }

    /// From now on tables are in the frames from `pfn` on.
    void goOnAt(int pfn) {
        nextPfn = pfn;
    }

    /// Maps one page.
    void map(long vaddr, long frameMfn, boolean isWritable) {
        long table = topMfn;
        for (int level = TOP; level > 1; level--) {
            table = below(entryMaddr(table, vaddr, level));
        }
        long entry = frameMfn << 12 | LEAF | (isWritable ? WRITABLE : 0);
        memory.setLong(entryMaddr(table, vaddr, 1), entry);
    }

    private long below(long entryMaddr) {
        long entry = memory.getLong(entryMaddr);
        if ((entry & PRESENT) == 0) {
            entry = newTable() << 12 | UPPER;
            memory.setLong(entryMaddr, entry);
        }
        return (entry & FRAME_MASK) >>> 12;
    }

    private long newTable() {
        Check.that(nextPfn < mfns.length, "no frame %d for a page table", nextPfn);
        return mfns[nextPfn++];
    }

    private static long entryMaddr(long tableMfn, long vaddr, int level) {
        long index = vaddr >>> (12 + 9 * (level - 1)) & 511;
        return (tableMfn << 12) + index * 8;
    }
}
