package io.xenarium.xen;

import io.xenarium.machine.Kept;
import io.xenarium.machine.Memory;
import io.xenarium.terms.Check;
import io.xenarium.terms.DomId;
import io.xenarium.trace.MemoryEvent.FrameType;

import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.Arrays;
import java.util.BitSet;

/// Who owns each machine frame, and as what it is used.
///
/// 1. A frame has at most one owner, and one exclusive type at a time: it changes its type only
///    while its type count is 0. So what is a page table is never mapped writable.
/// 2. References keep a frame from being given to somebody else; an owned frame has at least one,
///    and one of them is its owner's as long as it is [#isAllocated]. A type count never exceeds
///    the references.
/// 3. References that others than the owner hold, through grants, are counted a second time by
///    themselves: they alone outlive the owner.
/// 4. [Memory#PAGE_TABLE] is raised exactly for frames that are L1 tables.
/// 5. A frame is wiped when its last reference goes, and no processor translates to it any more
///    when it is given away again.
/// 6. The table of pseudo-physical numbers (M2P) lies in machine memory, in frames of Xen's own,
///    where guests can read it.
///
/// The rows lie in machine memory too, in frames of Xen's own, 32 bytes for each frame: so a
/// keyframe keeps of them what it keeps of all memory, the pages that changed. Only what can be
/// found out again is a Java object. Xen: struct page_info, xen/arch/x86/mm.c.
public final class FrameTable implements Kept {
    /// What a free frame has as owner.
    public static final int NOBODY = -1;

    /// What the M2P says about a frame that is no domain's pseudo-physical memory.
    public static final long INVALID_PFN = -1L;

    /// What [#allocateRun] answers where there is no such run.
    static final long NO_RUN = -1;

    private static final FrameType[] TYPES = FrameType.values();

    /// A row: references, the owner's number plus one, type, flags, type count, linear count, the
    /// flush that the frame's last stale translation waits for, and how many of the references and
    /// of the type count others than the owner hold.
    private static final int ROW_BYTES = 32;

    private static final int OWNER = 4;
    private static final int TYPE = 6;
    private static final int FLAGS = 7;
    private static final int TYPE_COUNT = 8;
    private static final int LINEAR = 12;
    private static final int STAMP = 14;
    private static final int FOREIGN = 16;
    private static final int FOREIGN_TYPES = 20;

    private static final int ALLOCATED = 1;
    private static final int PINNED = 2;
    private static final int SHARED = 4;

    private final Memory memory;
    private final Tlbs tlbs;
    private final Chronicle chronicle;
    private final int frames;
    private final long rowsMaddr;
    private final long m2pMaddr;
    private final int m2pFrames;

    /// Found again from the rows: what nobody owns, and how much each domain owns.
    private final BitSet free;

    private int freeCount;
    private int[] owned = new int[8];

    /// The table of a machine nobody owns anything of yet, but Xen: it takes frame 0, which nobody
    /// should own by mistake, and the frames that the rows and the M2P need.
    FrameTable(Memory memory, Tlbs tlbs, Chronicle chronicle) {
        this.memory = memory;
        this.tlbs = tlbs;
        this.chronicle = chronicle;
        frames = memory.frames();
        free = new BitSet(frames);
        free.set(0, frames);
        freeCount = frames;
        int rowFrames = framesFor((long) frames * ROW_BYTES);
        m2pFrames = framesFor((long) frames * Long.BYTES);
        rowsMaddr = Memory.FRAME_BYTES;
        m2pMaddr = (1L + rowFrames) * Memory.FRAME_BYTES;
        allocate(DomId.XEN, 1 + rowFrames + m2pFrames);
        for (long at = 0; at < (long) m2pFrames * Memory.FRAME_BYTES; at += 8) {
            memory.setLong(m2pMaddr + at, INVALID_PFN);
        }
    }

    private static int framesFor(long bytes) {
        return (int) ((bytes + Memory.FRAME_BYTES - 1) / Memory.FRAME_BYTES);
    }

    /// Frames of the machine.
    public int frames() {
        return frames;
    }

    /// Frames that nobody owns.
    public int freeFrames() {
        return freeCount;
    }

