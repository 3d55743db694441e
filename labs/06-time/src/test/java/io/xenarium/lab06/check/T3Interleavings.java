package io.xenarium.lab06.check;

import io.xenarium.lab.CheckFailed;
import io.xenarium.lab.Rule;
import io.xenarium.lab.Search;
import io.xenarium.lab.Subject;
import io.xenarium.lab.Tier;
import io.xenarium.parts.GuestTime;
import io.xenarium.parts.GuestTime.Timer;
import io.xenarium.trace.SchedEvent.Runstate;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.stream.Stream;

/// The third tier: programs of the guest read, and its other vCPU sets timers, between any two
/// steps of the part. Xen writes its records without a lock that a guest could take.
@Tier(3)
public final class T3Interleavings {
    private static final List<String> SHOWN =
            List.of(
                    "state",
                    "time of entry",
                    "time running",
                    "time runnable",
                    "time blocked",
                    "time offline");

    @Test
    @Tag("06.2")
    void aReaderOfTheRecordMeetsAWriter() {
        meetsAReader(Op.halfASecond(), "the time record", world -> world.record[0]);
    }

    @Test
    @Tag("06.2")
    void aReaderOfTheCopyMeetsAWriter() {
        meetsAReader(Op.halfASecond(), "the copy", world -> world.copy[0]);
    }

    /// A new stamp is published while somebody reads.
    private static void meetsAReader(
            TimeWorld start, String what, Function<TimeWorld, long[]> place) {
        publishedBefore(start);
        TimeWorld after = start.copy();
        Subject.current().reference().guestTime().make(after).publishTime(Op.who(0), true);
        Change change =
                new Change(
                        Rules.TORN,
                        Stream.of(GuestTime.Field.values()).skip(1).map(TimeWorld::name).toList(),
                        withoutVersion(place.apply(start)),
                        withoutVersion(place.apply(after)));
        // The version first and last, and all other fields between the two.
        int[] order = {0, 1, 2, 3, 4, 5, 0};
        search(
                start,
                _ -> {},
                call("publishes", part -> part.publishTime(Op.who(0), true)),
                reader(
                        "a program reads " + what,
                        place,
                        order,
                        taken -> {
                            boolean isAccepted = taken[0] == taken[6] && (taken[0] & 1) == 0;
                            change.require(isAccepted, Arrays.copyOfRange(taken, 1, 6));
                        }));
    }

    private static long[] withoutVersion(long[] record) {
        return Arrays.copyOfRange(record, 1, record.length);
    }

    /// A record that was right while the counter was believed to be a little slower.
    private static void publishedBefore(TimeWorld world) {
        world.hertz -= 1000;
        GuestTime reference = Subject.current().reference().guestTime().make(world);
        reference.publishTime(Op.who(0), true);
        world.hertz += 1000;
        world.compareClocks();
    }

    /// What a record says before and after a change. Whoever accepts what was read must have read
    /// one of the two.
    private record Change(Rule rule, List<String> names, long[] before, long[] after) {
        void require(boolean isAccepted, long[] taken) {
            boolean isWhole = Arrays.equals(taken, before) || Arrays.equals(taken, after);
            if (isAccepted && !isWhole) {
                throw new CheckFailed(
                        rule,
                        "a reader met no sign of a change and read a record that never was: "
                                + words(taken),
                        "lets the sign be seen from before the first change until after the last");
            }
        }

        private String words(long[] taken) {
            List<String> words = new ArrayList<>();
            for (int i = 0; i < taken.length; i++) {
                String age = taken[i] == after[i] ? "the new " : "the old ";
                if (before[i] != after[i]) {
                    words.add(age + names.get(i));
                }
            }
            return String.join(", ", words);
        }
    }

    @Test
    @Tag("06.4")
    void aDeadlineThatIsSetMeanwhileStays() {
        TimeWorld world = Op.halfASecond();
        world.deadlines[0][Timer.SINGLE_SHOT.ordinal()] = world.exactNanos();
        long later = world.exactNanos() + 5000;
        search(
                world,
                end -> requireDeadline(end, Timer.SINGLE_SHOT, later),
                call("looks at the timers of d1 v0", part -> part.fireExpired(Op.who(0))),
                step(
                        "d1 v0 sets its timer to %,d ns".formatted(later),
                        guest -> exchange(guest, Timer.SINGLE_SHOT, later)));
    }

