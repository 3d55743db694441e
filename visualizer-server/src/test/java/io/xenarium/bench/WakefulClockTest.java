package io.xenarium.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.xenarium.bench.wire.WakefulClock;

import org.junit.jupiter.api.Test;

class WakefulClockTest {
    private long wall = 1_000_000;
    private final WakefulClock clock = new WakefulClock(() -> wall);

    @Test
    void itGoesAsTheWallsClockGoesWhileSomebodyLooks() {
        for (int looks = 1; looks <= 60; looks++) {
            wall += 500;
            assertEquals(looks * 500, clock.millis());
        }
    }

    @Test
    void anHourInWhichTheComputerStoodStillIsAMoment() {
        clock.millis();
        wall += 3_600_000;
        assertEquals(2_000, clock.millis());
        wall += 10;
        assertEquals(2_010, clock.millis());
    }
}
