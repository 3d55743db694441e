package io.xenarium.machine;

import io.xenarium.terms.Check;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;

/// The memory of the real machine: one flat, zeroed, off-heap segment, little-endian, addressed by
/// machine address.
///
/// 1. Its size is a whole number of 4096-byte frames and does not change.
/// 2. Each frame carries flags; [#DIRTY] is set by every store since the flag was last cleared, so
///    that a keyframe only copies what changed.
///
/// Stores through this class keep the flags right by themselves. A processor that writes to
/// [#segment()] directly, because it has checked the frame before, sets them itself.
public final class Memory {
    /// Bytes of a frame.
    public static final int FRAME_BYTES = 4096;

    /// The frame was stored to.
    public static final byte DIRTY = 1;

    /// The frame holds decoded or translated instructions: a store drops them.
    public static final byte CODE = 2;

    /// The frame is typed as an L1 page table: a guest's store goes to the hypervisor.
    public static final byte PAGE_TABLE = 4;

    private static final ValueLayout.OfLong LONG =
            ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfInt INT =
            ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfShort SHORT =
            ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    private final MemorySegment segment;
    private final byte[] flags;
    private final List<CodeStores> codeStores = new ArrayList<>();
    private long armings;
    private long codeDrops;

    /// A machine with `frames` frames, all zero.
    public Memory(int frames) {
        Check.that(frames > 0, "a machine needs memory: %d frames", frames);
        segment = Arena.ofAuto().allocate((long) frames * FRAME_BYTES, FRAME_BYTES);
        flags = new byte[frames];
    }

    /// How many frames there are.
    public int frames() {
        return flags.length;
    }

    /// The bytes themselves, for the processor's fast path.
    public MemorySegment segment() {
        return segment;
    }

    /// The flags, one byte a frame, for the processor's fast path.
    public byte[] flags() {
        return flags;
    }

    /// Whether the frame exists.
    public boolean holds(long frameMfn) {
        return frameMfn >= 0 && frameMfn < flags.length;
    }

    public boolean has(int frameMfn, byte flag) {
        return (flags[frameMfn] & flag) != 0;
    }

    public void raise(int frameMfn, byte flag) {
        if ((flag & ~flags[frameMfn] & (CODE | PAGE_TABLE)) != 0) {
            armings++;
        }
        flags[frameMfn] |= flag;
    }

    public void lower(int frameMfn, byte flag) {
        if ((flag & flags[frameMfn] & DIRTY) != 0) {
            armings++;
        }
        flags[frameMfn] &= (byte) ~flag;
    }

    /// How often a frame came to need watching: became code or a page table, or was clean again. A
    /// processor that remembers which frames it may write to freely forgets it when this changes.
    public long armings() {
        return armings;
    }

    /// How often code was dropped because its frame was stored to.
    public long codeDrops() {
        return codeDrops;
    }

    /// Lets `watcher` hear of every store into a frame flagged [#CODE], whoever stores.
    public void onCodeStore(CodeStores watcher) {
        codeStores.add(watcher);
    }

    /// Someone who keeps decoded instructions.
    @FunctionalInterface
    public interface CodeStores {
        /// The frame is about to change; its [#CODE] flag is already down.
        void dropCode(int frameMfn);
    }

    /// Prepares the frame for a store: the flags say so and decoded code is dropped.
    public void touch(int frameMfn) {
        if ((flags[frameMfn] & CODE) != 0) {
            flags[frameMfn] &= ~CODE;
            codeDrops++;
            for (CodeStores watcher : codeStores) {
                watcher.dropCode(frameMfn);
            }
        }
        flags[frameMfn] |= DIRTY;
    }

    public byte getByte(long maddr) {
        return segment.get(ValueLayout.JAVA_BYTE, maddr);
    }

    public short getShort(long maddr) {
        return segment.get(SHORT, maddr);
    }

    public int getInt(long maddr) {
        return segment.get(INT, maddr);
    }

    public long getLong(long maddr) {
        return segment.get(LONG, maddr);
    }

    public void setByte(long maddr, byte value) {
        touch(maddr);
        segment.set(ValueLayout.JAVA_BYTE, maddr, value);
    }

    public void setShort(long maddr, short value) {
        touch(maddr);
        touch(maddr + 1);
        segment.set(SHORT, maddr, value);
    }

    public void setInt(long maddr, int value) {
        touch(maddr);
        touch(maddr + 3);
        segment.set(INT, maddr, value);
    }

    public void setLong(long maddr, long value) {
        touch(maddr);
        touch(maddr + 7);
        segment.set(LONG, maddr, value);
    }

    /// Copies `bytes` out of the machine. The range may span frames.
    public void read(long maddr, byte[] bytes) {
        MemorySegment.copy(segment, ValueLayout.JAVA_BYTE, maddr, bytes, 0, bytes.length);
    }

    /// Copies `bytes` into the machine. The range may span frames.
    public void write(long maddr, byte[] bytes) {
        write(maddr, bytes, bytes.length);
    }

    /// Copies the first `count` of `bytes` into the machine. The range may span frames.
    public void write(long maddr, byte[] bytes, int count) {
        for (long at = maddr & -FRAME_BYTES; at < maddr + count; at += FRAME_BYTES) {
            touch(at);
        }
        MemorySegment.copy(bytes, 0, segment, ValueLayout.JAVA_BYTE, maddr, count);
    }

    /// Zeroes one frame.
    public void clear(int frameMfn) {
        long at = (long) frameMfn * FRAME_BYTES;
        touch(at);
        segment.asSlice(at, FRAME_BYTES).fill((byte) 0);
    }

    private void touch(long maddr) {
        touch((int) (maddr >>> 12));
    }
}
