package io.xenarium.xen;

import static io.xenarium.xen.PageEntry.isPresent;
import static io.xenarium.xen.PageEntry.isWritable;
import static io.xenarium.xen.PageEntry.mfn;

import io.xenarium.machine.Memory;
import io.xenarium.terms.Bug;
import io.xenarium.terms.Check;
import io.xenarium.terms.DomId;
import io.xenarium.terms.Errno;
import io.xenarium.trace.MemoryEvent.FrameType;

import java.util.Arrays;

/// The page tables of guests: they are the real ones, so every entry in them has been checked.
///
/// 1. A frame becomes a table of a level only after all of its entries were found harmless, and
///    stops being one when nothing refers to it as such.
/// 2. Each present entry of a table holds a reference on what it maps: a writable leaf a type
///    reference as writable memory, an entry of a higher table one as a table of the next level. A
///    *linear* entry, which shows a table of the table's own level read-only, holds one as such,
///    and none where the table shows itself.
/// 3. An update that is refused leaves memory and counts as they were.
///
/// So no table, and no frame with segment descriptors, can be stored to by a guest behind Xen's
/// back. No chain of tables is longer than twice the number of levels: a table that shows another
/// one of its level is never shown itself. Xen: get_page_type, promote_l4_table, mod_l1_entry in
/// xen/arch/x86/mm.c.
final class PvMmu {
    private static final FrameType[] TYPE_OF_LEVEL = {
        FrameType.NONE, FrameType.L1, FrameType.L2, FrameType.L3, FrameType.L4
    };
    private static final int ENTRIES = 512;

    /// The frame number of an entry that says "nowhere".
    private static final long NOWHERE_MFN = 0xff_ffff_ffffL;

    /// As many as a table's count of linear entries can say.
    private static final int LINEAR_MAX = Short.MAX_VALUE;

    private final Memory memory;
    private final FrameTable frames;
    private final XenSlots slots;
    private final Tlbs tlbs;
    private final Chronicle chronicle;

    /// The tables that the check of one table has made so far. Xen changes their entries when all
    /// of them are found good, so that a refusal leaves everything as it was.
    private long[] promoted = new long[64];