    /// Gives `count` zeroed frames to `to`, the lowest free ones, in ascending order. There must be
    /// so many.
    public long[] allocate(DomId to, int count) {
        Check.that(count <= freeCount, "no %d frames are free", count);
        long[] given = new long[count];
        int frame = -1;
        for (int i = 0; i < count; i++) {
            frame = free.nextSetBit(frame + 1);
            take(frame, to, ALLOCATED);
            given[i] = frame;
        }
        return given;
    }

    /// Gives a run of 2^order zeroed frames below `endMfn` to `to`, which begins at a multiple of
    /// its size: the lowest one that is free. Returns its first frame, or [#NO_RUN].
    long allocateRun(DomId to, int order, long endMfn) {
        long first = findRun(order, (int) Math.min(endMfn, frames));
        for (int i = 0; first != NO_RUN && i < 1 << order; i++) {
            take((int) first + i, to, ALLOCATED);
        }
        return first;
    }

    private long findRun(int order, int end) {
        int size = 1 << order;
        int first = free.nextSetBit(0);
        while (first >= 0) {
            int aligned = (first + size - 1) / size * size;
            if (aligned < 0 || aligned + size > end) {
                return NO_RUN;
            }
            int hole = free.nextClearBit(aligned);
            if (hole >= aligned + size) {
                return aligned;
            }
            first = free.nextSetBit(hole);
        }
        return NO_RUN;
    }

    /// Gives a zeroed frame to `to` that Xen uses together with it. It stays writable memory for
    /// ever, and is none of the memory that the domain can give back.
    long allocateShared(DomId to) {
        long frameMfn = free.nextSetBit(0);
        Check.that(frameMfn >= 0, "no frame is free");
        take((int) frameMfn, to, ALLOCATED | SHARED);
        hold(frameMfn);
        holdType(frameMfn, FrameType.WRITABLE);
        return frameMfn;
    }

    private void take(int frame, DomId to, int flags) {
        if (isStale(frame)) {
            tlbs.flushAll();
        }
        free.clear(frame);
        freeCount--;
        long row = row(frame);
        memory.setInt(row, 1);
        memory.setShort(row + OWNER, (short) (to.value() + 1));
        memory.setByte(row + FLAGS, (byte) flags);
        count(to.value(), flags, 1);
    }

    private void count(int domain, int flags, int more) {
        if ((flags & SHARED) == 0 && domain < DomId.SELF.value()) {
            if (domain >= owned.length) {
                owned = Arrays.copyOf(owned, Math.max(domain + 1, owned.length * 2));
            }
            owned[domain] += more;
        }
    }

    private long row(long frameMfn) {
        Check.that(holds(frameMfn), "there is no frame %#x", frameMfn);
        return rowsMaddr + frameMfn * ROW_BYTES;
    }

    /// The number of the owner, [#NOBODY] for a free frame, [DomId#XEN]'s for one of Xen's.
    public int owner(long frameMfn) {
        return holds(frameMfn) ? (memory.getShort(row(frameMfn) + OWNER) & 0xffff) - 1 : NOBODY;
    }

    public boolean isOwnedBy(long frameMfn, DomId domain) {
        return owner(frameMfn) == domain.value();
    }

    /// How many frames `domain` owns, without those that it shares with Xen.
    public int owned(DomId domain) {
        return domain.value() < owned.length ? owned[domain.value()] : 0;
    }

    /// Whether the machine has such a frame.
    public boolean holds(long frameMfn) {
        return frameMfn >= 0 && frameMfn < frames;
    }

    public FrameType type(long frameMfn) {
        return TYPES[memory.getByte(row(frameMfn) + TYPE)];
    }

    /// Whether the frame has this type, or can change to it.
    boolean canBe(long frameMfn, FrameType type) {
        return typeCount(frameMfn) == 0 || type(frameMfn) == type;
    }

    public int typeCount(long frameMfn) {
        return memory.getInt(row(frameMfn) + TYPE_COUNT);
    }

    public int references(long frameMfn) {
        return memory.getInt(row(frameMfn));
    }

    /// Whether one of the references is the owner's own: false for a frame that the owner gave back
    /// while it was still in use.
    public boolean isAllocated(long frameMfn) {
        return has(frameMfn, ALLOCATED);
    }

    /// Whether the guest asked for the frame to stay a page table though nothing refers to it.
    public boolean isPinned(long frameMfn) {
        return has(frameMfn, PINNED);
    }

