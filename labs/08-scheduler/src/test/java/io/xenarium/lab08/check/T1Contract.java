package io.xenarium.lab08.check;

import io.xenarium.lab.Tier;
import io.xenarium.lab08.check.Op.Kind;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/// The first tier: what each operation does when it is alone.
@Tier(1)
public final class T1Contract {
    private static final long MS = 1_000_000;
    private static final String CREDIT = "credit of d1 v0";

    @Test
    @Tag("08.1")
    void runningCostsCredit() {
        running(1)
                .does(Kind.PASS, 0, 3 * MS)
                .does(Kind.BURN, 0)
                .is(CREDIT, "7,000,000 ns")
                .is("paid by d1 v0 until", "103,000,000 ns")
                .does(Kind.BURN, 0)
                .is(CREDIT, "7,000,000 ns")
                .does(Kind.PASS, 0, 9 * MS)
                .does(Kind.BURN, 0)
                .is(CREDIT, "-2,000,000 ns");
    }

    @Test
    @Tag("08.1")
    void twiceTheWeightIsHalfThePrice() {
        running(1)
                .where(world -> world.weights[0] = 512)
                .does(Kind.PASS, 0, 3 * MS)
                .does(Kind.BURN, 0)
                .is(CREDIT, "8,500,000 ns");
    }

    @Test
    @Tag("08.1")
    void nothingIsLostInTheDivision() {
        Scene scene = running(1).where(world -> world.weights[0] = 300);
        for (int i = 0; i < 3; i++) {
            scene.does(Kind.PASS, 0, 100).does(Kind.BURN, 0);
        }
        scene.is(CREDIT, "9,999,744 ns").is("rest of d1 v0", "0");
        running(1)
                .where(world -> world.weights[0] = 300)
                .does(Kind.PASS, 0, 100)
                .does(Kind.BURN, 0)
                .is(CREDIT, "9,999,915 ns")
                .is("rest of d1 v0", "100");
    }

    /// So many vCPUs, of which the first runs on the one processor.
    private static Scene running(int vcpus) {
        return Scene.of(vcpus, 1)
                .where(world -> {
                    world.runs[0] = 0;
                    world.since[0] = world.now;
                    world.sliceEnds[0] = world.now + 10 * MS;
                    java.util.Arrays.fill(world.paidUntil, world.now);
                });
    }

    @Test
    @Tag("08.2")
    void everybodyIsGivenTheSame() {
        Scene.of(3, 1)
                .where(world -> credits(world, -2 * MS, -5 * MS, -9 * MS))
                .does(Kind.ACCOUNT, 0)
                .is(CREDIT, "8,000,000 ns")
                .is("credit of d2 v0", "5,000,000 ns")
                .is("credit of d3 v0", "1,000,000 ns")
                .is("refills", "1");
    }

    @Test
    @Tag("08.2")
    void savingsHaveALimit() {
        Scene.of(3, 1)
                .where(world -> credits(world, 0, 300_000, 9 * MS))
                .does(Kind.ACCOUNT, 0)
                .is(CREDIT, "10,000,000 ns")
                .is("credit of d2 v0", "10,300,000 ns")
                .is("credit of d3 v0", "10,500,000 ns");
    }

    @Test
    @Tag("08.2")
    void whoOverdrewMuchIsGivenMoreThanOnce() {
        Scene.of(2, 1)
                .where(world -> credits(world, -12 * MS, -25 * MS))
                .does(Kind.ACCOUNT, 0)
                .is(CREDIT, "8,000,000 ns")
                .is("credit of d2 v0", "-5,000,000 ns");
    }

    private static void credits(SchedWorld world, long... credits) {
        System.arraycopy(credits, 0, world.credits, 0, credits.length);
    }

    @Test
    @Tag("08.3")
    void worthIsCreditLessMargins() {
        Scene.of(1, 2)
                .does(Kind.WORTH, 0, 0)
                .is("the answer", "10,000,000 ns")
                .does(Kind.WORTH, 0, 1)
                .is("the answer", "9,500,000 ns")
                .where(world -> world.soft[0] = 1)
                .does(Kind.WORTH, 0, 1)
                .is("the answer", "9,000,000 ns")
                .does(Kind.YIELD, 0)
                .does(Kind.WORTH, 0, 0)
                .is("the answer", "9,000,000 ns");
    }

    @Test
    @Tag("08.5")
    void whoHasMostCreditRuns() {
        Scene.of(3, 1)
                .where(world -> credits(world, 4 * MS, 6 * MS, 5 * MS))
                .does(Kind.PICK, 0)
                .is("the answer", "d2 v0")
                .does(Kind.SLEEP, 1)
                .does(Kind.PICK, 0)
                .is("the answer", "d3 v0")
                .does(Kind.SLEEP, 0)
                .does(Kind.SLEEP, 2)
                .does(Kind.PICK, 0)
                .is("the answer", "nobody");
    }

