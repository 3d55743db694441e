package io.xenarium.bench;

import io.xenarium.bench.wire.Link;
import io.xenarium.bench.wire.Message;
import io.xenarium.bench.wire.WakefulClock;
import io.xenarium.machine.Machine;

import tools.jackson.databind.json.JsonMapper;

import java.io.IOException;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;

/// The sign of life that the server hears twice a second: how long the machine's thread has been at
/// one piece of work without virtual time going on, and where in the code it is.
final class Pulse {
    private static final long PERIOD_MILLIS = 500;

    private final Link link;
    private final WakefulClock clock = new WakefulClock();
    private Thread watched;
    private Toil toil;
    private Machine machine;
    private LongSupplier overdueMillis = () -> 0;
    private final AtomicLong begun = new AtomicLong();
    private volatile boolean isWorking;
    private long lastBegun;
    private long lastNanos = -1;

    Pulse(Link link) {
        this.link = link;
    }

    /// Beats from now on.
    void start() {
        ScheduledExecutorService heart =
                Executors.newSingleThreadScheduledExecutor(
                        beat -> Thread.ofPlatform().daemon().name("pulse").unstarted(beat));
        heart.scheduleAtFixedRate(this::beat, 0, PERIOD_MILLIS, TimeUnit.MILLISECONDS);
    }

    /// Watches this machine's thread from now on.
    synchronized void watch(Thread newThread, Machine newMachine) {
        watched = newThread;
        toil = Toil.of(newThread, clock::millis);
        machine = newMachine;
    }

    /// From now on tells also how long a cell has not obeyed.
    synchronized void watchCells(LongSupplier newOverdueMillis) {
        overdueMillis = newOverdueMillis;
    }

    /// The machine's thread begins a piece of work.
    void begin() {
        begun.incrementAndGet();
        isWorking = true;
    }

    /// It has done it.
    void end() {
        isWorking = false;
    }

    private synchronized void beat() {
        long stuckMillis = isAtTheSamePiece() ? toil.millis() : 0;
        try {
            link.send(
                    new Message.Event(
                            "pulse",
                            JsonMapper.shared()
                                    .createObjectNode()
                                    .put("stuckMillis", stuckMillis)
                                    .put("overdueMillis", overdueMillis.getAsLong())
                                    .put("at", stuckMillis > PERIOD_MILLIS ? where() : "")));
        } catch (IOException parentIsGone) {
            Runtime.getRuntime().halt(0);
        }
    }

    /// Whether the machine's thread is where it was at the last beat.
    private boolean isAtTheSamePiece() {
        long nanos = machine == null ? 0 : machine.clock().nanos();
        long pieces = begun.get();
        boolean isSame = isWorking && nanos == lastNanos && pieces == lastBegun;
        lastNanos = nanos;
        lastBegun = pieces;
        if (!isSame && toil != null) {
            toil.begin();
        }
        return isSame && toil != null;
    }

    /// The learner's line where one is on the stack, else the innermost one.
    private String where() {
        return watched == null ? "" : PartFailure.place(watched.getStackTrace());
    }
}
