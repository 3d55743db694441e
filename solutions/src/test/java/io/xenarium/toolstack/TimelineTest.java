package io.xenarium.toolstack;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.xenarium.terms.DomId;
import io.xenarium.toolstack.Timeline.Unit;
import io.xenarium.trace.CpuEvent;
import io.xenarium.trace.XenEvent;

import org.junit.jupiter.api.Test;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;

class TimelineTest {
    private static final long MILLISECOND = 1_000_000;

    private final Host host = Computers.small(1);
    private final Timeline timeline = new Timeline(host);
    private final DomId guest = Computers.hello(host, "hello");

    TimelineTest() {
        timeline.run(30 * MILLISECOND);
        Computers.type(host, guest, "help");
        timeline.run(60 * MILLISECOND);
        Computers.type(host, guest, "send 4");
        timeline.run(90 * MILLISECOND);
    }

    @Test
    void aThousandJumpsFindEachMomentAsItWas() {
        Map<Long, Long> known = new HashMap<>();
        SplittableRandom places = new SplittableRandom(3);
        List<Long> moments = new ArrayList<>();
        for (int i = 0; i < 150; i++) {
            moments.add(places.nextLong(timeline.endNanos()));
        }
        for (int jump = 0; jump < 1000; jump++) {
            long moment = moments.get(places.nextInt(moments.size()));
            timeline.seekNanos(moment);
            long state = host.stateHash();
            assertEquals(known.getOrDefault(moment, state), state, "at " + moment);
            known.put(moment, state);
        }
    }

    @Test
    void everyEventCanBeGoneToAndTheCameraSeesItOnce() {
        List<XenEvent> seen = new ArrayList<>();
        timeline.onCamera(() -> seen.add(timeline.now().event().orElseThrow()));
        SplittableRandom places = new SplittableRandom(4);
        Map<Long, XenEvent> known = new HashMap<>();
        for (int jump = 0; jump < 300; jump++) {
            long seq = places.nextLong(50, timeline.endSeq() + 1);
            seen.clear();
            timeline.seek(seq);
            assertEquals(1, seen.size());
            assertEquals(seq, timeline.now().seq());
            assertEquals(seq, seen.getFirst().stamp().seq());
            XenEvent before = known.put(seq, seen.getFirst());
            assertTrue(before == null || before.equals(seen.getFirst()));
        }
    }

    @Test
    void aStepForthAndAStepBackMeet() {
        for (Unit unit : Unit.values()) {
            timeline.seek(timeline.endSeq() - 100);
            timeline.step(unit, 1);
            Timeline.Position here = timeline.now();
            timeline.step(unit, 1);
            timeline.step(unit, -1);
            assertEquals(here.retired(), timeline.now().retired(), unit.name());
            assertEquals(here.nanos(), timeline.now().nanos(), unit.name());
        }
    }

    @Test
    void anInstructionBackIsOneInstruction() {
        timeline.seekNanos(200);
        long retired = timeline.now().retired();
        timeline.step(Unit.INSTRUCTION, -1);
        assertEquals(retired - 1, timeline.now().retired());
        timeline.step(Unit.INSTRUCTION, -10);
        assertEquals(retired - 11, timeline.now().retired());
        timeline.step(Unit.INSTRUCTION, 11);
        assertEquals(retired, timeline.now().retired());
    }

    @Test
    void anInstructionStepGoesFromTheEventThatIsShown() {
        SplittableRandom places = new SplittableRandom(5);
        for (int i = 0; i < 40; i++) {
            timeline.seek(places.nextLong(timeline.endSeq() / 2, timeline.endSeq()));
            long retired = timeline.now().retired();
            int count = i % 2 == 0 ? 1 : -1;
            timeline.step(Unit.INSTRUCTION, count);
            assertEquals(Math.max(0, retired + count), timeline.now().retired());
        }
    }

