package io.xenarium.bench;

import java.util.function.LongSupplier;

/// How fast virtual time may pass against the clock on the wall.
///
/// A machine that has more to do than it can is behind; as soon as its guests idle it catches up,
/// because idle time costs nothing. So a guest's clock that is as fast as the wall's is right
/// again.
///
/// @param speed nanoseconds of virtual time in a second of the wall's
/// @param fromNanos virtual time at the start
/// @param wall the wall's time, in nanoseconds
/// @param fromWall what it was at the start
record Pace(long speed, long fromNanos, LongSupplier wall, long fromWall) {
    /// Slow enough to see, fast enough to get somewhere.
    static final long DEFAULT_SPEED = 10_000_000;

    /// A machine that falls this far behind, because the laptop was closed, does not catch up.
    private static final long LAG_MAX_SECONDS = 600;

    Pace(long speed, long fromNanos) {
        this(speed, fromNanos, System::nanoTime);
    }

    Pace(long speed, long fromNanos, LongSupplier wall) {
        this(Math.clamp(speed, 1, 1_000_000_000_000L), fromNanos, wall, wall.getAsLong());
    }

    /// How far virtual time may have got by now.
    long targetNanos() {
        double seconds = (wall.getAsLong() - fromWall) / 1e9;
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
