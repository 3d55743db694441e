package io.xenarium.machine.code;

/// A run of instructions that are executed one after the other: only the last may branch. It lies
/// in one frame; an instruction that spans two frames is a block by itself.
final class Block {
    /// Where an instruction does not leave its frame.
    static final int NO_FRAME = -1;

    final Step[] steps;

    /// The frame into which the block's only instruction reaches, or [#NO_FRAME].
    final int secondFrame;

    /// Whether the second frame has been stored to.
    private boolean isStale;

    Block(Step[] steps, int secondFrame) {
        this.steps = steps;
        this.secondFrame = secondFrame;
    }

    void drop() {
        isStale = true;
    }

    boolean isStale() {
        return isStale;
    }
}
