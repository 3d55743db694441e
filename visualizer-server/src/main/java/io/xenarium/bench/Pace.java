package io.xenarium.bench;

/// How fast virtual time may pass against the clock on the wall.
///
/// @param speed nanoseconds of virtual time in a second of the wall's
/// @param fromNanos virtual time at the start
/// @param fromWall the wall's time then, in nanoseconds
record Pace(long speed, long fromNanos, long fromWall) {
    /// Slow enough to see, fast enough to get somewhere.
    static final long DEFAULT_SPEED = 10_000_000;

    /// A machine that falls this far behind does not try to catch up.
    private static final long LAG_MAX_SECONDS = 1;

    Pace(long speed, long fromNanos) {
        this(Math.clamp(speed, 1, 1_000_000_000_000L), fromNanos, System.nanoTime());
    }

    /// How far virtual time may have got by now.
    long targetNanos() {
        double seconds = (System.nanoTime() - fromWall) / 1e9;
        return fromNanos + (long) (seconds * speed);
    }

    /// How long there is nothing to do for a machine that stands at `nowNanos`.
    long waitMillis(long nowNanos) {
        long ahead = nowNanos - targetNanos();
        return ahead < 0 ? 0 : Math.clamp(ahead * 1000 / speed, 1, 50);
    }

    /// Whether the machine at `nowNanos` is so far behind that the pace should start anew.
    boolean isLost(long nowNanos) {
        return targetNanos() - nowNanos > LAG_MAX_SECONDS * speed;
    }
}
