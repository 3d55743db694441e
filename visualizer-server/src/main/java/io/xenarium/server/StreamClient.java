package io.xenarium.server;

import io.javalin.http.sse.SseClient;

import java.util.Optional;

/// One page that listens. One thread of its own writes to it, and says something at least every ten
/// seconds, so that either side notices when the other is gone.
final class StreamClient {
    private static final int HEARTBEAT_SECONDS = 10;

    private final SseClient connection;
    private final Mailbox mailbox = new Mailbox();

    StreamClient(SseClient connection) {
        this.connection = connection;
    }

    void start() {
        Thread.ofPlatform().daemon().name("stream").start(this::write);
    }

    /// Has a letter delivered.
    void put(Letter letter) {
        mailbox.put(letter);
    }

    void stop() {
        mailbox.close();
    }

    /// Ends the stream; the page opens another.
    void close() {
        connection.close();
    }

    private void write() {
        try {
            while (!connection.terminated() && !mailbox.isClosed()) {
                Optional<Letter> letter = mailbox.take(HEARTBEAT_SECONDS);
                if (letter.isPresent()) {
                    Letter one = letter.get();
                    connection.sendEvent(one.kind(), one.data(), one.id());
                } else {
                    connection.sendComment("still here");
                }
            }
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
        } finally {
            connection.close();
        }
    }
}
