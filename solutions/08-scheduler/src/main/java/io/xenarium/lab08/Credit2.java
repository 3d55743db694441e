package io.xenarium.lab08;

import io.xenarium.parts.Scheduler;
import io.xenarium.terms.Who;

import java.util.Optional;

/// Xen's default scheduler: whoever has most credit runs, and pays for it.
///
/// 1. No nanosecond of running is lost or paid twice: what a division leaves over is kept.
/// 2. Whoever is waiting is seen by every processor that it may run on.
/// 3. Nothing is decided by chance: of equals, who came first goes first.
///
/// Easy to get wrong: whoever runs has not paid yet for what it has run since. Xen:
/// xen/common/sched/credit2.c.
public final class Credit2 implements Scheduler {
    private final Platform platform;

    private Credit2(Platform platform) {
        this.platform = platform;
    }

    @Override
    public void burnCredits(Who who) {
        // step: 08.1 burnCredits(): what is unpaid costs WEIGHT over weight() of it; add the rest
        // step: that the last division left before you divide, and keep what this one leaves;
        // step: then it has paid
        // tag::lab-08-burn-credits[]
        // ? Twice the weight, half the price.
        long scaled = platform.unpaid(who) * WEIGHT + platform.rest(who);
        int weight = platform.weight(who);
        platform.setCredit(who, platform.credit(who) - scaled / weight);
        platform.setRest(who, scaled % weight);
        platform.paid(who);
        // end::lab-08-burn-credits[]
    }

    @Override
    public void account(Who best) {
        // step: 08.2 account(): as many times CREDIT as best needs to be above 0 again, at least
        // step: one, for everybody; nobody has more than CREDIT and CARRYOVER afterwards; then
        // step: refilled()
        // tag::lab-08-account[]
        // ? Everybody gets the same, or those who ran little would lose what they are ahead.
        long more = CREDIT * (1 - Math.min(0, platform.credit(best)) / CREDIT);
        for (Who each : platform.vcpus()) {
            long credit = platform.credit(each) + more;
            platform.setCredit(each, Math.min(credit, CREDIT + CARRYOVER));
        }
        platform.refilled(best);
        // end::lab-08-account[]
    }

    @Override
    public long worth(Who who, int pcpu) {
        // step: 08.3 worth(): its credit; less MIGRATION where it is queued at another processor,
        // step: less MIGRATION where it does not like to run there, less YIELD while it yields
        // tag::lab-08-worth[]
        long worth = platform.credit(who);
        worth -= platform.queuedAt(who) == pcpu ? 0 : MIGRATION;
        worth -= platform.likesToRunOn(who, pcpu) ? 0 : MIGRATION;
        return worth - (platform.isYielding(who) ? YIELD : 0);
        // end::lab-08-worth[]
    }

    @Override
    public long slice(Who who, int pcpu) {
        // step: 08.4 slice(): until the best who waits and may run here would be ahead: the lead of
        // step: who, times weight() over WEIGHT, but at least SLICE; at most SLICE_MAX and what the
        // step: budget() has left, which is what it gets where nobody waits
        // tag::lab-08-slice[]
        // ? The lead is the credit of who, less what the best of the others is worth.
        long longest = Math.min(SLICE_MAX, platform.budget(who));
        long next = Long.MIN_VALUE;
        for (Who other : platform.vcpus()) {
            boolean isRival = platform.isWaiting(other) && platform.mayRunOn(other, pcpu);
            if (isRival && !other.equals(who)) {
                next = Math.max(next, worth(other, pcpu));
            }
        }
        if (next == Long.MIN_VALUE) {
            return longest;
        }
        long lead = Math.max(0, platform.credit(who) - next);
        return Math.min(longest, Math.max(SLICE, lead * platform.weight(who) / WEIGHT));
        // end::lab-08-slice[]
    }

