package io.xenarium.server;

import io.xenarium.bench.wire.ChildJvm;
import io.xenarium.bench.wire.Message;
import io.xenarium.bench.wire.WakefulClock;

import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.logging.Level;
import java.util.logging.Logger;

/// Keeps a bench alive: starts it, watches it, and when it dies or hangs starts another one that
/// goes on where the last one stood.
///
/// What a new bench needs is what the old one told as it went: the journal of its inputs and where
/// it stood ([BenchMemory]). When a bench dies on the way back there, the next one returns to the
/// start instead, and the one after that without the reader's own parts.
final class BenchKeeper implements AutoCloseable {
    private static final String MAIN_CLASS = "io.xenarium.bench.BenchMain";
    private static final List<String> FLAGS =
            List.of(
                    "-Xmx1g",
                    "-XX:+UseSerialGC",
                    "-XX:+ExitOnOutOfMemoryError",
                    "--enable-native-access=ALL-UNNAMED");

    /// How long the machine may be at one stretch of work without time going on: of work, which on
    /// a busy computer takes longer.
    private static final long HANG_MILLIS = 8_000;

    /// How long a cell may go on after it was told to stop.
    private static final long OVERDUE_MILLIS = 8_000;

    /// A pulse comes every half second; a bench that is busy collecting garbage may miss some, and
    /// one to which a busy computer gives no time many.
    private static final long SILENCE_MILLIS = 60_000;

    /// An answer may take long, on a slow computer or while a bench starts. Whoever asks waits
    /// until it is there or the bench has ended, as one that hangs is made to; this is only the
    /// last resort.
    private static final Duration PATIENCE = Duration.ofMinutes(10);

    private static final int RETURNS_MAX = 3;

    /// After this the end of a bench has been noticed.
    private static final long AGAIN_MILLIS = 300;

    private static final Logger LOG = Logger.getLogger(BenchKeeper.class.getName());

    private final Streams streams;
    private final List<String> flags = new ArrayList<>(FLAGS);
    private final BenchMemory memory;
    private final WakefulClock clock = new WakefulClock();
    private volatile ChildJvm child;
    private volatile CompletableFuture<ChildJvm> bench = new CompletableFuture<>();
    private volatile JsonNode status = statusOf("starting", "");
    private volatile String causeOfDeath = "";
    private volatile boolean isOpened;
    private volatile long heardMillis;
    private volatile int earlyDeaths;
    private volatile boolean isClosed;

    BenchKeeper(WorkbookConfig config, Streams streams) {
        this.streams = streams;
        flags.add("-Dxenarium.root=" + config.root());
        memory = new BenchMemory(config);
    }

    /// Starts the first bench, in the background.
    void start() {
        Thread.ofPlatform().daemon().name("bench watch").start(this::watch);
        Thread.ofPlatform().daemon().name("bench start").start(() -> launch(""));
    }

    /// What the page was last told about the bench.
    Letter status() {
        return Letter.of("bench", status);
    }

    /// The bench's process, while there is one.
    ProcessHandle process() {
        return ProcessHandle.of(bench.join().pid()).orElseThrow();
    }

    /// Asks the bench and waits for the answer.
    ///
    /// @throws BenchAway where the bench ends before, or cannot be started
    /// @throws ChildJvm.Refused where the bench says no
    JsonNode ask(String about, JsonNode body) {
        return BenchAway.await(post(about, body), PATIENCE);
    }

    /// Asks something that changes nothing: where the bench ends before it has answered, as when
    /// the computer is made anew, the next one is asked.
    ///
    /// @throws BenchAway where several benches end, or none can be started
    /// @throws ChildJvm.Refused where the bench says no
    JsonNode question(String about, JsonNode body) throws InterruptedException {
        for (int ended = 0; ended < RETURNS_MAX; ended++) {
            try {
                return ask(about, body);
            } catch (BenchAway away) {
                TimeUnit.MILLISECONDS.sleep(AGAIN_MILLIS);
            }
        }
        return ask(about, body);
    }

    /// Asks the bench, as soon as it is there.
    CompletableFuture<JsonNode> post(String about, JsonNode body) {
        return bench.thenCompose(child -> child.ask(about, body));
    }

    /// Ends the bench for a reason, which the reader is told when the next one starts.
    void kill(String reason) {
        ChildJvm victim = child;
        if (victim != null) {
            causeOfDeath = reason;
            victim.kill();
        }
    }

