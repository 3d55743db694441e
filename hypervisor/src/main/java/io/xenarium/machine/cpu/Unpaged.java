package io.xenarium.machine.cpu;

import io.xenarium.machine.Memory;
import io.xenarium.terms.Check;

import java.util.List;

/// Memory while paging is off: a linear address is the machine address, and everything is allowed.
public final class Unpaged implements PageWalk {
    private final Memory memory;
    private List<Tlb> tlbs = List.of();
    private int error;
    private long maddr;

    public Unpaged(Memory memory) {
        this.memory = memory;
    }

    @Override
    public void connect(Tlb data, Tlb code) {
        tlbs = List.of(data, code);
    }

    @Override
    public boolean translate(Registers registers, long vaddr, int access) {
        Check.that((registers.cr0 & CR0_PG) == 0, "nobody walks this processor's page tables");
        boolean isThere = memory.holds(vaddr >>> 12);
        maddr = isThere ? vaddr : -1;
        error = PRESENT | RESERVED | access & ~FETCH;
        return isThere;
    }

    @Override
    public int error() {
        return error;
    }

    @Override
    public long maddr() {
        return maddr;
    }

    @Override
    public boolean mayRead() {
        return maddr >= 0;
    }

    @Override
    public void fill(Tlb tlb, long vaddr) {
        long rights = Tlb.WRITABLE | Tlb.USER | Tlb.DIRTY;
        tlb.put(tlb.slot(vaddr), vaddr >>> 12, maddr & Tlb.FRAME | rights);
    }

    @Override
    public void drop(long vaddr) {
        for (Tlb tlb : tlbs) {
            if (tlb.holds(vaddr)) {
                tlb.clear(tlb.slot(vaddr));
            }
        }
    }
}
