package io.xenarium.machine.device;

import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.LongConsumer;

/// Blocks by number, of which most are none: what was written over a disk's image. A copy costs
/// next to nothing, because copies share what neither has changed since.
///
/// 1. A block that was put in is never changed; another takes its place.
/// 2. What a copy shares is marked by its not being owned; it is duplicated before a change.
final class DiskBlocks {
    private static final int CHUNK = 256;

    private byte[][][] chunks;
    private boolean[] isOwned;

    private DiskBlocks(byte[][][] chunks) {
        this.chunks = chunks;
        isOwned = new boolean[chunks.length];
    }

    /// None of `count` blocks.
    static DiskBlocks none(long count) {
        return new DiskBlocks(new byte[(int) ((count + CHUNK - 1) / CHUNK)][][]);
    }

    /// The same blocks, which later changes here do not reach, nor changes there this.
    DiskBlocks copy() {
        isOwned = new boolean[chunks.length];
        return new DiskBlocks(chunks.clone());
    }

    /// The block of this number; none is null here alone, inside of this package.
    byte[] get(long index) {
        byte[][] chunk = chunks[(int) (index / CHUNK)];
        return chunk == null ? null : chunk[(int) (index % CHUNK)];
    }

    void put(long index, byte[] block) {
        int at = (int) (index / CHUNK);
        if (chunks[at] == null) {
            chunks[at] = new byte[CHUNK][];
            isOwned[at] = true;
        } else if (!isOwned[at]) {
            chunks[at] = chunks[at].clone();
            isOwned[at] = true;
        }
        chunks[at][(int) (index % CHUNK)] = block;
    }

    /// Visits the numbers of all that are there, in ascending order.
    void forEach(LongConsumer visitor) {
        for (int at = 0; at < chunks.length; at++) {
            for (int i = 0; chunks[at] != null && i < CHUNK; i++) {
                if (chunks[at][i] != null) {
                    visitor.accept((long) at * CHUNK + i);
                }
            }
        }
    }

    void write(DataOutput out) throws IOException {
        List<Long> numbers = new ArrayList<>();
        forEach(numbers::add);
        out.writeInt(chunks.length);
        out.writeInt(numbers.size());
        for (long number : numbers) {
            out.writeLong(number);
            out.write(get(number));
        }
    }

    static DiskBlocks read(DataInput in) throws IOException {
        DiskBlocks blocks = none((long) in.readInt() * CHUNK);
        for (int left = in.readInt(); left > 0; left--) {
            long number = in.readLong();
            byte[] block = new byte[Disk.BLOCK_BYTES];
            in.readFully(block);
            blocks.put(number, block);
        }
        return blocks;
    }
}