    /// Whether Xen uses the frame together with its owner.
    public boolean isShared(long frameMfn) {
        return has(frameMfn, SHARED);
    }

    private boolean has(long frameMfn, int flag) {
        return (memory.getByte(row(frameMfn) + FLAGS) & flag) != 0;
    }

    private void set(long frameMfn, int flag, boolean isOn) {
        long at = row(frameMfn) + FLAGS;
        int flags = memory.getByte(at);
        memory.setByte(at, (byte) (isOn ? flags | flag : flags & ~flag));
    }

    /// How many entries of this table show tables of its own level; below 0, in how many such
    /// tables this one is shown. One that shows others is shown nowhere itself.
    public int linearCount(long frameMfn) {
        return memory.getShort(row(frameMfn) + LINEAR);
    }

    void setLinearCount(long frameMfn, int count) {
        memory.setShort(row(frameMfn) + LINEAR, (short) count);
    }

    /// Whether a processor may still translate to the frame as it did before its last writable
    /// mapping went, or before it was freed.
    boolean isStale(long frameMfn) {
        return memory.getShort(row(frameMfn) + STAMP) == tlbs.epoch();
    }

    private void stamp(long frameMfn) {
        memory.setShort(row(frameMfn) + STAMP, tlbs.epoch());
    }

    /// What the M2P says: the owner's number for the frame, or [#INVALID_PFN].
    public long pfn(long frameMfn) {
        return memory.getLong(m2pMaddr + frameMfn * 8);
    }

    /// Writes the M2P.
    public void setPfn(long frameMfn, long pfn) {
        Check.that(holds(frameMfn), "there is no frame %#x", frameMfn);
        memory.setLong(m2pMaddr + frameMfn * 8, pfn);
    }

    /// Where the M2P lies in machine memory.
    long m2pMaddr() {
        return m2pMaddr;
    }

    int m2pFrames() {
        return m2pFrames;
    }

    /// Takes a reference.
    void hold(long frameMfn) {
        long row = row(frameMfn);
        int refs = memory.getInt(row);
        Check.that(refs > 0, "frame %#x is nobody's", frameMfn);
        memory.setInt(row, refs + 1);
    }

    /// Gives a reference back. The last one frees the frame.
    void release(long frameMfn) {
        long row = row(frameMfn);
        int refs = memory.getInt(row);
        Check.that(refs > 0, "frame %#x has no reference to give back", frameMfn);
        Check.that(refs > memory.getInt(row + TYPE_COUNT), "frame %#x is in use", frameMfn);
        memory.setInt(row, refs - 1);
        if (refs == 1) {
            setFree((int) frameMfn);
        }
    }

    /// Takes a type reference where the frame has the type already or can change to it; the caller
    /// has checked which. Takes no general reference.
    void holdType(long frameMfn, FrameType newType) {
        FrameType before = type(frameMfn);
        int count = typeCount(frameMfn);
        Check.that(before == newType || count == 0, "frame %#x cannot change type", frameMfn);
        memory.setInt(row(frameMfn) + TYPE_COUNT, count + 1);
        if (before != newType) {
            setType((int) frameMfn, newType, before);
        }
    }

    /// Gives a type reference back. Returns whether it was the last.
    boolean releaseType(long frameMfn) {
        int count = typeCount(frameMfn) - 1;
        Check.that(count >= 0, "frame %#x has no type to give back", frameMfn);
        memory.setInt(row(frameMfn) + TYPE_COUNT, count);
        if (count == 0) {
            setType((int) frameMfn, FrameType.NONE, type(frameMfn));
        }
        return count == 0;
    }

    /// Takes a reference for a domain that was granted the frame, and a type reference as writable
    /// memory where it may write; the caller has checked that the frame allows it.
    void holdForeign(long frameMfn, boolean isWritable) {
        hold(frameMfn);
        add(frameMfn, FOREIGN, 1);
        if (isWritable) {
            holdType(frameMfn, FrameType.WRITABLE);
            add(frameMfn, FOREIGN_TYPES, 1);
        }
    }

    /// Gives back what [#holdForeign] took.
    void releaseForeign(long frameMfn, boolean isWritable) {
        Check.that(foreignReferences(frameMfn) > 0, "%#x is not held by others", frameMfn);
        add(frameMfn, FOREIGN, -1);
        if (isWritable) {
            add(frameMfn, FOREIGN_TYPES, -1);
            releaseType(frameMfn);
        }
        release(frameMfn);
    }

