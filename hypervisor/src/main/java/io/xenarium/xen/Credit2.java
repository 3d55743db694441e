package io.xenarium.xen;

import io.xenarium.machine.Clock;
import io.xenarium.machine.Kept;

import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.List;
import java.util.Optional;

/// Who runs where: the decisions of Xen's default scheduler, for a few processors.
///
/// 1. A processor runs, of all runnable vCPUs that may run there, the one with most credit. One
///    that is queued elsewhere, or would rather be, must have more by a margin, because moving
///    costs it what its processor had learned of it.
/// 2. When the best of them has no credit left, everybody is given new credit.
/// 3. Whoever begins runs for a minimum before a vCPU with more credit takes the processor.
///
/// So over time each domain gets the processors in proportion to its weight, and one that slept
/// goes first for a while. Xen: xen/common/sched/credit2.c; there one queue serves several
/// processors, which comes to the same.
final class Credit2 implements Kept {
    private final Domains domains;
    private final Clock clock;
    private final List<Pcpu> pcpus;
    private final Chronicle chronicle;
    private long orders;

    Credit2(Domains domains, Clock clock, List<Pcpu> pcpus, Chronicle chronicle) {
        this.domains = domains;
        this.clock = clock;
        this.pcpus = pcpus;
        this.chronicle = chronicle;
    }

    /// Charges `vcpu`, which runs, for the time since it was charged last.
    void burn(Vcpu vcpu) {
        DomainShare share = vcpu.domain().share();
        share.replenish(clock.nanos());
        share.spend(vcpu.sched.burn(share.weight(), clock.nanos()));
    }

    /// The vCPU that `pcpu` should run now, `running` being the one that it runs.
    Optional<Vcpu> choose(Pcpu pcpu, Optional<Vcpu> running) {
        Vcpu best = running.filter(Vcpu::isRunnable).filter(of -> canRun(of, pcpu)).orElse(null);
        long most = best == null ? Long.MIN_VALUE : worth(best, pcpu);
        for (Domain domain : domains.all()) {
            for (Vcpu vcpu : domain.vcpus()) {
                boolean isCandidate = vcpu != best && canTake(vcpu, pcpu);
                if (isCandidate && isBetter(vcpu, best, worth(vcpu, pcpu), most)) {
                    best = vcpu;
                    most = worth(vcpu, pcpu);
                }
            }
        }
        if (best != null && best.sched.credit() <= 0) {
            refill(best);
        }
        return Optional.ofNullable(best);
    }

    private boolean isBetter(Vcpu vcpu, Vcpu best, long worth, long most) {
        if (best == null || worth != most) {
            return best == null || worth > most;
        }
        boolean bestRuns = pcpus.stream().anyMatch(pcpu -> pcpu.runs(best));
        return !bestRuns && vcpu.sched.order() < best.sched.order();
    }

    private static boolean canRun(Vcpu vcpu, Pcpu pcpu) {
        return vcpu.sched.mayRunOn(pcpu.number());
    }

    /// Whether `pcpu` may take it: one that waits at another processor which has nothing else to do
    /// is left to that.
    private boolean canTake(Vcpu vcpu, Pcpu pcpu) {
        int queuedAt = vcpu.sched.pcpu();
        boolean isElsewhere = queuedAt != pcpu.number();
        boolean isLeft =
                isElsewhere && canRun(vcpu, pcpus.get(queuedAt)) && !pcpus.get(queuedAt).isBusy();
        return isWaiting(vcpu) && canRun(vcpu, pcpu) && !isLeft;
    }

    /// Whether it can run and no processor runs it.
    private boolean isWaiting(Vcpu vcpu) {
        return vcpu.isRunnable() && pcpus.stream().noneMatch(pcpu -> pcpu.runs(vcpu));
    }

    private static long worth(Vcpu vcpu, Pcpu pcpu) {
        SchedUnit unit = vcpu.sched;
        long worth = unit.credit();
        worth -= unit.pcpu() == pcpu.number() ? 0 : Limits.MIGRATION_NANOS;
        worth -= unit.likesToRunOn(pcpu.number()) ? 0 : Limits.MIGRATION_NANOS;
        return worth - (unit.isYielding() ? Limits.YIELD_NANOS : 0);
    }

