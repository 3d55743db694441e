package io.xenarium.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;

class PaceTest {
    private static final long SECOND = 1_000_000_000;

    /// What the wall's clock shows: some moment, as such clocks do.
    private long wall = 77 * SECOND;

    private final Pace pace = new Pace(5 * SECOND, () -> wall);

    @Test
    void timePassesAsOnTheWall() {
        wall += 3 * SECOND + 5;
        assertEquals(8 * SECOND + 5, pace.allowedNanos(6 * SECOND));
    }

    @Test
    void aGuestThatWasBusyCatchesUp() {
        wall += 300 * SECOND;
        assertEquals(305 * SECOND, pace.allowedNanos(10 * SECOND));
        assertEquals(0, pace.restMillis(10 * SECOND, 11 * SECOND, true));
        wall += SECOND;
        assertEquals(306 * SECOND, pace.allowedNanos(305 * SECOND));
    }

    @Test
    void aGuestThatSleepsIsWaitedForUntilItWakes() {
        assertEquals(250, pace.restMillis(5 * SECOND, 5 * SECOND + 250_000_000, true));
        assertEquals(1000, pace.restMillis(5 * SECOND, Long.MAX_VALUE, true));
    }

    @Test
    void aMachineWhoseLaptopWasClosedGoesOnFromThere() {
        wall += 700 * SECOND;
        assertEquals(6 * SECOND, pace.allowedNanos(6 * SECOND));
        wall += SECOND;
        assertEquals(7 * SECOND, pace.allowedNanos(6 * SECOND));
    }

    @Test
    void aGuestThatPollsInSilenceIsGivenLessAndLess() {
        wall += 100 * SECOND;
        assertEquals(0, pace.restMillis(7 * SECOND, 7 * SECOND, false));
        assertEquals(51, pace.restMillis(9 * SECOND, 9 * SECOND, false));
        assertEquals(100, pace.restMillis(30 * SECOND, 30 * SECOND, false));
        pace.wake(30 * SECOND);
        assertEquals(0, pace.restMillis(31 * SECOND, 31 * SECOND, false));
    }
}
