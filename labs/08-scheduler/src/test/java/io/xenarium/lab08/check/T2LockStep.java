package io.xenarium.lab08.check;

import io.xenarium.lab.Tier;
import io.xenarium.lab08.check.Op.Kind;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/// The second tier: the same operations for the learner's part and for the reference, and the first
/// difference between what they leave behind. And bounds: over two seconds everybody gets a share.
@Tier(2)
public final class T2LockStep {
    private static final long TWO_SECONDS = 2_000_000_000L;

    @Test
    @Tag("08.1")
    void creditBurnsTheSame() {
        new LockStep(Kind.NATURE, Kind.PASS, Kind.BURN).check();
    }

    @Test
    @Tag("08.2")
    void refillsAreTheSame() {
        new LockStep(Kind.PASS, Kind.BURN, Kind.ACCOUNT).check();
    }

    @Test
    @Tag("08.3")
    void worthIsTheSame() {
        new LockStep(Kind.NATURE, Kind.WORTH, Kind.YIELD, Kind.PASS, Kind.BURN).check();
    }

    @Test
    @Tag("08.5")
    void theSameArePicked() {
        new LockStep(Kind.PASS, Kind.BURN, Kind.PICK, Kind.SLEEP, Kind.YIELD).check();
    }

    @Test
    @Tag("08.4")
    void slicesAreTheSame() {
        new LockStep(Kind.SLICE, Kind.NATURE, Kind.PASS, Kind.BURN, Kind.SLEEP).check();
    }

    @Test
    @Tag("08.6")
    void everythingTogetherIsTheSame() {
        new LockStep(Kind.SCHEDULE, Kind.PASS, Kind.SLEEP, Kind.WAKE, Kind.WAKE, Kind.YIELD)
                .check();
    }

    @Test
    @Tag("08.6")
    void equalWeightsHaveEqualShares() {
        new Simulation(3, 1).runs(TWO_SECONDS).had(0, 32, 35).had(1, 32, 35).had(2, 32, 35);
        new Simulation(3, 2).runs(TWO_SECONDS).had(0, 60, 73).had(1, 60, 73).had(2, 60, 73);
    }

    @Test
    @Tag("08.6")
    void sharesGoByWeight() {
        new Simulation(3, 1)
                .weighs(0, 512)
                .runs(TWO_SECONDS)
                .had(0, 48, 52)
                .had(1, 23, 27)
                .had(2, 23, 27);
        new Simulation(2, 1).weighs(0, 2560).runs(TWO_SECONDS).had(0, 89, 93).had(1, 7, 11);
    }

    @Test
    @Tag("08.6")
    void nobodyHasMoreThanOneProcessor() {
        new Simulation(2, 2).weighs(0, 2560).runs(TWO_SECONDS).had(0, 99, 100).had(1, 99, 100);
    }
}
