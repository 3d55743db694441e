package io.xenarium.cli;

import java.util.function.LongSupplier;

/// How fast a guest may run before somebody's eyes.
///
/// 1. Virtual time passes no faster than time on the wall.
/// 2. A guest that had more to do than the machine could is behind the wall; as soon as it idles it
///    catches up, because idle time costs nothing. So its clock is right again.
/// 3. A guest that has never slept and has been silent for long is given less and less of the
///    processor: there are guests that wait by polling, and a waiting guest must not keep a laptop
///    hot.
final class Pace {
    /// Virtual time of silence after which a guest that never sleeps is taken to be polling: longer
    /// than Linux is silent while it boots.
    private static final long REST_AFTER_NANOS = 3_000_000_000L;

    private static final long REST_MAX_MILLIS = 100;

    /// A machine that falls further behind, because the laptop was closed, does not catch up.
    private static final long LAG_MAX_NANOS = 600_000_000_000L;

    private final LongSupplier wall;
    private long startNanos;
    private long startWall;
    private long awakeNanos;

    /// @param nowNanos virtual time at this moment, from which on it goes as time on the wall does
    Pace(long nowNanos) {
        this(nowNanos, System::nanoTime);
    }

    /// @param wall the wall's time in nanoseconds
    Pace(long nowNanos, LongSupplier wall) {
        this.wall = wall;
        awakeNanos = nowNanos;
        restart(nowNanos);
    }

    private void restart(long nowNanos) {
        startNanos = nowNanos;
        startWall = wall.getAsLong();
    }

    /// How far virtual time may have got by now.
    long allowedNanos(long nowNanos) {
        long allowed = startNanos + wall.getAsLong() - startWall;
        if (allowed - nowNanos > LAG_MAX_NANOS) {
            restart(nowNanos);
            return nowNanos;
        }
        return allowed;
    }

    /// How long to wait for input, at most, when the guest next wants to run at `wakeNanos`.
    long restMillis(long nowNanos, long wakeNanos, boolean hasEverSlept) {
        long ahead = Math.max(nowNanos, wakeNanos) - allowedNanos(nowNanos);
        if (ahead > 0) {
            return Math.clamp(ahead / 1_000_000, 1, 1000);
        }
        long quiet = hasEverSlept ? 0 : nowNanos - awakeNanos - REST_AFTER_NANOS;
        return quiet <= 0 ? 0 : Math.min(REST_MAX_MILLIS, 1 + quiet / 20_000_000);
    }

    /// The guest has said something, or somebody typed.
    void wake(long nowNanos) {
        awakeNanos = nowNanos;
    }
}
