package io.xenarium.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class ToilTest {
    private long wall;
    private long processor;
    private boolean isAsleep;
    private final Toil toil = new Toil(() -> wall, () -> processor, () -> isAsleep);

    private long after(int looks, int wallMillis, int processorMillis) {
        for (int i = 0; i < looks; i++) {
            wall += wallMillis;
            processor += processorMillis;
            toil.millis();
        }
        return toil.millis();
    }

    @Test
    void aThreadThatSpinsToilsAsTimeGoesBy() {
        toil.millis();
        assertEquals(8_000, after(16, 500, 500));
    }

    @Test
    void whoGetsATenthOfABusyComputerIsGivenTimeForAsMuchWork() {
        toil.millis();
        assertTrue(after(40, 500, 50) < 8_000, "twenty seconds, two of them at work");
    }

    @Test
    void whoSleepsOrWaitsOutsideOfJavaIsNoticedAsWell() {
        toil.millis();
        isAsleep = true;
        assertEquals(8_000, after(16, 500, 0));
        isAsleep = false;
        toil.begin();
        toil.millis();
        assertTrue(after(140, 500, 0) > 8_000, "a minute without a sign");
    }

    @Test
    void itBeginsAnewWhereTheThreadHasComeOn() {
        after(10, 500, 500);
        toil.begin();
        assertEquals(0, toil.millis());
        assertEquals(500, after(1, 500, 500));
    }

    @Test
    void theToilOfARealThreadIsItsProcessorTime() throws Exception {
        Thread spinner = Thread.ofPlatform().daemon().start(ToilTest::spin);
        Toil real = Toil.of(spinner, () -> 0);
        long first = real.millis();
        while (real.millis() < first + 100) {
            Thread.onSpinWait();
        }
        spinner.interrupt();
        spinner.join();
    }

    private static void spin() {
        while (!Thread.interrupted()) {
            Thread.onSpinWait();
        }
    }
}
