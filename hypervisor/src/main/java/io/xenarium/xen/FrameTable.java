package io.xenarium.xen;

import io.xenarium.machine.Kept;
import io.xenarium.machine.Memory;
import io.xenarium.terms.Check;
import io.xenarium.terms.DomId;
import io.xenarium.trace.MemoryEvent.FrameType;

import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.BitSet;

/// Who owns each machine frame, and as what it is used.
///
/// 1. A frame has at most one owner, and one exclusive type at a time: it changes its type only
///    while its type count is 0. So what is a page table is never mapped writable.
/// 2. References keep a frame from being given to somebody else; an owned frame has at least one. A
///    type count never exceeds the references.
/// 3. References that others than the owner hold, through grants, are counted a second time by
///    themselves: they alone outlive the owner.
/// 4. [Memory#PAGE_TABLE] is raised exactly for frames that are L1 tables.
/// 5. The table of pseudo-physical numbers (M2P) lies in machine memory, in frames of Xen's own,
///    where guests can read it.
///
/// Parallel arrays and not objects, because there is one row for each frame of the machine, and the
/// page-table checks go through them by the thousand. Xen: struct page_info, xen/arch/x86/mm.c.
public final class FrameTable implements Kept {
    /// What a free frame has as owner.
    public static final int NOBODY = -1;

    /// What the M2P says about a frame that is no domain's pseudo-physical memory.
    public static final long INVALID_PFN = -1L;

    private static final FrameType[] TYPES = FrameType.values();

    private final Memory memory;
    private final Chronicle chronicle;
    private final int[] owner;
    private final int[] refs;
    private final byte[] type;
    private final int[] typeCount;
    private final boolean[] pinned;
    private final int[] foreignRefs;
    private final int[] foreignTypes;
    private final BitSet free;
    private final long m2pMaddr;
    private final int m2pFrames;

    /// The table of a machine nobody owns anything of yet, but Xen: it takes frame 0, which nobody
    /// should own by mistake, and the frames that the M2P needs.
    FrameTable(Memory memory, Chronicle chronicle) {
        this.memory = memory;
        this.chronicle = chronicle;
        int frames = memory.frames();
        owner = new int[frames];
        java.util.Arrays.fill(owner, NOBODY);
        refs = new int[frames];
        type = new byte[frames];
        typeCount = new int[frames];
        pinned = new boolean[frames];
        foreignRefs = new int[frames];
        foreignTypes = new int[frames];
        free = new BitSet(frames);
        free.set(0, frames);
        m2pFrames = (frames * 8 + Memory.FRAME_BYTES - 1) / Memory.FRAME_BYTES;
        m2pMaddr = (allocate(DomId.XEN, 1 + m2pFrames)[0] + 1) << 12;
        for (long at = 0; at < (long) m2pFrames * Memory.FRAME_BYTES; at += 8) {
            memory.setLong(m2pMaddr + at, INVALID_PFN);
        }
    }

    /// Frames of the machine.
    public int frames() {
        return owner.length;
    }

    /// Frames that nobody owns.
    public int freeFrames() {
        return free.cardinality();
    }

    /// Gives `count` zeroed frames to `to`, the lowest free ones, in ascending order. There must be
    /// so many.
    public long[] allocate(DomId to, int count) {
        Check.that(count <= freeFrames(), "no %d frames are free", count);
        long[] given = new long[count];
        int frame = -1;
        for (int i = 0; i < count; i++) {
            frame = free.nextSetBit(frame + 1);
            free.clear(frame);
            owner[frame] = to.value();
            refs[frame] = 1;
            memory.clear(frame);
            given[i] = frame;
        }
        return given;
    }

    /// The number of the owner, [#NOBODY] for a free frame, [DomId#XEN]'s for one of Xen's.
    public int owner(long frameMfn) {
        return holds(frameMfn) ? owner[(int) frameMfn] : NOBODY;
    }

    public boolean isOwnedBy(long frameMfn, DomId domain) {
        return owner(frameMfn) == domain.value();
    }

    /// How many frames `domain` owns.
    public int owned(DomId domain) {
        int count = 0;
        for (int of : owner) {
            count += of == domain.value() ? 1 : 0;
        }
        return count;
    }

    /// Whether the machine has such a frame.
    public boolean holds(long frameMfn) {
        return frameMfn >= 0 && frameMfn < owner.length;
    }

    public FrameType type(long frameMfn) {
        return TYPES[type[(int) frameMfn]];
    }

    public int typeCount(long frameMfn) {
        return typeCount[(int) frameMfn];
    }

    public int references(long frameMfn) {
        return refs[(int) frameMfn];
    }

    /// Whether the guest asked for the frame to stay a page table though nothing refers to it.
    public boolean isPinned(long frameMfn) {
        return pinned[(int) frameMfn];
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
        Check.that(refs[(int) frameMfn] > 0, "frame %#x is nobody's", frameMfn);
        refs[(int) frameMfn]++;
    }

    /// Gives a reference back. The last one frees the frame.
    void release(long frameMfn) {
        int frame = (int) frameMfn;
        Check.that(refs[frame] > 0, "frame %#x has no reference to give back", frameMfn);
        Check.that(refs[frame] > typeCount[frame], "frame %#x is still in use", frameMfn);
        refs[frame]--;
        if (refs[frame] == 0) {
            setFree(frame);
        }
    }

    /// Takes a type reference where the frame has the type already or can change to it; the caller
    /// has checked which. Takes no general reference.
    void holdType(long frameMfn, FrameType newType) {
        int frame = (int) frameMfn;
        FrameType before = type(frameMfn);
        Check.that(
                before == newType || typeCount[frame] == 0,
                "frame %#x cannot change its type now",
                frameMfn);
        typeCount[frame]++;
        setType(frame, newType, before);
    }