    /// Changes what the computer is made from and starts it anew, from the beginning of time.
    void remake(List<String> mine, String guest) {
        memory.remake(mine, guest);
        earlyDeaths = -1;
        kill("The computer is made anew.");
    }

    /// What another bench would be told to be where this one is.
    ObjectNode moment() {
        return memory.moment();
    }

    /// Puts another run on the bench.
    void adopt(JsonNode opening) {
        memory.adopt(opening);
        earlyDeaths = -1;
        kill("Another run is put on the bench.");
    }

    private void launch(String message) {
        tell("starting", message);
        isOpened = false;
        heardMillis = clock.millis();
        try {
            ChildJvm started = ChildJvm.start(MAIN_CLASS, flags, this::hear, this::died);
            child = started;
            if (isClosed) {
                started.close();
            }
            open(started, message);
        } catch (IOException failed) {
            LOG.log(Level.SEVERE, "no bench", failed);
            giveUp("The bench cannot be started: " + failed.getMessage());
        }
    }

    private void open(ChildJvm started, String message) {
        started.ask("open", memory.opening())
                .whenComplete((_, failure) -> opened(started, message, failure));
    }

    /// Where a computer could not be made as wanted, the bench makes one that can.
    private void opened(ChildJvm started, String message, Throwable failure) {
        if (failure == null) {
            isOpened = true;
            bench.complete(started);
            tell(message.isEmpty() ? "ready" : "restarted", message);
        } else if (BenchAway.root(failure) instanceof ChildJvm.Refused refused) {
            String instead = memory.fallBack();
            if (instead.isEmpty()) {
                giveUp(refused.getMessage());
            } else {
                open(started, refused.getMessage() + " " + instead);
            }
        }
    }

    private void hear(Message.Event event) {
        heardMillis = clock.millis();
        switch (event.about()) {
            case "pulse" -> feelPulse(event.body());
            case "memory" -> memory.learn(event.body());
            default -> streams.tell(event.about(), event.body());
        }
    }

    private void feelPulse(JsonNode pulse) {
        if (pulse.path("stuckMillis").asLong() > HANG_MILLIS) {
            kill(
                    "The machine did not come back for %d s; it was in %s."
                            .formatted(HANG_MILLIS / 1000, pulse.path("at").asString()));
        } else if (pulse.path("overdueMillis").asLong() > OVERDUE_MILLIS) {
            kill("The cell did not end and could not be stopped.");
        }
    }

    private void watch() {
        while (!isClosed) {
            if (clock.millis() - heardMillis > SILENCE_MILLIS) {
                kill("The bench did not answer any more, perhaps for want of memory.");
            }
            try {
                TimeUnit.SECONDS.sleep(1);
            } catch (InterruptedException stopped) {
                return;
            }
        }
    }

    private void died() {
        if (isClosed) {
            return;
        }
        String reason = causeOfDeath.isEmpty() ? obituary() : causeOfDeath;
        causeOfDeath = "";
        earlyDeaths = isOpened ? 0 : earlyDeaths + 1;
        if (bench.isDone()) {
            bench = new CompletableFuture<>();
        }
        if (earlyDeaths > RETURNS_MAX) {
            giveUp(reason + " It ends again and again; start the workbook anew.");
        } else {
            String whereTo = memory.choose(earlyDeaths);
            Thread.ofPlatform()
                    .daemon()
                    .name("bench start")
                    .start(() -> launch((reason + " " + whereTo).strip()));
        }
    }

    /// Why it ended when nobody here made it end.
    private String obituary() {
        ChildJvm dead = child;
        String lines = dead == null ? "" : dead.lastLines();
        if (!lines.isEmpty()) {
            LOG.info("the bench's last lines:\n" + lines);
        }
        return lines.contains("OutOfMemoryError")
                ? "The bench ran out of memory and ended."
                : "The bench ended by itself, as System.exit makes it.";
    }

    /// Nobody need wait any more.
    private void giveUp(String message) {
        tell("failed", message);
        bench.completeExceptionally(new BenchAway(message));
    }

    private void tell(String newStatus, String message) {
        status = statusOf(newStatus, message);
        streams.tell("bench", status);
    }

    private static JsonNode statusOf(String status, String message) {
        return JsonMapper.shared().createObjectNode().put("status", status).put("message", message);
    }

    @Override
    public void close() {
        isClosed = true;
        ChildJvm last = child;
        if (last != null) {
            last.close();
        }
    }
}
