package io.xenarium.xen;

import static io.xenarium.xen.PageEntry.isPresent;
import static io.xenarium.xen.PageEntry.isWritable;
import static io.xenarium.xen.PageEntry.mfn;

import io.xenarium.machine.Memory;
import io.xenarium.terms.Bug;
import io.xenarium.terms.Check;
import io.xenarium.terms.Errno;
import io.xenarium.trace.MemoryEvent.FrameType;

/// The page tables of guests: they are the real ones, so every entry in them has been checked.
///
/// 1. A frame becomes a table of a level only after all of its entries were found harmless, and
///    stops being one when nothing refers to it as such.
/// 2. Each present entry of a table holds a reference on what it maps: a writable leaf a type
///    reference as writable memory, an entry of a higher table one as a table of the next level.
/// 3. An update that is refused leaves memory and counts as they were.
///
/// So no table, and no frame with segment descriptors, can be stored to by a guest behind Xen's
/// back. Xen: get_page_type, alloc_l4_table, mod_l1_entry in xen/arch/x86/mm.c.
final class PvMmu {
    private static final FrameType[] TYPE_OF_LEVEL = {
        FrameType.NONE, FrameType.L1, FrameType.L2, FrameType.L3, FrameType.L4
    };
    private static final int ENTRIES = 512;

    private final Memory memory;
    private final FrameTable frames;
    private final XenSlots slots;
    private final Tlbs tlbs;
    private final Chronicle chronicle;

    PvMmu(Memory memory, FrameTable frames, XenSlots slots, Tlbs tlbs, Chronicle chronicle) {
        this.memory = memory;
        this.frames = frames;
        this.slots = slots;
        this.tlbs = tlbs;
        this.chronicle = chronicle;
    }

    /// Takes a reference and a type reference on a frame as table of `level`, checking the table
    /// where it is none yet. Returns 0 or an error.
    long holdTable(Domain domain, long frameMfn, int level) {
        FrameType type = TYPE_OF_LEVEL[level];
        if (!frames.isOwnedBy(frameMfn, domain.id())) {
            return Errno.EINVAL.rc();
        }
        if (frames.typeCount(frameMfn) == 0) {
            return promote(domain, frameMfn, level);
        }
        if (frames.type(frameMfn) != type) {
            return Errno.EINVAL.rc();
        }
        frames.hold(frameMfn);
        frames.holdType(frameMfn, type);
        return 0;
    }

    /// Gives back what [#holdTable] took.
    void releaseTable(long frameMfn, int level) {
        Check.that(frames.type(frameMfn) == TYPE_OF_LEVEL[level], "no such table: %#x", frameMfn);
        if (frames.releaseType(frameMfn)) {
            for (int i = 0; i < ENTRIES; i++) {
                if (isGuests(i, level)) {
                    release(entry(frameMfn, i), level, frameMfn);
                }
            }
            if (level == 4) {
                slots.clear(frameMfn);
            }
        }
        frames.release(frameMfn);
    }

    /// Takes a frame as one with segment descriptors, which the caller has checked.
    void holdDescriptors(long frameMfn) {
        frames.hold(frameMfn);
        if (frames.typeCount(frameMfn) == 0) {
            tlbs.flushAll();
        }
        frames.holdType(frameMfn, FrameType.SEGMENT_DESCRIPTORS);
    }

    void releaseDescriptors(long frameMfn) {
        frames.releaseType(frameMfn);
        frames.release(frameMfn);
    }

    /// Whether the frame can be used as `type` now.
    boolean isUsableAs(Domain domain, long frameMfn, FrameType type) {
        return frames.isOwnedBy(frameMfn, domain.id())
                && (frames.typeCount(frameMfn) == 0 || frames.type(frameMfn) == type);
    }

    /// Pins a frame as table of `level`: it stays one though nothing refers to it.
    long pin(Domain domain, long frameMfn, int level) {
        if (frames.isOwnedBy(frameMfn, domain.id()) && frames.isPinned(frameMfn)) {
            return Errno.EINVAL.rc();
        }
        long rc = holdTable(domain, frameMfn, level);
        if (rc == 0) {
            frames.setPinned(frameMfn, true);
        }
        return rc;
    }

    long unpin(Domain domain, long frameMfn) {
        if (!frames.isOwnedBy(frameMfn, domain.id()) || !frames.isPinned(frameMfn)) {
            return Errno.EINVAL.rc();
        }
        frames.setPinned(frameMfn, false);
        releaseTable(frameMfn, levelOf(frameMfn));
        return 0;
    }

    /// Writes an entry at a machine address on behalf of `domain`: checked if it lies in a table,
    /// as plain memory if not. Returns 0 or an error.
    ///
    /// @param keepsMarks whether the accessed and dirty bits stay set where they are
    long update(Domain domain, long entryMaddr, long value, boolean keepsMarks) {
        long frameMfn = entryMaddr >>> 12;
        if (!frames.isOwnedBy(frameMfn, domain.id())) {
            return Errno.EINVAL.rc();
        }
        return switch (frames.type(frameMfn)) {
            case L1, L2, L3, L4 -> updateTable(domain, entryMaddr, value, keepsMarks);
            case NONE, WRITABLE -> {
                memory.setLong(entryMaddr, value);
                yield 0;
            }
            case SEGMENT_DESCRIPTORS, SHARED -> Errno.EINVAL.rc();
        };
    }

