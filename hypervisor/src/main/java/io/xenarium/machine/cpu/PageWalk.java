package io.xenarium.machine.cpu;

import io.xenarium.machine.Memory;

import java.util.ArrayList;
import java.util.List;

/// One walk through the four levels of page tables (Intel SDM vol. 3, 4.5); the two and three
/// levels of 32-bit paging are not there. The processor keeps one and walks again and again;
/// debuggers, pictures and the hypervisor's copies from a guest use [#look], which changes nothing.
///
/// 1. A walk that faults has changed nothing, not even an accessed bit.
/// 2. A walk that does not fault has set the accessed bit in every entry it used, and for a write
///    the dirty bit in the last.
/// 3. A frame that the machine does not have counts as an address with reserved bits set; without
///    paging as well, where a real machine reads ones.
/// 4. With CR0.PG clear there is no walk: linear addresses are machine addresses.
public final class PageWalk {
    /// What an access does and what a fault says, by the bits of the page fault error code: the
    /// page was present.
    public static final int PRESENT = 1;

    /// The access stores.
    public static final int WRITE = 2;

    /// The access comes from privilege level 3.
    public static final int USER = 4;

    /// A reserved bit was set.
    public static final int RESERVED = 8;

    /// The access fetches an instruction.
    public static final int FETCH = 16;

    /// Bits of a page table entry: present.
    public static final long P = 1;

    public static final long RW = 2;
    public static final long US = 4;
    public static final long ACCESSED = 1 << 5;
    public static final long DIRTY = 1 << 6;

    /// The entry of an L2 or L3 table maps a page of 2 MiB or 1 GiB.
    public static final long PS = 1 << 7;

    public static final long NX = 1L << 63;

    /// Where the frame's address stands in an entry.
    public static final long ADDRESS = 0x000f_ffff_ffff_f000L;

    static final long CR0_WP = 1 << 16;
    static final long CR0_PG = 1L << 31;
    static final long EFER_NXE = 1 << 11;

    private static final int NO_FAULT = -1;

    private final Memory memory;
    private final long[] entryMaddr = new long[5];
    private final long[] entry = new long[5];
    private int lastLevel;
    private int error;
    private long maddr;
    private long rights;
    private boolean noExecute;

    public PageWalk(Memory memory) {
        this.memory = memory;
    }

    /// What a walk found.
    ///
    /// @param error the page fault's error code, or −1 where the access is allowed
    /// @param maddr the machine address, or −1 where nothing is mapped
    /// @param pageBytes the size of the page: 4 KiB, 2 MiB or 1 GiB; 0 where nothing is mapped
    /// @param levels the entries that were read, the top level first
    public record Result(int error, long maddr, long pageBytes, List<Level> levels) {
        public boolean isAllowed() {
            return error < 0;
        }
    }

    /// One step of a walk.
    ///
    /// @param level 4 for the top, 1 for the last
    /// @param tableMfn the frame of the table
    /// @param index which of the 512 entries
    /// @param entry what it held
    public record Level(int level, long tableMfn, int index, long entry) {}

    /// Looks how `access` (a set of [#WRITE], [#USER], [#FETCH]) to `vaddr` would end and leaves
    /// everything as it is: no accessed or dirty bit, no TLB.
    public static Result look(Memory memory, Registers registers, long vaddr, int access) {
        PageWalk walk = new PageWalk(memory);
        walk.walk(registers, vaddr, access);
        List<Level> levels = new ArrayList<>();
        for (int level = 4; level >= walk.lastLevel && walk.entryMaddr[level] >= 0; level--) {
            long at = walk.entryMaddr[level];
            levels.add(new Level(level, at >>> 12, (int) (at & 0xfff) >> 3, walk.entry[level]));
        }
        boolean isMapped = walk.maddr >= 0;
        long pageBytes = isMapped ? 1L << (12 + 9 * (Math.max(walk.lastLevel, 1) - 1)) : 0;
        return new Result(walk.error, walk.maddr, pageBytes, List.copyOf(levels));
    }

    /// Whether bits 63 to 47 of the address are all equal.
    public static boolean isCanonical(long vaddr) {
        return vaddr << 16 >> 16 == vaddr;
    }

