package io.xenarium.lab08.check;

import io.xenarium.lab.Tier;
import io.xenarium.lab08.check.Op.Kind;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/// The fifth tier: guests that want more than their share.
@Tier(5)
public final class T5Hostile {
    private static final long MS = 1_000_000;
    private static final long TWO_SECONDS = 2000 * MS;

    @Test
    @Tag("08.1")
    void manyShortRunsCostWhatOneLongRunCosts() {
        Scene scene = Scene.of(1, 1);
        scene.where(world -> {
            world.runs[0] = 0;
            world.weights[0] = 65_535;
            world.paidUntil[0] = world.now;
        });
        for (int i = 0; i < 65_535; i++) {
            scene.does(Kind.PASS, 0, 10).does(Kind.BURN, 0);
        }
        scene.is("credit of d1 v0", "9,997,440 ns").is("rest of d1 v0", "0");
    }

    @Test
    @Tag("08.2")
    void aSleeperCannotSaveUpForALongRun() {
        Scene scene = Scene.of(2, 1);
        for (int i = 0; i < 50; i++) {
            scene.where(world -> world.credits[0] = -1).does(Kind.ACCOUNT, 0);
        }
        scene.is("credit of d2 v0", "10,500,000 ns");
    }

    @Test
    @Tag("08.6")
    void whoNapsGetsNoMoreThanItsShare() {
        new Simulation(3, 1)
                .naps(0, 3 * MS, 1000)
                .runs(TWO_SECONDS)
                .had(0, 25, 36)
                .had(1, 31, 40)
                .had(2, 31, 40);
        new Simulation(2, 1).naps(0, 9 * MS, 1000).runs(TWO_SECONDS).had(0, 40, 53).had(1, 46, 60);
    }

    @Test
    @Tag("08.6")
    void whoNapsOftenLetsTheOthersRunForAMillisecondAtATime() {
        new Simulation(2, 1)
                .naps(0, MS / 10, MS / 10)
                .runs(TWO_SECONDS)
                .had(0, 5, 20)
                .had(1, 80, 95);
    }
}
