package io.xenarium.bench.wire;

import java.util.function.LongSupplier;

/// A clock for those who wait for a sign of life: it goes on by what passes between two looks, but
/// by no more than a moment. Where nobody could look, because all of the computer stood still, as a
/// laptop does whose lid is closed, nobody could give a sign either, and that time does not count.
public final class WakefulClock {
    /// Longer than between two looks of anybody who looks at it again and again.
    private static final long MOMENT_MILLIS = 2_000;

    private final LongSupplier wallMillis;
    private long seenMillis;
    private long millis;

    public WakefulClock() {
        this(() -> System.nanoTime() / 1_000_000);
    }

    /// @param wallMillis the time that passes anyway
    public WakefulClock(LongSupplier wallMillis) {
        this.wallMillis = wallMillis;
        seenMillis = wallMillis.getAsLong();
    }

    /// Milliseconds since it was made.
    public synchronized long millis() {
        long now = wallMillis.getAsLong();
        millis += Math.min(now - seenMillis, MOMENT_MILLIS);
        seenMillis = now;
        return millis;
    }
}