    @Override
    public Optional<Who> pickNext(int pcpu, Optional<Who> running) {
        // step: 08.5 pickNext(): begin with running, if it can go on and may run here; take who
        // step: waits, canTake()s this processor and isBetter(); account() where the best has no
        // step: credit left
        // tag::lab-08-pick-next[]
        // ? Whoever ran has paid already. A margin makes nobody poor: account() goes by credit.
        Optional<Who> best =
                running.filter(who -> platform.isRunnable(who) && platform.mayRunOn(who, pcpu));
        for (Who who : platform.vcpus()) {
            if (canTake(who, pcpu) && isBetter(who, best, running, pcpu)) {
                best = Optional.of(who);
            }
        }
        best.filter(who -> platform.credit(who) <= 0).ifPresent(this::account);
        return best;
        // end::lab-08-pick-next[]
    }

    private boolean isBetter(Who who, Optional<Who> best, Optional<Who> running, int pcpu) {
        // step: 08.5 isBetter(): than nobody, or than who is worth less; of equals, who was queued
        // step: sooner; but nobody is better than running without being worth more
        // tag::lab-08-is-better[]
        if (best.isEmpty()) {
            return true;
        }
        long lead = worth(who, pcpu) - worth(best.get(), pcpu);
        boolean isSooner = platform.order(who) < platform.order(best.get());
        return lead > 0 || lead == 0 && isSooner && !best.equals(running);
        // end::lab-08-is-better[]
    }

    /// Whether a processor may take a vCPU: not one that waits at another, which is free to run it.
    private boolean canTake(Who who, int pcpu) {
        // step: 08.5 canTake(): it waits and may run here; where it is queued at another processor
        // step: that it may run on and that runs nobody, it is left to that
        // tag::lab-08-can-take[]
        int queuedAt = platform.queuedAt(who);
        boolean isLeft =
                queuedAt != pcpu
                        && platform.mayRunOn(who, queuedAt)
                        && platform.running(queuedAt).isEmpty();
        return platform.isWaiting(who) && platform.mayRunOn(who, pcpu) && !isLeft;
        // end::lab-08-can-take[]
    }

    @Override
    public void wake(Who who) {
        // step: 08.6 wake(): queue it at its place(); where somebody runs there who has less credit
        // step: than it, after paying for what it ran, let the slice there end: when it has had
        // step: SLICE, but not before now(), and not later than it ends anyway
        // tag::lab-08-wake[]
        // ? Credit against credit: margins are for pickNext().
        int pcpu = place(who);
        platform.queueAt(who, pcpu);
        Optional<Who> running = platform.running(pcpu).filter(each -> !each.equals(who));
        if (running.isPresent() && creditNow(running.get()) < platform.credit(who)) {
            long soon = Math.max(platform.now(), platform.since(pcpu) + SLICE);
            platform.setSliceEnd(pcpu, Math.min(platform.sliceEnd(pcpu), soon));
        }
        // end::lab-08-wake[]
    }

    private long creditNow(Who running) {
        long cost = platform.unpaid(running) * WEIGHT / platform.weight(running);
        return platform.credit(running) - cost;
    }

    /// Where a vCPU that has just become able to run is queued.
    private int place(Who who) {
        // step: 08.6 place(): of the processors that it may run on, the one with the least load();
        // step: of equals the first; 0 where there is none
        // tag::lab-08-place[]
        int best = 0;
        long least = Long.MAX_VALUE;
        for (int pcpu = 0; pcpu < platform.pcpus(); pcpu++) {
            if (platform.mayRunOn(who, pcpu) && load(who, pcpu) < least) {
                least = load(who, pcpu);
                best = pcpu;
            }
        }
        return best;
        // end::lab-08-place[]
    }

    /// How crowded a processor is, as a vCPU sees it: who runs and waits there counts most, then
    /// whether it likes to run there, then whether it has run there.
    private long load(Who who, int pcpu) {
        long crowd = platform.running(pcpu).isPresent() ? 1 : 0;
        if (crowd > 0) {
            for (Who other : platform.vcpus()) {
                boolean isThere = platform.isWaiting(other) && platform.queuedAt(other) == pcpu;
                crowd += isThere ? 1 : 0;
            }
        }
        long dislike = platform.likesToRunOn(who, pcpu) ? 0 : 2;
        return crowd * 8 + dislike + (platform.queuedAt(who) == pcpu ? 0 : 1);
    }

    /// Makes the part. Found by `ServiceLoader`.
    public static final class Maker implements Scheduler.Maker {
        @Override
        public Scheduler make(Platform platform) {
            return new Credit2(platform);
        }
    }
}
