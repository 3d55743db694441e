package io.xenarium.xen;

import io.xenarium.machine.cpu.Cpu;
import io.xenarium.machine.cpu.Exit;
import io.xenarium.machine.cpu.PageWalk;
import io.xenarium.machine.cpu.Registers;

import java.io.DataInput;
import java.io.DataOutput;

/// A processor for tests that make hypercalls themselves: it executes nothing.
final class NoCpu implements Cpu {
    private long retired;
    private PageTableStores stores = (maddr, bytes, value) -> false;

    @Override
    public Exit run(Registers registers, long budget) {
        retired = budget;
        return new Exit.BudgetSpent();
    }

    @Override
    public long retired() {
        return retired;
    }

    @Override
    public void flush() {}

    @Override
    public void flush(long vaddr) {}

    @Override
    public void walkBy(PageWalk walk) {}

    @Override
    public void onPageTableStore(PageTableStores hook) {
        stores = hook;
    }

    /// What becomes of a guest's store into one of its L1 tables.
    boolean store(long maddr, int bytes, long value) {
        return stores.store(maddr, bytes, value);
    }

    @Override
    public void save(DataOutput out) {}

    @Override
    public void load(DataInput in) {}
}
