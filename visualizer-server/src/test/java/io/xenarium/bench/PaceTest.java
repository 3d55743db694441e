package io.xenarium.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class PaceTest {
    private static final long SECOND = 1_000_000_000;

    /// What the wall's clock shows.
    private long wall = 77 * SECOND;

    @Test
    void aMachineThatWasBehindForMinutesIsRightAgainAtRealTime() {
        Pace pace = new Pace(SECOND, 2 * SECOND, () -> wall);
        wall += 300 * SECOND;
        assertFalse(pace.isLost(10 * SECOND));
        assertEquals(302 * SECOND, pace.targetNanos());
        assertEquals(0, pace.waitMillis(10 * SECOND));
    }

    @Test
    void aMachineWhoseLaptopWasClosedIsLost() {
        Pace pace = new Pace(SECOND, 2 * SECOND, () -> wall);
        wall += 700 * SECOND;
        assertTrue(pace.isLost(10 * SECOND));
    }

    @Test
    void slowTimePassesInProportion() {
        Pace pace = new Pace(10_000_000, 0, () -> wall);
        wall += 2 * SECOND;
        assertEquals(20_000_000, pace.targetNanos());
        assertEquals(50, pace.waitMillis(SECOND));
        assertEquals(1, pace.waitMillis(20_000_001));
    }
}
