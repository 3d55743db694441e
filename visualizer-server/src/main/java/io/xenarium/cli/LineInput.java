package io.xenarium.cli;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/// The lines that come in at a pipe or from a file, read ahead by a thread of their own, so that
/// whoever waits for the next one need not wait for ever.
///
/// What is there in time comes in the same order at the same places, however fast the other end
/// writes: a run with the input in a file can be repeated.
final class LineInput {
    /// How long a line may take before a guest that sleeps goes on without it, for as long.
    static final long PATIENCE_NANOS = 1_500_000_000;

    /// Lines, then an empty one for the end.
    private final LinkedBlockingQueue<Optional<String>> lines = new LinkedBlockingQueue<>();

    private boolean isAtEnd;

    LineInput(InputStream from) {
        BufferedReader reader =
                new BufferedReader(new InputStreamReader(from, StandardCharsets.UTF_8));
        Thread.ofPlatform().daemon().name("standard input").start(() -> read(reader));
    }

    private void read(BufferedReader reader) {
        try {
            for (String line = reader.readLine(); line != null; line = reader.readLine()) {
                lines.add(Optional.of(line));
            }
        } catch (IOException broken) {
            // Whoever wrote is gone: the input ends here.
        }
        lines.add(Optional.empty());
    }

    /// Whether the end was reached.
    boolean isAtEnd() {
        return isAtEnd;
    }

    /// The next line, waited for; empty at the end, and where none came in time and `isImpatient`.
    Optional<String> next(boolean isImpatient) {
        try {
            Optional<String> next =
                    isImpatient ? lines.poll(PATIENCE_NANOS, TimeUnit.NANOSECONDS) : lines.take();
            isAtEnd = next != null && next.isEmpty();
            return next == null ? Optional.empty() : next;
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
            isAtEnd = true;
            return Optional.empty();
        }
    }
}
