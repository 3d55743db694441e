package io.xenarium.lab08.check;

import io.xenarium.lab.CheckFailed;
import io.xenarium.lab.Subject;
import io.xenarium.parts.Scheduler;

import java.util.Arrays;

/// A world in which time goes on by itself: vCPUs that always want to run, and such as run for a
/// while and sleep for a while. Counts who gets how much.
final class Simulation {
    private final SchedWorld world;
    private final Scheduler part;
    private final long[] runFor;
    private final long[] sleepFor;
    private final long[] left;
    private final long[] wakeAt;

    /// So many vCPUs that always want to run.
    Simulation(int vcpus, int pcpus) {
        world = new SchedWorld(vcpus, pcpus);
        part = Subject.current().mine().scheduler().make(world);
        runFor = new long[vcpus];
        sleepFor = new long[vcpus];
        left = new long[vcpus];
        wakeAt = new long[vcpus];
        Arrays.fill(wakeAt, Long.MAX_VALUE);
        Arrays.fill(left, Long.MAX_VALUE);
    }

    Simulation weighs(int vcpu, int weight) {
        world.weights[vcpu] = weight;
        return this;
    }

    /// This one runs for a while, and sleeps for a while.
    Simulation naps(int vcpu, long newRunFor, long newSleepFor) {
        runFor[vcpu] = newRunFor;
        sleepFor[vcpu] = newSleepFor;
        left[vcpu] = newRunFor;
        return this;
    }

    Simulation runs(long nanos) {
        long end = world.now + nanos;
        Arrays.fill(world.paidUntil, world.now);
        while (world.now < end) {
            scheduleAll();
            step(end);
        }
        return this;
    }

    /// Twice round, because one that was asked last may have let go of what the first can run.
    private void scheduleAll() {
        for (int i = 0; i < 2 * world.pcpus(); i++) {
            int pcpu = i % world.pcpus();
            if (world.isDue(pcpu)) {
                world.schedule(part, pcpu);
            }
        }
    }

    /// Lets time pass up to the next thing that happens by itself.
    private void step(long end) {
        long next = Math.min(end, Arrays.stream(wakeAt).min().orElseThrow());
        for (int pcpu = 0; pcpu < world.pcpus(); pcpu++) {
            int runner = world.runs[pcpu];
            if (runner != SchedWorld.NOBODY) {
                next = Math.min(next, world.sliceEnds[pcpu]);
                next =
                        Math.min(
                                next,
                                left[runner] == Long.MAX_VALUE ? next : world.now + left[runner]);
            }
        }
        long passed = Math.max(1, next - world.now);
        world.pass(passed);
        for (int runner : world.runs) {
            if (runner != SchedWorld.NOBODY && runFor[runner] > 0) {
                left[runner] -= passed;
                if (left[runner] <= 0) {
                    world.runnable[runner] = false;
                    wakeAt[runner] = world.now + sleepFor[runner];
                }
            }
        }
        wakeSleepers();
    }

    private void wakeSleepers() {
        for (int vcpu = 0; vcpu < wakeAt.length; vcpu++) {
            if (wakeAt[vcpu] <= world.now) {
                scheduleAll();
                wakeAt[vcpu] = Long.MAX_VALUE;
                left[vcpu] = runFor[vcpu];
                world.runnable[vcpu] = true;
                part.wake(SchedWorld.who(vcpu));
            }
        }
    }

    /// Expects that a vCPU has had between so many and so many percent of one processor.
    Simulation had(int vcpu, int least, int most) {
        long all = world.now - 100_000_000;
        long percent = Math.round(100.0 * world.ran[vcpu] / all);
        String who = SchedWorld.who(vcpu).toString();
        Subject.current()
                .steps()
                .add(
                        "in %,d ns %s, of weight %d, ran for %,d ns: %d %%"
                                .formatted(
                                        all, who, world.weights[vcpu], world.ran[vcpu], percent));
        if (percent < least || percent > most) {
            throw new CheckFailed(
                    Rules.UNFAIR,
                    "%s, of weight %d, had %d %% of a processor"
                            .formatted(who, world.weights[vcpu], percent),
                    "gives it between %d and %d %%".formatted(least, most));
        }
        return this;
    }
}
