package io.xenarium.bench;

import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.util.function.BooleanSupplier;
import java.util.function.LongSupplier;

/// How long a thread has been at one piece of work.
///
/// It is counted in processor time: on a computer that is busy with other things nobody is blamed
/// for having to wait. While the thread sleeps, or waits for another one, time itself counts; and
/// an eighth of it does always, because what waits outside of Java looks busy and uses no
/// processor.
final class Toil {
    private static final int WAITING_SHARE = 8;

    private final LongSupplier wallMillis;
    private final LongSupplier processorMillis;
    private final BooleanSupplier isAsleep;
    private boolean isBegun;
    private long seenWall;
    private long seenProcessor;
    private long millis;

    Toil(LongSupplier wallMillis, LongSupplier processorMillis, BooleanSupplier isAsleep) {
        this.wallMillis = wallMillis;
        this.processorMillis = processorMillis;
        this.isAsleep = isAsleep;
    }

    /// The toil of `thread`.
    static Toil of(Thread thread, LongSupplier wallMillis) {
        return new Toil(wallMillis, () -> processorMillis(thread), () -> isAsleep(thread));
    }

    private static long processorMillis(Thread thread) {
        ThreadMXBean threads = ManagementFactory.getThreadMXBean();
        return Math.max(0, threads.getThreadCpuTime(thread.threadId())) / 1_000_000;
    }

    private static boolean isAsleep(Thread thread) {
        Thread.State state = thread.getState();
        return state == Thread.State.WAITING || state == Thread.State.TIMED_WAITING;
    }

    /// The thread has come on: what counts begins at the next look.
    void begin() {
        isBegun = false;
        millis = 0;
    }

    /// Milliseconds of toil since the first look after it began; to be looked at again and again.
    long millis() {
        long wall = wallMillis.getAsLong();
        long processor = processorMillis.getAsLong();
        if (isBegun) {
            long passed = wall - seenWall;
            millis +=
                    isAsleep.getAsBoolean()
                            ? passed
                            : Math.max(processor - seenProcessor, passed / WAITING_SHARE);
        }
        isBegun = true;
        seenWall = wall;
        seenProcessor = processor;
        return millis;
    }
}