    @Test
    @Tag("08.5")
    void ofEqualsWhoRunsGoesOnAndElseTheFirst() {
        Scene.of(3, 1)
                .where(world -> world.orders[1] = -1)
                .does(Kind.PICK, 0)
                .is("the answer", "d2 v0")
                .where(world -> {
                    world.runs[0] = 2;
                    world.paidUntil[2] = world.now;
                })
                .does(Kind.SCHEDULE, 0)
                .is("on p0 runs", "d3 v0");
    }

    @Test
    @Tag("08.5")
    void aVcpuRunsOnlyWhereItMay() {
        Scene.of(2, 2)
                .where(world -> world.hard[0] = 2)
                .does(Kind.SCHEDULE, 0)
                .is("on p0 runs", "d2 v0")
                .does(Kind.SCHEDULE, 1)
                .is("on p1 runs", "d1 v0");
    }

    @Test
    @Tag("08.5")
    void anIdleProcessorTakesWhatWaitsElsewhere() {
        Scene.of(2, 2)
                .does(Kind.PICK, 0, 1)
                .is("the answer", "nobody")
                .does(Kind.SCHEDULE, 0)
                .is("on p0 runs", "d1 v0")
                .does(Kind.SCHEDULE, 1)
                .is("on p1 runs", "d2 v0");
    }

    @Test
    @Tag("08.5")
    void whenTheBestHasNoneLeftEverybodyIsGivenCredit() {
        Scene.of(2, 1)
                .where(world -> credits(world, -3 * MS, 0))
                .does(Kind.PICK, 0)
                .is("the answer", "d2 v0")
                .is("refills", "1")
                .is("credit of d2 v0", "10,000,000 ns")
                .is(CREDIT, "7,000,000 ns")
                .does(Kind.PICK, 0)
                .is("refills", "1");
        Scene.of(1, 1)
                .where(world -> credits(world, 300_000))
                .where(world -> world.yielding[0] = true)
                .does(Kind.PICK, 0)
                .is("the answer", "d1 v0")
                .is("refills", "0");
    }

    @Test
    @Tag("08.4")
    void aSliceLastsUntilTheNextWouldBeAhead() {
        Scene.of(2, 1)
                .where(world -> credits(world, 9 * MS, 5 * MS))
                .does(Kind.SLICE, 0, 0)
                .is("the answer", "4,000,000 ns")
                .where(world -> world.weights[0] = 512)
                .does(Kind.SLICE, 0, 0)
                .is("the answer", "8,000,000 ns");
    }

    @Test
    @Tag("08.4")
    void aSliceHasBounds() {
        Scene.of(2, 1)
                .does(Kind.SLICE, 0, 0)
                .is("the answer", "1,000,000 ns")
                .where(world -> credits(world, 5 * MS, -9 * MS))
                .does(Kind.SLICE, 0, 0)
                .is("the answer", "10,000,000 ns")
                .does(Kind.SLEEP, 1)
                .does(Kind.SLICE, 0, 0)
                .is("the answer", "10,000,000 ns")
                .where(world -> world.budgets[0] = 3 * MS)
                .does(Kind.SLICE, 0, 0)
                .is("the answer", "3,000,000 ns");
    }

    @Test
    @Tag("08.6")
    void whoWakesGoesWhereFewestAre() {
        Scene.of(3, 2)
                .does(Kind.SLEEP, 2)
                .does(Kind.SCHEDULE, 0)
                .does(Kind.WAKE, 2)
                .is("queue of d3 v0", "p1")
                .where(world -> world.hard[2] = 1)
                .does(Kind.SLEEP, 2)
                .does(Kind.WAKE, 2)
                .is("queue of d3 v0", "p0");
    }

    @Test
    @Tag("08.6")
    void moreCreditTakesTheProcessorAfterAMillisecond() {
        asleep().does(Kind.PASS, 0, MS / 2)
                .does(Kind.WAKE, 1)
                .is("the slice of p0 ends at", "101,000,000 ns");
        asleep().does(Kind.PASS, 0, 3 * MS)
                .does(Kind.WAKE, 1)
                .is("the slice of p0 ends at", "103,000,000 ns");
    }

    @Test
    @Tag("08.6")
    void lessCreditWaits() {
        asleep().where(world -> credits(world, 10 * MS, 9 * MS))
                .does(Kind.PASS, 0, MS / 2)
                .does(Kind.WAKE, 1)
                .is("the slice of p0 ends at", "110,000,000 ns");
        asleep().where(world -> credits(world, 10 * MS, 9 * MS))
                .does(Kind.PASS, 0, 3 * MS)
                .does(Kind.WAKE, 1)
                .is("the slice of p0 ends at", "103,000,000 ns");
    }

    @Test
    @Tag("08.6")
    void aSliceIsNeverMadeLonger() {
        asleep().where(world -> world.sliceEnds[0] = world.now + MS / 4)
                .does(Kind.PASS, 0, MS / 8)
                .does(Kind.WAKE, 1)
                .is("the slice of p0 ends at", "100,250,000 ns");
    }

    /// The first runs, the second sleeps.
    private static Scene asleep() {
        return running(2).does(Kind.SLEEP, 1);
    }
}
