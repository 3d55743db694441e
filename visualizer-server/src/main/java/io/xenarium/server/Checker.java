package io.xenarium.server;

import io.xenarium.bench.wire.ChildJvm;
import io.xenarium.bench.wire.Message;

import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/// Has a learner's part checked in a process of its own, which is started with the first check and
/// kept warm. What it finds goes to all pages, line by line.
final class Checker implements AutoCloseable {
    private static final String MAIN_CLASS = "io.xenarium.bench.CheckerMain";
    private static final Duration LIMIT = Duration.ofMinutes(2);

    /// Two runs of one case, and perhaps a process to start before, on a slow computer.
    private static final Duration BESIDE = Duration.ofMinutes(5);

    private static final List<String> FLAGS =
            List.of("-Xmx1g", "-XX:+UseSerialGC", "--enable-native-access=ALL-UNNAMED");

    private final Streams streams;
    private final List<String> flags = new ArrayList<>(FLAGS);
    private ChildJvm child;
    private CompletableFuture<JsonNode> running = CompletableFuture.completedFuture(null);
    private boolean isClosed;

    Checker(Streams streams, Path root) {
        this.streams = streams;
        flags.add("-Dxenarium.root=" + root);
    }

    /// Begins to check a lab or a task of it; the outcome is told to the pages.
    ///
    /// @throws ChildJvm.Refused where one is being checked already
    synchronized void check(String lab, String what) {
        if (!running.isDone()) {
            throw new ChildJvm.Refused("A check is running; its outcome comes in a moment.");
        }
        running = child().ask("check", JsonMapper.shared().createObjectNode().put("what", what));
        running.copy()
                .orTimeout(LIMIT.toSeconds(), TimeUnit.SECONDS)
                .whenComplete((_, failure) -> finish(lab, failure));
    }

    /// What happens in the case that `token` names with the learner's part and with the reference.
    ///
    /// While a check is running, its turn comes after that.
    JsonNode beside(String token) {
        CompletableFuture<JsonNode> answer;
        synchronized (this) {
            answer =
                    child().ask(
                                    "beside",
                                    JsonMapper.shared().createObjectNode().put("token", token));
        }
        JsonNode both = BenchAway.await(answer, BESIDE);
        withMoment(both);
        return both;
    }

    private void finish(String lab, Throwable failure) {
        if (failure == null) {
            return;
        }
        Throwable cause = BenchAway.root(failure);
        String words =
                switch (cause) {
                    case ChildJvm.Refused refused -> refused.getMessage();
                    case TimeoutException _ -> {
                        end();
                        yield "The check took more than %d minutes and was ended."
                                .formatted(LIMIT.toMinutes());
                    }
                    default -> "The checks ended before they were through; try again.";
                };
        JsonNode verdict =
                JsonMapper.shared().createObjectNode().put("green", false).put("text", words);
        streams.tell(
                "check",
                JsonMapper.shared()
                        .createObjectNode()
                        .put("lab", lab)
                        .<ObjectNode>set("verdict", verdict));
    }

    private ChildJvm child() {
        if (isClosed) {
            throw new ChildJvm.Refused("The server is closing.");
        }
        if (child == null) {
            try {
                child = ChildJvm.start(MAIN_CLASS, flags, this::hear, this::end);
            } catch (IOException failed) {
                throw new UncheckedIOException(failed);
            }
        }
        return child;
    }

    /// A run that failed becomes a moment, which a page can open.
    private void hear(Message.Event event) {
        withMoment(event.body());
        streams.tell(event.about(), event.body());
    }

    private static void withMoment(JsonNode body) {
        if (body instanceof ObjectNode news
                && news.remove("recorded") instanceof ObjectNode recorded
                && recorded.remove("opening") instanceof ObjectNode opening) {
            recorded.put("t", opening.path("t").asLong());
            recorded.put("token", Moment.text(opening));
            news.set("moment", recorded);
        }
    }

    private synchronized void end() {
        if (child != null) {
            child.close();
            child = null;
        }
    }

    @Override
    public synchronized void close() {
        isClosed = true;
        end();
    }
}
