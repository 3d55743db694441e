package io.xenarium.machine.code;

import java.util.ArrayList;
import java.util.List;

/// A block in a region.
final class RegionPart {
    /// The address of its first byte, from the region's base.
    final long at;

    final Block block;
    final CodeFrame frame;

    /// How many of its instructions the region executes: all, or those before one that only the
    /// interpreter can.
    final int count;

    /// Where its indirect branch has led to so far, from its begin.
    final long[] seenTargets;

    /// The number of its first instruction among those of the region, from 1.
    int line;

    /// Where it may go on within the region.
    final List<RegionPart> successors = new ArrayList<>();

    /// The number by which the region is entered here, or −1.
    int entry = -1;

    /// Whether the budget is checked here, and how many instructions it must allow: the longest way
    /// to the next check.
    boolean isChecked;

    int need;

    RegionPart(long at, Block block, CodeFrame frame) {
        this.at = at;
        this.block = block;
        this.frame = frame;
        this.count = block.translatable();
        seenTargets = count > 0 ? last().targets() : new long[0];
    }

    /// Forgets how it hangs together with others.
    void disconnect() {
        successors.clear();
        entry = -1;
        isChecked = false;
        need = 0;
    }

    long page() {
        return at & -4096L;
    }

    Step step(int index) {
        return block.steps[index];
    }

    /// The last instruction that the region executes.
    Step last() {
        return block.steps[count - 1];
    }

    /// Whether the region executes the whole block.
    boolean isWhole() {
        return count == block.steps.length;
    }

    /// The address behind step number `index`.
    long behind(int index) {
        return at + step(index).next;
    }

    /// The address of step number `index`.
    long before(int index) {
        return index < block.steps.length ? at + step(index).start : behind(index - 1);
    }
}