    private void add(long frameMfn, int field, int more) {
        long at = row(frameMfn) + field;
        memory.setInt(at, memory.getInt(at) + more);
    }

    /// References that others than the owner hold.
    public int foreignReferences(long frameMfn) {
        return memory.getInt(row(frameMfn) + FOREIGN);
    }

    /// Makes a frame that nobody uses another domain's.
    void give(long frameMfn, DomId to) {
        Check.that(isUnused(frameMfn), "frame %#x is in use", frameMfn);
        count(owner(frameMfn), 0, -1);
        memory.setShort(row(frameMfn) + OWNER, (short) (to.value() + 1));
        count(to.value(), 0, 1);
    }

    /// Whether the only reference to the frame is its owner's own, who may give it away.
    boolean isUnused(long frameMfn) {
        return references(frameMfn) == 1
                && typeCount(frameMfn) == 0
                && isAllocated(frameMfn)
                && !isShared(frameMfn);
    }

    void setPinned(long frameMfn, boolean isPinned) {
        set(frameMfn, PINNED, isPinned);
        chronicle.pinned(frameMfn, type(frameMfn), isPinned);
    }

    /// The owner gives the frame back: it is free when nothing refers to it any more. Doing so
    /// twice is harmless.
    void drop(long frameMfn) {
        if (has(frameMfn, ALLOCATED)) {
            set(frameMfn, ALLOCATED, false);
            release(frameMfn);
        }
    }

    /// Takes everything from a domain that is gone, whatever it itself still referred to, and wipes
    /// it. Frames that others hold stay its own until they are given back. Returns how many.
    int reclaim(DomId from) {
        int left = 0;
        for (int frame = 0; frame < frames; frame++) {
            if (owner(frame) != from.value()) {
                continue;
            }
            memory.lower(frame, Memory.PAGE_TABLE);
            if (foreignReferences(frame) > 0) {
                leaveToOthers(frame);
                left++;
            } else {
                setFree(frame);
            }
        }
        return left;
    }

    private void leaveToOthers(int frame) {
        long row = row(frame);
        int types = memory.getInt(row + FOREIGN_TYPES);
        FrameType left = types > 0 ? FrameType.WRITABLE : FrameType.NONE;
        memory.setInt(row, foreignReferences(frame));
        memory.setInt(row + TYPE_COUNT, types);
        memory.setByte(row + TYPE, (byte) left.ordinal());
        memory.setShort(row + LINEAR, (short) 0);
        set(frame, PINNED | ALLOCATED, false);
    }

    private void setFree(int frame) {
        long row = row(frame);
        count(owner(frame), memory.getByte(row + FLAGS), -1);
        for (int field = 0; field < ROW_BYTES; field += 8) {
            memory.setLong(row + field, 0);
        }
        memory.clear(frame);
        setPfn(frame, INVALID_PFN);
        stamp(frame);
        free.set(frame);
        freeCount++;
    }

    private void setType(int frame, FrameType now, FrameType before) {
        long row = row(frame);
        memory.setByte(row + TYPE, (byte) now.ordinal());
        if (now == FrameType.L1) {
            memory.raise(frame, Memory.PAGE_TABLE);
        } else if (before == FrameType.L1) {
            memory.lower(frame, Memory.PAGE_TABLE);
        } else if (before == FrameType.WRITABLE) {
            stamp(frame);
        }
        chronicle.typeChanged(frame, before, now, typeCount(frame));
    }

    /// Nothing: the rows are memory.
    @Override
    public void save(DataOutput out) throws IOException {}

    @Override
    public void load(DataInput in) throws IOException {
        Arrays.fill(owned, 0);
        free.clear();
        freeCount = 0;
        for (int frame = 0; frame < frames; frame++) {
            int owner = owner(frame);
            if (owner == NOBODY) {
                free.set(frame);
                freeCount++;
            } else {
                count(owner, memory.getByte(row(frame) + FLAGS), 1);
            }
            if (type(frame) == FrameType.L1) {
                memory.raise(frame, Memory.PAGE_TABLE);
            } else {
                memory.lower(frame, Memory.PAGE_TABLE);
            }
        }
    }
}
