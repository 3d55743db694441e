package io.xenarium.cli;

/// How fast a guest may run before somebody's eyes.
///
/// 1. Virtual time passes no faster than time on the wall, so that a clock on the guest's screen is
///    right where the machine is fast enough.
/// 2. A guest that has said nothing for a while is given less and less of the processor: there are
///    guests that wait by polling, and a waiting guest must not keep a laptop hot.
final class Pace {
    private static final long REST_AFTER_NANOS = 2_000_000_000L;
    private static final long REST_MAX_MILLIS = 100;

    /// A machine that falls behind does not catch up: it starts anew from here.
    private static final long LAG_MAX_NANOS = 50_000_000;

    private long startNanos;
    private long startWall;
    private long awakeWall;

    Pace(long nowNanos) {
        awakeWall = System.nanoTime();
        restart(nowNanos);
    }

    private void restart(long nowNanos) {
        startNanos = nowNanos;
        startWall = System.nanoTime();
    }

    /// How far the machine may run from `nowNanos`, at most a slice.
    long until(long nowNanos, long sliceNanos) {
        long allowed = startNanos + System.nanoTime() - startWall;
        if (allowed - nowNanos > LAG_MAX_NANOS) {
            restart(nowNanos);
            allowed = nowNanos + sliceNanos;
        }
        return Math.min(allowed, nowNanos + sliceNanos);
    }

    /// How long to wait for input before the next slice.
    long restMillis(boolean hasSpoken, long nowNanos) {
        long wall = System.nanoTime();
        if (hasSpoken) {
            awakeWall = wall;
        }
        long ahead = nowNanos - startNanos - (wall - startWall);
        if (ahead >= 0) {
            return Math.clamp(ahead / 1_000_000, 1, 10);
        }
        long quiet = wall - awakeWall - REST_AFTER_NANOS;
        return quiet <= 0 ? 1 : Math.min(REST_MAX_MILLIS, 1 + quiet / 20_000_000);
    }

    /// Somebody typed.
    void wake() {
        awakeWall = System.nanoTime();
    }
}
