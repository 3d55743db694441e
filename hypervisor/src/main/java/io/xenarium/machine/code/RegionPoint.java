package io.xenarium.machine.code;

import io.xenarium.machine.cpu.Fault;
import io.xenarium.machine.cpu.Registers;

/// A place in a region where it may end: before an instruction that faults or that only the
/// interpreter executes, or behind one that leads elsewhere.
///
/// @param at the instruction's address, from the region's base
/// @param blockAt the address of its block, from the region's base
/// @param unexecuted how many instructions of the block were counted but not executed
/// @param step the instruction that may fault here
/// @param isStack whether the access that may fault is one to the stack
/// @param isDynamic whether the region has put the address into rip itself
record RegionPoint(
        long at, long blockAt, int unexecuted, Step step, boolean isStack, boolean isDynamic) {

    /// Whether it is a way out with all executed that was counted.
    boolean isOut() {
        return !isDynamic && unexecuted == 0;
    }

    /// Makes an address that is not canonical the fault that it is here.
    void convert(Fault raised) {
        if (raised.isNonCanonical() && (isStack || step.memorySegment() == Registers.SS)) {
            raised.of(Fault.SS);
        }
    }
}