    private void refill(Vcpu best) {
        long more = Limits.CREDIT_NANOS * (1 - best.sched.credit() / Limits.CREDIT_NANOS);
        for (Domain domain : domains.all()) {
            domain.vcpus().forEach(vcpu -> vcpu.sched.refill(more));
        }
        chronicle.creditsRefilled(best.domain().id(), best.id());
    }

    /// How long `vcpu` may have `pcpu` from now on.
    long slice(Vcpu vcpu, Pcpu pcpu) {
        long next = Long.MIN_VALUE;
        for (Domain domain : domains.all()) {
            for (Vcpu other : domain.vcpus()) {
                if (other != vcpu && isWaiting(other) && canRun(other, pcpu)) {
                    next = Math.max(next, worth(other, pcpu));
                }
            }
        }
        long longest = Math.min(Limits.SLICE_MAX_NANOS, vcpu.domain().share().budget());
        if (next == Long.MIN_VALUE) {
            return longest;
        }
        long lead = Math.max(0, vcpu.sched.credit() - next);
        long until = lead * vcpu.domain().share().weight() / Limits.WEIGHT;
        return Math.min(longest, Math.max(Limits.SLICE_NANOS, until));
    }

    /// Queues `vcpu`, which can run but does not: behind the others at its processor, or, where it
    /// has just become able to, wherever it is best. There it may take the processor from a vCPU
    /// with less credit, once that has run for its minimum.
    void enqueue(Vcpu vcpu, boolean isAwakened) {
        if (!isAwakened) {
            vcpu.sched.queueAt(vcpu.sched.pcpu(), orders++);
            return;
        }
        Pcpu pcpu = place(vcpu);
        if (vcpu.sched.pcpu() != pcpu.number()) {
            chronicle.migrated(vcpu, vcpu.sched.pcpu(), pcpu.number());
        }
        vcpu.sched.queueAt(pcpu.number(), orders++);
        current(pcpu)
                .filter(running -> running != vcpu)
                .filter(running -> creditNow(running) < vcpu.sched.credit())
                .ifPresent(running ->
                        pcpu.setSliceEnd(
                                Math.min(
                                        pcpu.sliceEnd(),
                                        Math.max(
                                                clock.nanos(),
                                                pcpu.since() + Limits.SLICE_NANOS))));
    }

    private long creditNow(Vcpu running) {
        long ran = clock.nanos() - running.runstates.since();
        return running.sched.credit() - ran * Limits.WEIGHT / running.domain().share().weight();
    }

    private Optional<Vcpu> current(Pcpu pcpu) {
        return pcpu.isBusy()
                ? domains.find(pcpu.domain()).map(domain -> domain.vcpu(pcpu.vcpu()))
                : Optional.empty();
    }

    /// Where a vCPU is queued: where it was if nobody runs there, else where nobody runs, else
    /// where fewest wait; rather where it likes to be.
    private Pcpu place(Vcpu vcpu) {
        Pcpu best = null;
        long least = Long.MAX_VALUE;
        for (Pcpu pcpu : pcpus) {
            if (canRun(vcpu, pcpu)) {
                long load = pcpu.isBusy() ? 2 + waitingAt(pcpu) * 2L : 0;
                load = load * 4 + (vcpu.sched.likesToRunOn(pcpu.number()) ? 0 : 2);
                load += vcpu.sched.pcpu() == pcpu.number() ? 0 : 1;
                if (load < least) {
                    least = load;
                    best = pcpu;
                }
            }
        }
        return best == null ? pcpus.getFirst() : best;
    }

    private int waitingAt(Pcpu pcpu) {
        int count = 0;
        for (Domain domain : domains.all()) {
            for (Vcpu vcpu : domain.vcpus()) {
                count += vcpu.sched.pcpu() == pcpu.number() && isWaiting(vcpu) ? 1 : 0;
            }
        }
        return count;
    }

    @Override
    public void save(DataOutput out) throws IOException {
        out.writeLong(orders);
    }

    @Override
    public void load(DataInput in) throws IOException {
        orders = in.readLong();
    }
}
