package io.xenarium.machine.code;

import java.util.List;

/// A region to be read: the guest's instructions, and beside each the bytecode that it has become.
///
/// @param number the region's
/// @param frame bytecode that belongs to no instruction: the way to the entries, and the way out
/// @param blocks the guest's code, the root first
/// @param ends where it has ended since somebody first asked for its listing, the commonest first
public record RegionListing(int number, List<String> frame, List<Block> blocks, List<Ending> ends) {
    /// The line of the source that stands for no instruction.
    static final int FRAME = 0;

    public RegionListing {
        frame = List.copyOf(frame);
        blocks = List.copyOf(blocks);
        ends = List.copyOf(ends);
    }

    /// A block.
    ///
    /// @param isEntry whether the region can be entered here
    /// @param isChecked whether it looks here at what is left of the budget
    /// @param ways where it may go on
    public record Block(
            long vaddr, boolean isEntry, boolean isChecked, List<Line> lines, List<Way> ways) {
        public Block {
            lines = List.copyOf(lines);
            ways = List.copyOf(ways);
        }
    }

    /// An instruction of the guest.
    ///
    /// @param bytes in hex
    /// @param words in Intel's syntax
    /// @param bytecode each with the place where it stands
    public record Line(long vaddr, String bytes, String words, List<String> bytecode) {
        public Line {
            bytecode = List.copyOf(bytecode);
        }
    }

    /// A way on from the end of a block.
    ///
    /// @param isInside whether it stays in the region
    public record Way(long vaddr, boolean isInside) {}

    /// Why a region ends.
    public enum Reason {
        /// It leads to code that is not part of it.
        ELSEWHERE,
        /// The address was computed, and is not one that it knows.
        COMPUTED,
        /// The budget does not last for the next round, or the page changes and was looked up.
        STOPPED,
        /// An instruction faulted, or only the interpreter can execute it.
        FAULT
    }

    /// A place where the region has ended.
    ///
    /// @param vaddr where execution went on; where the address was computed, that of the branch
    /// @param count how often
    public record Ending(Reason reason, long vaddr, long count) {}
}
