package io.xenarium.parts;

import io.xenarium.terms.Who;

import java.util.List;
import java.util.Optional;

/// Who runs where, and for how long: the decisions of Xen's default scheduler, for a few processors
/// (lab 08).
///
/// Each vCPU has *credit*, in nanoseconds. Running costs some, the less the larger the weight of
/// its domain; a processor runs who has most. So over time each domain gets the processors in
/// proportion to its weight, and one that has slept goes first for a while.
///
/// 1. A processor does not idle while somebody who may run on it waits.
/// 2. Of vCPUs that always want to run, each gets its share, whatever the others do.
/// 3. Whoever begins runs for [#SLICE] before somebody with more credit takes the processor.
///
/// Xen: xen/common/sched/credit2.c. There one queue serves several processors, and a lock keeps
/// decisions apart; here, too, one decision is made at a time.
public interface Scheduler {
    /// What everybody is given when the best has none left (CSCHED2_CREDIT_INIT).
    long CREDIT = 10_000_000;

    /// What may be kept beyond it of the credit that was not needed (CSCHED2_CARRYOVER_MAX).
    long CARRYOVER = 500_000;

    /// How long a vCPU runs before one with more credit may take its processor (Xen's
    /// sched_ratelimit_us).
    long SLICE = 1_000_000;

    /// How long it runs at the most before the scheduler looks again (CSCHED2_MAX_TIMER).
    long SLICE_MAX = 10_000_000;

    /// How much more credit it needs to be taken to another processor
    /// (sched_credit2_migrate_resist).
    long MIGRATION = 500_000;

    /// How much less the credit of one counts that yields (CSCHED2_YIELD_BIAS, in older versions).
    long YIELD = 1_000_000;

    /// The weight at which a nanosecond of running costs a nanosecond of credit. In Xen that is the
    /// largest in the queue.
    int WEIGHT = 256;

    /// Charges a vCPU for the time that it ran and has not paid for.
    void burnCredits(Who who);

    /// What the credit of a vCPU counts for a processor: less where it is queued elsewhere, less
    /// where it would rather not run, less while it yields.
    long worth(Who who, int pcpu);

    /// The vCPU that a processor should run now, `running` being the one that it runs, which has
    /// paid. Empty where nobody can. Where the best has no credit left, everybody is given new
    /// credit first.
    Optional<Who> pickNext(int pcpu, Optional<Who> running);

    /// Gives everybody as much new credit as `best` needs to have some again.
    void account(Who best);

    /// How long a vCPU that begins may have the processor, if nothing happens meanwhile.
    long slice(Who who, int pcpu);

    /// Queues a vCPU that can run from now on wherever it is best, and sees to it that it gets that
    /// processor soon if it has more credit than who runs there.
    void wake(Who who);

    // tag::show-platform[]
    /// What the hypervisor lends to this part.
    interface Platform {
        /// All vCPUs of all domains, in a fixed order.
        List<Who> vcpus();

        /// How many processors there are.
        int pcpus();

        /// Who has a processor, where somebody has.
        Optional<Who> running(int pcpu);

        /// Whether a vCPU can go on if it gets a processor.
        boolean isRunnable(Who who);

        /// Whether it can go on, and no processor runs it.
        boolean isWaiting(Who who);

        boolean mayRunOn(Who who, int pcpu);

        /// Whether it should rather run there.
        boolean likesToRunOn(Who who, int pcpu);

        /// Whether it has let the others go first.
        boolean isYielding(Who who);

        /// The weight of its domain.
        int weight(Who who);

        /// What its domain may still use of the processors, `Long.MAX_VALUE` where it has no cap.
        long budget(Who who);

        /// What is left to spend; can be below 0.
        long credit(Who who);

        void setCredit(Who who, long nanos);

        /// What a division left over when it paid last.
        long rest(Who who);

        void setRest(Who who, long rest);

        /// How long it has run without paying for it.
        long unpaid(Who who);

        /// Notes that it has paid for all of that.
        void paid(Who who);

        /// Notes that everybody has new credit. For the record of what happened.
        void refilled(Who best);

        /// The processor that it runs on or is queued at.
        int queuedAt(Who who);

        /// Queues it at a processor, behind all that were queued before.
        void queueAt(Who who, int pcpu);

        /// Who was queued sooner has the smaller number.
        long order(Who who);

        /// The time now, in nanoseconds.
        long now();

        /// Since when a processor runs whom it runs.
        long since(int pcpu);

        /// When the scheduler will look at a processor again.
        long sliceEnd(int pcpu);

        void setSliceEnd(int pcpu, long nanos);
    }

    // end::show-platform[]

    /// Makes the part. Found by `ServiceLoader`.
    interface Maker {
        Scheduler make(Platform platform);
    }
}