    /// Gives a type reference back. Returns whether it was the last.
    boolean releaseType(long frameMfn) {
        int frame = (int) frameMfn;
        Check.that(typeCount[frame] > 0, "frame %#x has no type to give back", frameMfn);
        typeCount[frame]--;
        FrameType before = type(frameMfn);
        boolean isLast = typeCount[frame] == 0;
        setType(frame, isLast ? FrameType.NONE : before, before);
        return isLast;
    }

    /// Takes a reference for a domain that was granted the frame, and a type reference as writable
    /// memory where it may write; the caller has checked that the frame allows it.
    void holdForeign(long frameMfn, boolean isWritable) {
        hold(frameMfn);
        foreignRefs[(int) frameMfn]++;
        if (isWritable) {
            holdType(frameMfn, FrameType.WRITABLE);
            foreignTypes[(int) frameMfn]++;
        }
    }

    /// Gives back what [#holdForeign] took.
    void releaseForeign(long frameMfn, boolean isWritable) {
        int frame = (int) frameMfn;
        Check.that(foreignRefs[frame] > 0, "frame %#x is not held by others", frameMfn);
        foreignRefs[frame]--;
        if (isWritable) {
            foreignTypes[frame]--;
            releaseType(frameMfn);
        }
        release(frameMfn);
    }

    /// References that others than the owner hold.
    public int foreignReferences(long frameMfn) {
        return foreignRefs[(int) frameMfn];
    }

    /// Makes a frame that nobody uses another domain's.
    void give(long frameMfn, DomId to) {
        int frame = (int) frameMfn;
        Check.that(refs[frame] == 1 && typeCount[frame] == 0, "frame %#x is in use", frameMfn);
        owner[frame] = to.value();
    }

    void setPinned(long frameMfn, boolean isPinned) {
        pinned[(int) frameMfn] = isPinned;
        chronicle.pinned(frameMfn, type(frameMfn), isPinned);
    }

    /// Takes everything from a domain that is gone, whatever it itself still referred to, and wipes
    /// it. Frames that others hold stay its own until they are given back. Returns how many.
    int reclaim(DomId from) {
        int left = 0;
        for (int frame = 0; frame < owner.length; frame++) {
            if (owner[frame] == from.value() && foreignRefs[frame] > 0) {
                leaveToOthers(frame);
                left++;
            } else if (owner[frame] == from.value()) {
                memory.clear(frame);
                setFree(frame);
            }
        }
        return left;
    }

    private void leaveToOthers(int frame) {
        refs[frame] = foreignRefs[frame];
        typeCount[frame] = foreignTypes[frame];
        FrameType left = typeCount[frame] > 0 ? FrameType.WRITABLE : FrameType.NONE;
        type[frame] = (byte) left.ordinal();
        pinned[frame] = false;
        memory.lower(frame, Memory.PAGE_TABLE);
    }

    private void setFree(int frame) {
        owner[frame] = NOBODY;
        refs[frame] = 0;
        typeCount[frame] = 0;
        type[frame] = 0;
        pinned[frame] = false;
        memory.lower(frame, Memory.PAGE_TABLE);
        setPfn(frame, INVALID_PFN);
        free.set(frame);
    }

    private void setType(int frame, FrameType now, FrameType before) {
        type[frame] = (byte) now.ordinal();
        if (now == FrameType.L1) {
            memory.raise(frame, Memory.PAGE_TABLE);
        } else {
            memory.lower(frame, Memory.PAGE_TABLE);
        }
        if (now != before) {
            chronicle.typeChanged(frame, before, now, typeCount[frame]);
        }
    }

    /// Rows that are alike follow each other by the thousand, so they are written as runs.
    @Override
    public void save(DataOutput out) throws IOException {
        int start = 0;
        while (start < owner.length) {
            int end = start + 1;
            while (end < owner.length && isAlike(start, end)) {
                end++;
            }
            out.writeInt(end - start);
            out.writeInt(owner[start]);
            out.writeInt(refs[start]);
            out.writeByte(type[start]);
            out.writeInt(typeCount[start]);
            out.writeBoolean(pinned[start]);
            out.writeInt(foreignRefs[start]);
            out.writeInt(foreignTypes[start]);
            start = end;
        }
    }

    private boolean isAlike(int one, int other) {
        return owner[one] == owner[other]
                && refs[one] == refs[other]
                && type[one] == type[other]
                && typeCount[one] == typeCount[other]
                && pinned[one] == pinned[other]
                && foreignRefs[one] == foreignRefs[other]
                && foreignTypes[one] == foreignTypes[other];
    }

    @Override
    public void load(DataInput in) throws IOException {
        int start = 0;
        while (start < owner.length) {
            int end = start + in.readInt();
            java.util.Arrays.fill(owner, start, end, in.readInt());
            java.util.Arrays.fill(refs, start, end, in.readInt());
            java.util.Arrays.fill(type, start, end, in.readByte());
            java.util.Arrays.fill(typeCount, start, end, in.readInt());
            java.util.Arrays.fill(pinned, start, end, in.readBoolean());
            java.util.Arrays.fill(foreignRefs, start, end, in.readInt());
            java.util.Arrays.fill(foreignTypes, start, end, in.readInt());
            start = end;
        }
        for (int frame = 0; frame < owner.length; frame++) {
            free.set(frame, owner[frame] == NOBODY);
            memory.lower(frame, Memory.PAGE_TABLE);
            if (type(frame) == FrameType.L1) {
                memory.raise(frame, Memory.PAGE_TABLE);
            }
        }
    }
}
