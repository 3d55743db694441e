package io.xenarium.xen;

import io.xenarium.machine.Memory;
import io.xenarium.parts.PvMmu;
import io.xenarium.terms.Check;
import io.xenarium.terms.DomId;
import io.xenarium.terms.Errno;
import io.xenarium.terms.Maddr;
import io.xenarium.terms.Mfn;
import io.xenarium.terms.Vaddr;
import io.xenarium.trace.MemoryEvent.FrameType;

import java.util.function.LongSupplier;

/// The page tables of guests, for the rest of the hypervisor: what is asked of the part that looks
/// after them, and what Xen writes into a table when all of it was found good.
///
/// Numbers that guests made up end here: the part is asked about frames of the machine only.
final class PageTables {
    private static final FrameType[] TYPE_OF_LEVEL = {
        FrameType.NONE, FrameType.L1, FrameType.L2, FrameType.L3, FrameType.L4
    };

    private final Memory memory;
    private final FrameTable frames;
    private final MmuPlatform platform;
    private final PvMmu part;

    PageTables(Memory memory, FrameTable frames, MmuPlatform platform) {
        this.memory = memory;
        this.frames = frames;
        this.platform = platform;
        part = platform.part();
    }

    /// Takes a reference and a type reference on a frame as table of `level`, checking the table
    /// where it is none yet. Returns 0 or an error.
    long holdTable(Domain domain, long frameMfn, int level) {
        FrameType type = TYPE_OF_LEVEL[level];
        return frames.holds(frameMfn)
                ? ask(domain, () -> part.getPageType(domain.id(), new Mfn(frameMfn), type))
                : Errno.EINVAL.rc();
    }

    /// Gives back what [#holdTable] took.
    void releaseTable(long frameMfn, int level) {
        Check.that(frames.type(frameMfn) == TYPE_OF_LEVEL[level], "no such table: %#x", frameMfn);
        part.putPageType(new Mfn(frameMfn));
    }

    /// Takes a frame as one with segment descriptors, which the caller has checked.
    void holdDescriptors(long frameMfn) {
        Mfn frame = new Mfn(frameMfn);
        long rc = part.getPageType(platform.owner(frame), frame, FrameType.SEGMENT_DESCRIPTORS);
        Check.that(rc == 0, "%#x cannot hold descriptors", frameMfn);
    }

    void releaseDescriptors(long frameMfn) {
        part.putPageType(new Mfn(frameMfn));
    }

    /// Whether the frame can be used as `type` now.
    boolean isUsableAs(Domain domain, long frameMfn, FrameType type) {
        return frames.isOwnedBy(frameMfn, domain.id()) && frames.canBe(frameMfn, type);
    }

    /// Pins a frame as table of `level`: it stays one though nothing refers to it.
    long pin(Domain domain, long frameMfn, int level) {
        FrameType type = TYPE_OF_LEVEL[level];
        return frames.holds(frameMfn)
                ? ask(domain, () -> part.pinTable(domain.id(), new Mfn(frameMfn), type))
                : Errno.EINVAL.rc();
    }

    long unpin(Domain domain, long frameMfn) {
        return frames.holds(frameMfn)
                ? part.unpinTable(domain.id(), new Mfn(frameMfn))
                : Errno.EINVAL.rc();
    }

    /// Writes an entry at a machine address of a frame of `domain`: checked if it lies in a table,
    /// as plain memory if not. What a leaf maps must be memory of `leafOwner`. Returns 0 or an
    /// error.
    ///
    /// @param keepsMarks whether the accessed and dirty bits stay set where they are
    long update(Domain domain, long entryMaddr, long value, boolean keepsMarks, DomId leafOwner) {
        if (!frames.holds(entryMaddr >>> 12)) {
            return Errno.EINVAL.rc();
        }
        Maddr place = new Maddr(entryMaddr);
        return ask(domain, () -> part.mmuUpdate(domain.id(), place, value, keepsMarks, leafOwner));
    }

    /// The same for the entry of L1 that maps an address for `caller`.
    long updateLeaf(Vcpu caller, long vaddr, long value, DomId leafOwner) {
        Domain domain = caller.domain();
        platform.workOn(caller);
        Vaddr mapped = new Vaddr(vaddr);
        return ask(domain, () -> part.updateVaMapping(domain.id(), mapped, value, leafOwner));
    }

    /// Gives back what an entry in an L1 table stood for.
    void releaseLeaf(long entry, long tableMfn) {
        part.releaseEntry(new Mfn(tableMfn), entry);
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
        return update(domain, entryMaddr, after, false, domain.id()) == 0;
    }

    /// Asks the part; where the answer is good, Xen's changes are made to the tables that are new.
    private long ask(Domain domain, LongSupplier request) {
        try {
            long rc = request.getAsLong();
            if (rc == 0) {
                platform.finishTables(domain);
            }
            return rc;
        } finally {
            platform.forgetMade();
        }
    }
}
