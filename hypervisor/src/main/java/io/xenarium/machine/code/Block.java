package io.xenarium.machine.code;

/// A run of instructions that are executed one after the other: only the last may branch. It lies
/// in one frame; an instruction that spans two frames is a block by itself.
final class Block {
    /// Where an instruction does not leave its frame.
    static final int NO_FRAME = -1;

    final Step[] steps;

    /// The frame into which the block's only instruction reaches, or [#NO_FRAME].
    final int secondFrame;

    /// How often the block may still be executed before someone has a look at it; negative where it
    /// can be entered as part of a region.
    int patience;

    /// Whether a translation is under way of which the block is part.
    boolean isAwaited;

    /// How a region is entered at this block, or null.
    RegionEntry entry;

    /// Whether the second frame has been stored to.
    private boolean isStale;

    Block(Step[] steps, int secondFrame, int patience) {
        this.steps = steps;
        this.secondFrame = secondFrame;
        this.patience = patience;
    }

    /// The less, the hotter: what can be entered as part of a region is hottest.
    int coolness() {
        return entry == null ? patience : Integer.MIN_VALUE;
    }

    /// Whether it does nothing but return.
    boolean isReturn() {
        return steps.length == 1 && steps[0].op == Op.RET;
    }

    /// How many of its instructions can be part of a region.
    int translatable() {
        return secondFrame == NO_FRAME ? BlockEnd.translatable(steps) : 0;
    }

    void drop() {
        isStale = true;
    }

    boolean isStale() {
        return isStale;
    }
}