    /// The guest stores the low `bytes` bytes of `value` into one of its own L1 tables, which it
    /// can only read: does what the store would have done, if the entry that results is harmless
    /// and the guest asked for such help. Returns whether it did.
    boolean guestStore(Domain domain, long maddr, int bytes, long value) {
        boolean isInside = (maddr & 7) + bytes <= 8;
        long tableMfn = maddr >>> 12;
        boolean isOwn =
                frames.isOwnedBy(tableMfn, domain.id()) && frames.type(tableMfn) == FrameType.L1;
        if (!domain.assists(VersionCalls.WRITABLE_PAGE_TABLES) || !isInside || !isOwn) {
            return false;
        }
        long entryMaddr = maddr & ~7L;
        int shift = (int) (maddr & 7) * 8;
        long mask = bytes == 8 ? -1L : (1L << bytes * 8) - 1;
        long before = memory.getLong(entryMaddr);
        long after = before & ~(mask << shift) | (value & mask) << shift;
        return update(domain, entryMaddr, after, false) == 0;
    }

    private long updateTable(Domain domain, long entryMaddr, long value, boolean keepsMarks) {
        long tableMfn = entryMaddr >>> 12;
        int level = levelOf(tableMfn);
        if (!isGuests((int) (entryMaddr >>> 3 & ENTRIES - 1), level)) {
            return Errno.EINVAL.rc();
        }
        if (isPresent(value) && !PageEntry.isAllowed(value, level)) {
            return Errno.EINVAL.rc();
        }
        long before = memory.getLong(entryMaddr);
        long after = PageEntry.adjusted(value, level);
        boolean isSameUse = PageEntry.isSameUse(before, after, level);
        if (!isSameUse) {
            long rc = hold(domain, after, level, tableMfn);
            if (rc != 0) {
                return rc;
            }
        }
        if (keepsMarks && isPresent(before) && isPresent(after)) {
            after |= before & (PageEntry.ACCESSED | PageEntry.DIRTY);
        }
        memory.setLong(entryMaddr, after);
        if (!isSameUse) {
            release(before, level, tableMfn);
        }
        chronicle.entryWritten(entryMaddr, before, after);
        return 0;
    }

    private long promote(Domain domain, long frameMfn, int level) {
        frames.hold(frameMfn);
        frames.holdType(frameMfn, TYPE_OF_LEVEL[level]);
        for (int i = 0; i < ENTRIES; i++) {
            long rc = isGuests(i, level) ? hold(domain, entry(frameMfn, i), level, frameMfn) : 0;
            if (rc != 0) {
                demote(frameMfn, level, i);
                return rc;
            }
        }
        for (int i = 0; i < ENTRIES; i++) {
            long before = entry(frameMfn, i);
            long after = PageEntry.adjusted(before, level);
            if (before != after && isGuests(i, level)) {
                memory.setLong((frameMfn << 12) + i * 8L, after);
            }
        }
        if (level == 4) {
            slots.fill(frameMfn, domain);
        }
        // A translation that still allows a store to the new table must not survive.
        tlbs.flushAll();
        return 0;
    }

    /// Takes back a promotion that failed at entry `end`.
    private void demote(long frameMfn, int level, int end) {
        frames.releaseType(frameMfn);
        for (int i = 0; i < end; i++) {
            if (isGuests(i, level)) {
                release(entry(frameMfn, i), level, frameMfn);
            }
        }
        frames.release(frameMfn);
    }

    /// Takes the references that an entry in a table of `level` stands for.
    private long hold(Domain domain, long entry, int level, long tableMfn) {
        if (!isPresent(entry)) {
            return 0;
        }
        if (!PageEntry.isAllowed(entry, level)) {
            return Errno.EINVAL.rc();
        }
        if (level == 1) {
            return holdLeaf(domain, entry);
        }
        if (isLinear(entry, level, tableMfn)) {
            return 0;
        }
        return holdTable(domain, mfn(entry), level - 1);
    }

    private long holdLeaf(Domain domain, long entry) {
        long frameMfn = mfn(entry);
        if (!frames.isOwnedBy(frameMfn, domain.id())) {
            return Errno.EINVAL.rc();
        }
        if (isWritable(entry)) {
            if (!isUsableAs(domain, frameMfn, FrameType.WRITABLE)) {
                return Errno.EINVAL.rc();
            }
            frames.hold(frameMfn);
            frames.holdType(frameMfn, FrameType.WRITABLE);
        } else {
            frames.hold(frameMfn);
        }
        return 0;
    }

    /// Gives back what an entry in a table of `level` stood for.
    void release(long entry, int level, long tableMfn) {
        if (!isPresent(entry) || isLinear(entry, level, tableMfn)) {
            return;
        }
        long frameMfn = mfn(entry);
        if (level > 1) {
            releaseTable(frameMfn, level - 1);
            return;
        }
        if (frames.owner(frameMfn) != frames.owner(tableMfn)) {
            frames.releaseForeign(frameMfn, isWritable(entry));
            return;
        }
        if (isWritable(entry)) {
            frames.releaseType(frameMfn);
        }
        frames.release(frameMfn);
    }

    /// Whether an L4 entry maps its own table, read-only, so that the guest sees all of its tables
    /// in one range of addresses.
    private static boolean isLinear(long entry, int level, long tableMfn) {
        return level == 4 && mfn(entry) == tableMfn && !isWritable(entry);
    }

    private static boolean isGuests(int index, int level) {
        return level != 4 || index < XenSlots.FIRST || index > XenSlots.LAST;
    }

    private int levelOf(long frameMfn) {
        return switch (frames.type(frameMfn)) {
            case L1 -> 1;
            case L2 -> 2;
            case L3 -> 3;
            case L4 -> 4;
            default -> throw new Bug("not a page table: " + frameMfn);
        };
    }

    private long entry(long tableMfn, int index) {
        return memory.getLong((tableMfn << 12) + index * 8L);
    }
}
