package io.xenarium.machine.code;

import java.util.ArrayList;
import java.util.List;

/// The decoded instructions of one machine frame, read in one mode.
final class CodeFrame {
    final int mfn;
    final Mode mode;

    /// By the offset of their first byte.
    final Block[] blocks = new Block[4096];

    /// Blocks of other frames whose last bytes are in this one.
    private final List<Block> reachingIn = new ArrayList<>();

    /// Regions that a block of this frame is part of.
    private final List<RegionPlan> regions = new ArrayList<>();

    CodeFrame(int mfn, Mode mode) {
        this.mfn = mfn;
        this.mode = mode;
    }

    void add(Block block) {
        reachingIn.add(block);
    }

    void add(RegionPlan region) {
        regions.add(region);
    }

    /// The frame has been stored to.
    void drop() {
        reachingIn.forEach(Block::drop);
        regions.forEach(RegionPlan::drop);
    }
}