    @Test
    @Tag("06.4")
    void aPeriodThatIsStoppedMeanwhileStaysStopped() {
        TimeWorld world = Op.halfASecond();
        world.deadlines[0][Timer.PERIODIC.ordinal()] = world.exactNanos();
        world.periods[0] = 1_000_000;
        search(
                world,
                end -> requireDeadline(end, Timer.PERIODIC, GuestTime.NEVER),
                call("looks at the timers of d1 v0", part -> part.fireExpired(Op.who(0))),
                step(
                        "d1 v1 stops the periodic timer of d1 v0",
                        guest -> {
                            guest.periods[0] = 0;
                            exchange(guest, Timer.PERIODIC, GuestTime.NEVER);
                        }));
    }

    /// The guest sets a timer whose deadline had come.
    private static void exchange(TimeWorld world, Timer timer, long deadline) {
        boolean isUntouched = world.deadlines[0][timer.ordinal()] <= world.exactNanos();
        world.isTakenBack = isUntouched && world.interrupts[0] == 0;
        world.deadlines[0][timer.ordinal()] = deadline;
    }

    private static void requireDeadline(TimeWorld end, Timer timer, long wanted) {
        long deadline = end.deadlines[0][timer.ordinal()];
        if (deadline != wanted) {
            throw new CheckFailed(
                    Rules.LOST,
                    "the guest had set its %s timer: %s. It is %s"
                            .formatted(
                                    TimeWorld.name(timer),
                                    TimeWorld.due(wanted),
                                    TimeWorld.due(deadline)),
                    "leaves alone what is not the deadline that it saw");
        }
        if (end.isTakenBack && end.interrupts[0] > 0) {
            throw new CheckFailed(
                    Rules.EVENTS,
                    "an event came of a deadline that the guest had taken back",
                    "raises one where the exchange has succeeded");
        }
    }

    @Test
    @Tag("06.5")
    void aReaderOfTheRunStateMeetsAChange() {
        TimeWorld start = Op.halfASecond();
        Op.change(Runstate.RUNNABLE)
                .happen(Subject.current().reference().guestTime().make(start), start);
        start.tsc += 3000;
        TimeWorld after = start.copy();
        Op.change(Runstate.RUNNING)
                .happen(Subject.current().reference().guestTime().make(after), after);
        Change change =
                new Change(Rules.SHOWN, SHOWN, start.area[0].clone(), after.area[0].clone());
        int[] order = {1, 0, 2, 3, 4, 5, 1};
        search(
                start,
                _ -> {},
                call(
                        "lets d1 v0 run",
                        part ->
                                part.accountRunstate(
                                        Op.who(0), Runstate.RUNNABLE, Runstate.RUNNING)),
                reader(
                        "a program reads the run-state record",
                        world -> world.area[0],
                        order,
                        taken -> {
                            boolean isAccepted = taken[0] == taken[6] && taken[0] >= 0;
                            long[] sorted = {
                                taken[1], taken[0], taken[2], taken[3], taken[4], taken[5]
                            };
                            change.require(isAccepted, sorted);
                        }));
    }

    /// Somebody who takes words of a record one after the other, and then looks at them.
    private static Search.Actor<TimeWorld, GuestTime.Platform> reader(
            String words, Function<TimeWorld, long[]> place, int[] order, Consumer<long[]> look) {
        List<Search.Act<TimeWorld, GuestTime.Platform>> acts = new ArrayList<>();
        for (int i = 0; i < order.length; i++) {
            int at = i;
            acts.add(
                    new Search.GuestStep<>(
                            "%s, word %d".formatted(words, order[i]),
                            _ -> true,
                            world -> {
                                world.read = Arrays.copyOf(world.read, at + 1);
                                world.read[at] = place.apply(world)[order[at]];
                                if (at == order.length - 1) {
                                    look.accept(world.read);
                                }
                            }));
        }
        return new Search.Actor<>("d1 v1", acts);
    }

    private static Search.Actor<TimeWorld, GuestTime.Platform> step(
            String words, Consumer<TimeWorld> doing) {
        return new Search.Actor<>("d1", List.of(new Search.GuestStep<>(words, _ -> true, doing)));
    }

    private static Search.Actor<TimeWorld, GuestTime.Platform> call(
            String words, Consumer<GuestTime> asked) {
        GuestTime.Maker maker = Subject.current().mine().guestTime();
        return new Search.Actor<>(
                "Xen", List.of(new Search.Call<>(words, lent -> asked.accept(maker.make(lent)))));
    }

    @SafeVarargs
    @SuppressWarnings("varargs")
    private static void search(
            TimeWorld start,
            Consumer<TimeWorld> verdict,
            Search.Actor<TimeWorld, GuestTime.Platform>... actors) {
        new Search<>(GuestTime.Platform.class, List.of(actors), verdict)
                .check(start, steps -> start.told = steps);
    }
}
