package io.xenarium.lab;

import io.xenarium.parts.Paging;
import io.xenarium.terms.Vaddr;

/// A learner's page walk behind a [Guard]. Written out, because it is called for every page that
/// the TLB does not know, where a proxy would be felt.
final class GuardedPaging implements Paging {
    private final Paging part;

    GuardedPaging(Paging part) {
        this.part = part;
    }

    @Override
    public Walk walk(Vaddr vaddr) {
        StepBudget.refill();
        try {
            return Guard.given("walk", part.walk(vaddr));
        } catch (Throwable thrown) {
            throw Guard.worded("walk", thrown);
        }
    }

    @Override
    public int checkAccess(Walk walk, int access) {
        StepBudget.refill();
        try {
            return part.checkAccess(walk, access);
        } catch (Throwable thrown) {
            throw Guard.worded("checkAccess", thrown);
        }
    }

    @Override
    public boolean setAccessedDirty(Walk.Mapped walk, int access) {
        StepBudget.refill();
        try {
            return part.setAccessedDirty(walk, access);
        } catch (Throwable thrown) {
            throw Guard.worded("setAccessedDirty", thrown);
        }
    }

    @Override
    public void tlbFill(Tlb tlb, Vaddr vaddr, Walk.Mapped walk, int access) {
        StepBudget.refill();
        try {
            part.tlbFill(tlb, vaddr, walk, access);
        } catch (Throwable thrown) {
            throw Guard.worded("tlbFill", thrown);
        }
    }

    @Override
    public void invlpg(Vaddr vaddr) {
        StepBudget.refill();
        try {
            part.invlpg(vaddr);
        } catch (Throwable thrown) {
            throw Guard.worded("invlpg", thrown);
        }
    }
}
