package io.xenarium.machine.cpu;

import io.xenarium.machine.Kept;

/// A processor: executes guest instructions until something needs the hypervisor.
///
/// What a keyframe holds of it is the TLB, because a guest can see a stale translation; decoded
/// code is made again.
public interface Cpu extends Kept {
    /// Runs from `registers` until an [Exit], at most `budget` instructions, at least one where
    /// `budget` is positive. All that the guest can see of the processor is in `registers`
    /// afterwards; [#retired()] says how many instructions it took.
    Exit run(Registers registers, long budget);

    /// How many instructions the last [#run] retired. Each iteration of a repeated string
    /// instruction counts as one.
    long retired();

    /// Drops every translation from the TLB, as a write to CR3 does.
    void flush();

    /// Drops the translation of one page, as INVLPG does.
    void flush(long vaddr);

    /// Has `walk` asked for what the TLB does not know.
    void walkBy(PageWalk walk);

    /// Where stores into frames flagged [io.xenarium.machine.Memory#PAGE_TABLE] go. The hook is
    /// only called by the first instruction of a run, so that the registers are those of the
    /// instruction.
    void onPageTableStore(PageTableStores hook);

    /// What the hypervisor does with a guest's store into a page table that it may only read.
    @FunctionalInterface
    interface PageTableStores {
        /// The guest stores the low `bytes` bytes of `value` at `maddr`. Returns true if the
        /// hypervisor has carried it out; false lets the page fault happen.
        boolean store(long maddr, int bytes, long value);
    }
}
