package io.xenarium.lab08.check;

import io.xenarium.lab.CheckFailed;
import io.xenarium.lab.Search;
import io.xenarium.lab.Subject;
import io.xenarium.lab.Tier;
import io.xenarium.parts.Scheduler;
import io.xenarium.terms.Who;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/// The third tier: processors that look, and vCPUs that sleep and wake, in every order. A lock
/// keeps the decisions of Xen's schedulers apart, so each is one step here; but nothing says which
/// comes first.
@Tier(3)
public final class T3Interleavings {
    private static final int LOOKS = 3;

    @Test
    @Tag("08.5")
    void noVcpuIsLostBetweenTwoProcessors() {
        search(
                new SchedWorld(3, 2),
                processor(0),
                processor(1),
                vcpu("d1 v0 goes to sleep", world -> world.runnable[0] = false));
    }

    @Test
    @Tag("08.5")
    void whoMayRunOnOneOnlyIsNotLost() {
        SchedWorld world = new SchedWorld(3, 2);
        world.hard[0] = 1;
        world.hard[1] = 1;
        world.hard[2] = 2;
        search(
                world,
                processor(0),
                processor(1),
                vcpu("d2 v0 goes to sleep", end -> end.runnable[1] = false));
    }

    @Test
    @Tag("08.6")
    void whoWakesWhileOthersLookIsNotLost() {
        SchedWorld world = new SchedWorld(3, 2);
        world.runnable[1] = false;
        world.runnable[2] = false;
        search(
                world,
                processor(0),
                processor(1),
                vcpu("d2 v0 wakes", end -> wake(end, 1)),
                vcpu("d3 v0 wakes", end -> wake(end, 2)));
    }

    private static void wake(SchedWorld world, int vcpu) {
        world.runnable[vcpu] = true;
        part(world).wake(SchedWorld.who(vcpu));
    }

    private static Scheduler part(SchedWorld world) {
        return Subject.current().mine().scheduler().make(world);
    }

    /// A processor that looks, as long as it has a reason to.
    private static Search.Actor<SchedWorld, Scheduler.Platform> processor(int pcpu) {
        List<Search.Act<SchedWorld, Scheduler.Platform>> acts = new ArrayList<>();
        for (int i = 0; i < LOOKS; i++) {
            acts.add(
                    new Search.GuestStep<>(
                            "p%d looks".formatted(pcpu),
                            world -> world.isDue(pcpu),
                            world -> world.schedule(part(world), pcpu)));
        }
        return new Search.Actor<>("p" + pcpu, acts);
    }

    private static Search.Actor<SchedWorld, Scheduler.Platform> vcpu(
            String words, Consumer<SchedWorld> doing) {
        return new Search.Actor<>(
                "a guest", List.of(new Search.GuestStep<>(words, _ -> true, doing)));
    }

    /// When everybody has looked once more, no processor idles while somebody waits for it.
    private static void noneIsLost(SchedWorld world) {
        for (int i = 0; i < 2 * world.pcpus(); i++) {
            int pcpu = i % world.pcpus();
            if (world.isDue(pcpu)) {
                world.schedule(part(world), pcpu);
            }
        }
        for (Who who : world.vcpus()) {
            for (int pcpu = 0; pcpu < world.pcpus(); pcpu++) {
                boolean isIdle = world.running(pcpu).isEmpty();
                if (isIdle && world.isWaiting(who) && world.mayRunOn(who, pcpu)) {
                    throw new CheckFailed(
                            Rules.LOST,
                            "%s waits at p%d, and p%d idles"
                                    .formatted(who, world.queuedAt(who), pcpu),
                            "lets p%d take it".formatted(pcpu));
                }
            }
        }
    }

    @SafeVarargs
    @SuppressWarnings("varargs")
    private static void search(
            SchedWorld start, Search.Actor<SchedWorld, Scheduler.Platform>... actors) {
        new Search<>(Scheduler.Platform.class, List.of(actors), T3Interleavings::noneIsLost)
                .check(start, steps -> start.told = steps);
    }
}
