package io.xenarium.lab08;

import io.xenarium.parts.Scheduler;
import io.xenarium.terms.NotYet;
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
        // Twice the weight, half the price.
        throw new NotYet(
                "08.1",
                "burnCredits(): what is unpaid costs WEIGHT over weight() of it; add "
                        + "the rest that the last division left before you divide, and keep "
                        + "what this one leaves; then it has paid");
    }

    @Override
    public void account(Who best) {
        // Everybody gets the same, or those who ran little would lose what they are ahead.
        throw new NotYet(
                "08.2",
                "account(): as many times CREDIT as best needs to be above 0 again, "
                        + "at least one, for everybody; nobody has more than CREDIT and "
                        + "CARRYOVER afterwards; then refilled()");
    }

    @Override
    public long worth(Who who, int pcpu) {
        throw new NotYet(
                "08.3",
                "worth(): its credit; less MIGRATION where it is queued at another "
                        + "processor, less MIGRATION where it does not like to run there, less "
                        + "YIELD while it yields");
    }

    @Override
    public long slice(Who who, int pcpu) {
        // The lead is the credit of who, less what the best of the others is worth.
        throw new NotYet(
                "08.4",
                "slice(): until the best who waits and may run here would be ahead: "
                        + "the lead of who, times weight() over WEIGHT, but at least SLICE; at "
                        + "most SLICE_MAX and what the budget() has left, which is what it gets "
                        + "where nobody waits");
    }

    @Override
    public Optional<Who> pickNext(int pcpu, Optional<Who> running) {
        // Whoever ran has paid already. A margin makes nobody poor: account() goes by credit.
        throw new NotYet(
                "08.5",
                "pickNext(): begin with running, if it can go on and may run here; "
                        + "take who waits, canTake()s this processor and isBetter(); account() "
                        + "where the best has no credit left");
    }

    private boolean isBetter(Who who, Optional<Who> best, Optional<Who> running, int pcpu) {
        throw new NotYet(
                "08.5",
                "isBetter(): than nobody, or than who is worth less; of equals, who "
                        + "was queued sooner; but nobody is better than running without being "
                        + "worth more");
    }

    /// Whether a processor may take a vCPU: not one that waits at another, which is free to run it.
    private boolean canTake(Who who, int pcpu) {
        throw new NotYet(
                "08.5",
                "canTake(): it waits and may run here; where it is queued at another "
                        + "processor that it may run on and that runs nobody, it is left to "
                        + "that");
    }

    @Override
    public void wake(Who who) {
        // Credit against credit: margins are for pickNext().
        throw new NotYet(
                "08.6",
                "wake(): queue it at its place(); where somebody runs there who has "
                        + "less credit than it, after paying for what it ran, let the slice "
                        + "there end: when it has had SLICE, but not before now(), and not "
                        + "later than it ends anyway");
    }

    private long creditNow(Who running) {
        long cost = platform.unpaid(running) * WEIGHT / platform.weight(running);
        return platform.credit(running) - cost;
    }

    /// Where a vCPU that has just become able to run is queued.
    private int place(Who who) {
        throw new NotYet(
                "08.6",
                "place(): of the processors that it may run on, the one with the "
                        + "least load(); of equals the first; 0 where there is none");
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