    /// Walks as the processor does and sets accessed and dirty bits where the access is allowed.
    ///
    /// @return whether it is; if not, [#error()] says why
    boolean translate(Registers registers, long vaddr, int access) {
        walk(registers, vaddr, access);
        if (error != NO_FAULT) {
            return false;
        }
        for (int level = 4; used(level); level--) {
            long wanted = entry[level] | ACCESSED;
            if (level == lastLevel && (access & WRITE) != 0) {
                wanted |= DIRTY;
            }
            if (wanted != entry[level]) {
                memory.setLong(entryMaddr[level], wanted);
                entry[level] = wanted;
            }
        }
        return true;
    }

    int error() {
        return error;
    }

    /// The machine address that the last walk found, or −1 where nothing is mapped.
    long maddr() {
        return maddr;
    }

    boolean isWritable() {
        return (rights & RW) != 0;
    }

    boolean isUser() {
        return (rights & US) != 0;
    }

    boolean isNoExecute() {
        return noExecute;
    }

    boolean isDirty() {
        return lastLevel == 0 || (entry[lastLevel] & DIRTY) != 0;
    }

    /// Whether the last walk read an entry at `level`; without paging it reads none.
    private boolean used(int level) {
        return lastLevel > 0 && level >= lastLevel;
    }

    boolean isLarge() {
        return lastLevel > 1;
    }

    private void walk(Registers registers, long vaddr, int access) {
        maddr = -1;
        error = NO_FAULT;
        rights = RW | US;
        noExecute = false;
        if ((registers.cr0 & CR0_PG) == 0) {
            pass(vaddr, access);
            return;
        }
        boolean hasNx = (registers.efer & EFER_NXE) != 0;
        long table = registers.cr3 & ADDRESS;
        for (lastLevel = 4; ; lastLevel--) {
            int shift = 12 + 9 * (lastLevel - 1);
            if (!memory.holds(table >>> 12)) {
                entryMaddr[lastLevel] = -1;
                fail(access, PRESENT | RESERVED, hasNx);
                return;
            }
            entryMaddr[lastLevel] = table + (vaddr >>> shift & 511) * 8;
            long e = memory.getLong(entryMaddr[lastLevel]);
            entry[lastLevel] = e;
            if ((e & P) == 0) {
                fail(access, 0, hasNx);
                return;
            }
            if (hasReservedBits(e, lastLevel, hasNx)) {
                fail(access, PRESENT | RESERVED, hasNx);
                return;
            }
            rights &= e;
            noExecute |= e < 0;
            if (lastLevel == 1 || (e & PS) != 0) {
                arrive(registers, e, shift, vaddr, access, hasNx);
                return;
            }
            table = e & ADDRESS;
        }
    }

    /// Without paging a linear address is the machine address, and everything is allowed.
    private void pass(long vaddr, int access) {
        lastLevel = 0;
        if (!memory.holds(vaddr >>> 12)) {
            fail(access, PRESENT | RESERVED, false);
            return;
        }
        maddr = vaddr;
    }

    private void arrive(
            Registers registers, long leaf, int shift, long vaddr, int access, boolean hasNx) {
        long offset = vaddr & (1L << shift) - 1;
        long found = (leaf & ADDRESS & -(1L << shift)) + offset;
        if (!memory.holds(found >>> 12)) {
            fail(access, PRESENT | RESERVED, hasNx);
            return;
        }
        maddr = found;
        boolean user = (access & USER) != 0;
        boolean writeProtects = user || (registers.cr0 & CR0_WP) != 0;
        if (user && !isUser()
                || (access & WRITE) != 0 && writeProtects && !isWritable()
                || (access & FETCH) != 0 && noExecute) {
            fail(access, PRESENT, hasNx);
        }
    }

    /// Bit 4 of the error code only exists where no-execute does.
    private void fail(int access, int why, boolean hasNx) {
        error = why | (hasNx ? access : access & ~FETCH);
    }

    private static boolean hasReservedBits(long e, int level, boolean hasNx) {
        if (!hasNx && e < 0 || (e & 0x000f_ff00_0000_0000L) != 0) {
            return true;
        }
        if ((e & PS) == 0 || level == 1) {
            return false;
        }
        return level == 4 || (e & (1L << 12 + 9 * (level - 1)) - 1 & -(1L << 13)) != 0;
    }
}