    private int promotedCount;

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
            for (int i = ENTRIES - 1; i >= 0; i--) {
                if (isGuests(i, level)) {
                    release(entry(frameMfn, i), level, frameMfn);
                }
            }
            if (level == 4) {
                slots.clear(frameMfn);
            }
            frames.setLinearCount(frameMfn, 0);
        }
        frames.release(frameMfn);
    }

    /// Takes a frame as one with segment descriptors, which the caller has checked.
    void holdDescriptors(long frameMfn) {
        frames.hold(frameMfn);
        if (frames.typeCount(frameMfn) == 0) {
            forgetStores(frameMfn);
        }
        frames.holdType(frameMfn, FrameType.SEGMENT_DESCRIPTORS);
    }

    void releaseDescriptors(long frameMfn) {
        frames.releaseType(frameMfn);
        frames.release(frameMfn);
    }

    /// A translation that still allows a store to the frame must not survive.
    private void forgetStores(long frameMfn) {
        if (frames.isStale(frameMfn)) {
            tlbs.flushAll();
        }
    }

    /// Whether the frame can be used as `type` now.
    boolean isUsableAs(Domain domain, long frameMfn, FrameType type) {
        return frames.isOwnedBy(frameMfn, domain.id()) && canBe(frameMfn, type);
    }

    private boolean canBe(long frameMfn, FrameType type) {
        return frames.typeCount(frameMfn) == 0 || frames.type(frameMfn) == type;
    }

    /// Pins a frame as table of `level`: it stays one though nothing refers to it.
    long pin(Domain domain, long frameMfn, int level) {
        long rc = holdTable(domain, frameMfn, level);
        if (rc != 0) {
            return rc;
        }
        if (frames.isPinned(frameMfn)) {
            releaseTable(frameMfn, level);
            return Errno.EINVAL.rc();
        }
        frames.setPinned(frameMfn, true);
        return 0;
    }

    long unpin(Domain domain, long frameMfn) {
        if (!frames.isOwnedBy(frameMfn, domain.id()) || !frames.isPinned(frameMfn)) {
            return Errno.EINVAL.rc();
        }
        frames.setPinned(frameMfn, false);
        releaseTable(frameMfn, levelOf(frameMfn));
        return 0;
    }

    /// Writes an entry at a machine address of a frame of `domain`: checked if it lies in a table,
    /// as plain memory if not. What a leaf maps must be memory of `leafOwner`. Returns 0 or an
    /// error.
    ///
    /// @param keepsMarks whether the accessed and dirty bits stay set where they are
    long update(Domain domain, long entryMaddr, long value, boolean keepsMarks, DomId leafOwner) {
        long frameMfn = entryMaddr >>> 12;
        if (!frames.isOwnedBy(frameMfn, domain.id())) {
            return Errno.EINVAL.rc();
        }
        return switch (frames.type(frameMfn)) {
            case L1 -> updateTable(domain, entryMaddr, value, keepsMarks, leafOwner);
            case L2, L3, L4 ->
                    leafOwner.equals(domain.id())
                            ? updateTable(domain, entryMaddr, value, keepsMarks, leafOwner)
                            : Errno.EINVAL.rc();
            case NONE, WRITABLE -> {
                memory.setLong(entryMaddr, value);
                yield 0;
            }
            case SEGMENT_DESCRIPTORS, SHARED -> Errno.EINVAL.rc();
        };
    }

    /// The same for an entry that has to lie in an L1 table.
    long updateLeaf(Domain domain, long entryMaddr, long value, DomId leafOwner) {
        long frameMfn = entryMaddr >>> 12;
        return frames.isOwnedBy(frameMfn, domain.id()) && frames.type(frameMfn) == FrameType.L1
                ? updateTable(domain, entryMaddr, value, false, leafOwner)
                : Errno.EINVAL.rc();
    }

    /// Whether the machine address lies in a table of L2 or above.
    boolean isUpper(long entryMaddr) {
        return frames.holds(entryMaddr >>> 12)
                && switch (frames.type(entryMaddr >>> 12)) {
                    case L2, L3, L4 -> true;
                    default -> false;
                };
    }

    /// The guest stores the low `bytes` bytes of `value` into one of its own L1 tables, which it
    /// can only read: does what the store would have done, if the entry that results is harmless.
    /// Returns whether it did.
    boolean guestStore(Domain domain, long maddr, int bytes, long value) {
        boolean isAligned = (maddr & bytes - 1) == 0;
        long tableMfn = maddr >>> 12;
        boolean isOwn =
                frames.isOwnedBy(tableMfn, domain.id()) && frames.type(tableMfn) == FrameType.L1;
        if (!isAligned || !isOwn) {
            return false;
        }
        long entryMaddr = maddr & ~7L;
        int shift = (int) (maddr & 7) * 8;
        long mask = bytes == 8 ? -1L : (1L << bytes * 8) - 1;
        long before = memory.getLong(entryMaddr);
        long after = before & ~(mask << shift) | (value & mask) << shift;
        return updateTable(domain, entryMaddr, after, false, domain.id()) == 0;
    }

    private long updateTable(
            Domain domain, long entryMaddr, long value, boolean keepsMarks, DomId leafOwner) {
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
        boolean isNewUse = !isPresent(after) || !PageEntry.isSameUse(before, after);
        if (isNewUse) {
            long rc = hold(domain, after, level, tableMfn, leafOwner);
            if (rc != 0) {
                return rc;
            }
        }
        if (keepsMarks) {
            after |= before & (PageEntry.ACCESSED | PageEntry.DIRTY);
        }
        replace(entryMaddr, after, level, isNewUse);
        return 0;
    }

    private void replace(long entryMaddr, long after, int level, boolean isNewUse) {
        long before = memory.getLong(entryMaddr);
        memory.setLong(entryMaddr, after);
        if (isNewUse) {
            release(before, level, entryMaddr >>> 12);
        }
        chronicle.entryWritten(entryMaddr, before, after);
    }

    private long promote(Domain domain, long frameMfn, int level) {
        boolean isOutermost = promotedCount == 0;
        int mark = promotedCount;
        notePromoted(frameMfn);
        forgetStores(frameMfn);
        frames.hold(frameMfn);
        frames.holdType(frameMfn, TYPE_OF_LEVEL[level]);
        for (int i = 0; i < ENTRIES; i++) {
            long rc =
                    isGuests(i, level)
                            ? hold(domain, entry(frameMfn, i), level, frameMfn, domain.id())
                            : 0;
            if (rc != 0) {
                demote(frameMfn, level, i);
                promotedCount = mark;
                return rc;
            }
        }
        if (isOutermost) {
            for (int i = 0; i < promotedCount; i++) {
                adjust(domain, promoted[i]);
            }
            promotedCount = 0;
        }
        return 0;
    }

    private void notePromoted(long frameMfn) {
        if (promotedCount == promoted.length) {
            promoted = Arrays.copyOf(promoted, promoted.length * 2);
        }
        promoted[promotedCount++] = frameMfn;
    }

    /// Makes Xen's changes to the entries of a new table.
    private void adjust(Domain domain, long frameMfn) {
        int level = levelOf(frameMfn);
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
    }

    /// Takes back a promotion that failed at entry `end`.
    private void demote(long frameMfn, int level, int end) {
        frames.releaseType(frameMfn);
        for (int i = end - 1; i >= 0; i--) {
            if (isGuests(i, level)) {
                release(entry(frameMfn, i), level, frameMfn);
            }
        }
        frames.setLinearCount(frameMfn, 0);
        frames.release(frameMfn);
    }

    /// Takes the references that an entry in a table of `level` stands for.
    private long hold(Domain domain, long entry, int level, long tableMfn, DomId leafOwner) {
        if (!isPresent(entry)) {
            return 0;
        }
        if (!PageEntry.isAllowed(entry, level)) {
            return Errno.EINVAL.rc();
        }
        if (level == 1) {
            return holdLeaf(entry, leafOwner, frames.owner(tableMfn));
        }
        long rc = holdTable(domain, mfn(entry), level - 1);
        boolean isLinear = rc == Errno.EINVAL.rc() && holdLinear(domain, entry, level, tableMfn);
        return isLinear ? 0 : rc;
    }

    /// Takes what an entry stands for that shows a table of the same level, where it may.
    private boolean holdLinear(Domain domain, long entry, int level, long tableMfn) {
        long shownMfn = mfn(entry);
        if (isWritable(entry) || shownMfn == tableMfn) {
            return !isWritable(entry);
        }
        FrameType type = TYPE_OF_LEVEL[level];
        if (!frames.isOwnedBy(shownMfn, domain.id()) || frames.type(shownMfn) != type) {
            return false;
        }
        int shows = frames.linearCount(tableMfn);
        int isShown = frames.linearCount(shownMfn);
        if (shows < 0 || shows == LINEAR_MAX || isShown > 0 || isShown == -LINEAR_MAX) {
            return false;
        }
        frames.setLinearCount(tableMfn, shows + 1);
        frames.setLinearCount(shownMfn, isShown - 1);
        frames.hold(shownMfn);
        frames.holdType(shownMfn, type);
        return true;
    }

    private long holdLeaf(long entry, DomId owner, int tableOwner) {
        long frameMfn = mfn(entry);
        if (frameMfn == 0 || !frames.holds(frameMfn)) {
            // What is no memory, as the first frame counts, could be a device: nobody's here.
            return frameMfn == NOWHERE_MFN ? Errno.EINVAL.rc() : Errno.EPERM.rc();
        }
        if (!frames.isOwnedBy(frameMfn, owner)) {
            return Errno.EBUSY.rc();
        }
        if (isWritable(entry) && !canBe(frameMfn, FrameType.WRITABLE)) {
            return Errno.EBUSY.rc();
        }
        if (owner.value() != tableOwner) {
            frames.holdForeign(frameMfn, isWritable(entry));
            return 0;
        }
        frames.hold(frameMfn);
        if (isWritable(entry)) {
            frames.holdType(frameMfn, FrameType.WRITABLE);
        }
        return 0;
    }

    /// Gives back what an entry in a table of `level` stood for.
    void release(long entry, int level, long tableMfn) {
        long frameMfn = mfn(entry);
        if (!isPresent(entry) || level > 1 && frameMfn == tableMfn) {
            return;
        }
        if (level == 1) {
            releaseLeaf(entry, tableMfn);
        } else if (frames.type(frameMfn) == TYPE_OF_LEVEL[level]) {
            frames.setLinearCount(tableMfn, frames.linearCount(tableMfn) - 1);
            frames.setLinearCount(frameMfn, frames.linearCount(frameMfn) + 1);
            releaseTable(frameMfn, level);
        } else {
            releaseTable(frameMfn, level - 1);
        }
    }

    private void releaseLeaf(long entry, long tableMfn) {
        long frameMfn = mfn(entry);
        if (frames.owner(frameMfn) != frames.owner(tableMfn)) {
            frames.releaseForeign(frameMfn, isWritable(entry));
            return;
        }
        if (isWritable(entry)) {
            frames.releaseType(frameMfn);
        }
        frames.release(frameMfn);
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
