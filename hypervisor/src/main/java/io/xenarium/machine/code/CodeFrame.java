package io.xenarium.machine.code;

import io.xenarium.machine.Memory;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/// The decoded instructions of one machine frame, read in one mode.
final class CodeFrame {
    final int mfn;
    final Mode mode;

    /// By the offset of a block's first byte its place among the blocks, or 0: thousands of frames
    /// full of references, most of them null, would all be visited by the JVM's collector.
    private final short[] places = new short[Memory.FRAME_BYTES];

    /// In the order in which they were decoded; place 0 stays empty.
    private Block[] blocks = new Block[8];

    private int last;

    /// Blocks of other frames whose last bytes are in this one.
    private final List<Block> reachingIn = new ArrayList<>();

    /// Regions that a block of this frame is part of.
    private final List<RegionPlan> regions = new ArrayList<>();

    CodeFrame(int mfn, Mode mode) {
        this.mfn = mfn;
        this.mode = mode;
    }

    /// The block that begins at `offset`, or null.
    Block block(int offset) {
        return blocks[places[offset]];
    }

    void put(int offset, Block block) {
        if (places[offset] == 0) {
            places[offset] = (short) ++last;
            if (last == blocks.length) {
                blocks = Arrays.copyOf(blocks, 2 * last);
            }
        }
        blocks[places[offset]] = block;
    }

    void add(Block block) {
        reachingIn.add(block);
    }

    void add(RegionPlan region) {
        regions.add(region);
    }

    /// No block of this frame is part of the region any more, or it is in use no more.
    void remove(RegionPlan region) {
        regions.remove(region);
    }

    /// The frame has been stored to.
    void drop() {
        reachingIn.forEach(Block::drop);
        regions.forEach(RegionPlan::drop);
    }
}
