package io.xenarium.server;

import io.xenarium.bench.wire.ChildJvm;

import tools.jackson.databind.JsonNode;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/// The bench cannot answer now: it starts, is busy, or has just ended. The message may be shown.
final class BenchAway extends RuntimeException {
    private static final long serialVersionUID = 1;

    BenchAway(String message) {
        super(message);
    }

    /// The value of `answer`, or what the reader can be told instead.
    static JsonNode await(CompletableFuture<JsonNode> answer, Duration patience) {
        try {
            return answer.get(patience.toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException late) {
            throw new BenchAway("The bench is still busy; try again in a moment.");
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
            throw new BenchAway("The server is closing.");
        } catch (ExecutionException failed) {
            throw shown(root(failed));
        }
    }

    private static RuntimeException shown(Throwable cause) {
        return switch (cause) {
            case ChildJvm.Refused refused -> refused;
            case BenchAway away -> away;
            case ChildJvm.Gone _ ->
                    new BenchAway("The bench ended before it could answer; another one starts.");
            default -> new IllegalStateException(cause);
        };
    }

    /// What lies under the wrappings of futures.
    static Throwable root(Throwable failure) {
        Throwable cause = failure;
        while ((cause instanceof ExecutionException || cause instanceof CompletionException)
                && cause.getCause() != null) {
            cause = cause.getCause();
        }
        return cause;
    }
}