    @Test
    void trapsAreSteppedThroughBackwardsInOrder() {
        List<Long> forth = new ArrayList<>();
        timeline.seek(timeline.endSeq() / 2);
        for (int i = 0; i < 12; i++) {
            timeline.step(Unit.TRAP, 1);
            forth.add(timeline.now().seq());
            XenEvent event = timeline.now().event().orElseThrow();
            assertTrue(
                    event instanceof CpuEvent.HypercallEntered
                            || event instanceof CpuEvent.Trapped);
        }
        for (int i = forth.size() - 2; i >= 0; i--) {
            timeline.step(Unit.TRAP, -1);
            assertEquals(forth.get(i), timeline.now().seq());
        }
    }

    @Test
    void whoActsInThePastForksAndTheOldFutureStays() {
        long oldEnd = timeline.endSeq();
        timeline.seekNanos(timeline.endNanos());
        long oldState = host.stateHash();
        timeline.seekNanos(40 * MILLISECOND);
        Computers.type(host, guest, "ports");
        timeline.run(95 * MILLISECOND);
        assertEquals(2, timeline.branches().size());
        assertEquals(1, timeline.branch().id());
        assertTrue(host.consoleOutput(guest).text().contains("port 1: interdomain"));
        timeline.switchTo(0);
        assertEquals(oldEnd, timeline.endSeq());
        timeline.seekNanos(timeline.endNanos());
        assertEquals(oldState, host.stateHash());
        assertFalse(host.consoleOutput(guest).text().contains("port 1: interdomain"));
        timeline.switchTo(1);
        timeline.seekNanos(timeline.endNanos());
        assertTrue(host.consoleOutput(guest).text().contains("port 1: interdomain"));
    }

    @Test
    void anotherTimelineTakesTheBranchesOverAndGoesAnywhereOnThem() {
        Map<Integer, Long> ends = new HashMap<>();
        ends.put(0, endState());
        timeline.seekNanos(40 * MILLISECOND);
        Computers.type(host, guest, "ports");
        timeline.run(70 * MILLISECOND);
        ends.put(1, endState());
        timeline.seekNanos(50 * MILLISECOND);
        host.writeStore("/local/domain/1/memory/target", "1");
        timeline.run(60 * MILLISECOND);
        ends.put(2, endState());
        timeline.switchTo(1);

        Host again = Computers.small(1);
        Timeline other = new Timeline(again);
        other.recall(timeline.remember(), timeline.branch().id());

        assertEquals(timeline.branches(), other.branches());
        assertEquals(timeline.branch(), other.branch());
        for (int branch : List.of(1, 0, 2, 1)) {
            other.switchTo(branch);
            other.seekNanos(other.endNanos());
            assertEquals(ends.get(branch), again.stateHash(), "branch " + branch);
        }
        other.seekNanos(30 * MILLISECOND);
        again.writeStore("/local/domain/1/memory/target", "2");
        assertEquals(4, other.branches().size());
    }

    @Test
    void anInputBeforeOthersThatLieAheadMakesABranch() {
        Host again = Computers.small(1);
        Timeline other = new Timeline(again);
        again.machine().journal().append(host.machine().journal().entries());
        other.run(40 * MILLISECOND);
        Computers.type(again, guest, "ports");
        assertEquals(2, other.branches().size());
        other.switchTo(0);
        other.run(timeline.endNanos());
        timeline.seekNanos(timeline.endNanos());
        assertEquals(host.stateHash(), again.stateHash());
    }

    private long endState() {
        timeline.seekNanos(timeline.endNanos());
        return host.stateHash();
    }

    @Test
    void ticksCountEveryEventOnce() {
        timeline.seek(timeline.endSeq() / 3);
        for (int buckets : List.of(1, 7, 100, 100_000)) {
            long sum =
                    timeline.ticks(1, timeline.endSeq(), buckets).stream()
                            .flatMap(ticks -> ticks.counts().values().stream())
                            .mapToLong(count -> count)
                            .sum();
            long unseen = timeline.branches().getFirst().forkSeq();
            assertEquals(timeline.endSeq() - unseen, sum, buckets + " stretches");
            assertTrue(timeline.ticks(1, timeline.endSeq(), buckets).size() <= buckets);
        }
    }
}
