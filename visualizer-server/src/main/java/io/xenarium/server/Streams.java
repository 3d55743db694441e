package io.xenarium.server;

import io.javalin.http.sse.SseClient;

import tools.jackson.databind.JsonNode;

import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;

/// Everybody who listens to what the machine does: at most [#CLIENTS_MAX] pages, each with a
/// mailbox of its own, so that a slow page never holds up the others or the machine.
final class Streams {
    /// A browser opens one for each tab; more than this is a mistake or malice.
    static final int CLIENTS_MAX = 32;

    private final List<StreamClient> clients = new CopyOnWriteArrayList<>();

    /// Takes a page in, or turns it away where there are too many.
    Optional<StreamClient> admit(SseClient connection) {
        if (clients.size() >= CLIENTS_MAX) {
            connection.close();
            return Optional.empty();
        }
        StreamClient client = new StreamClient(connection);
        connection.keepAlive();
        connection.onClose(() -> leave(client));
        clients.add(client);
        client.start();
        return Optional.of(client);
    }

    private void leave(StreamClient client) {
        clients.remove(client);
        client.stop();
    }

    /// Tells every page.
    void tell(String kind, JsonNode body) {
        if (!clients.isEmpty()) {
            Letter letter = Letter.of(kind, body);
            clients.forEach(client -> client.put(letter));
        }
    }

    /// Ends all streams, while there is still a server to end them with: one that outlived it would
    /// fail at its next word, and Javalin would handle that failure for ever.
    void close() {
        clients.forEach(StreamClient::close);
    }

    /// How many listen now.
    int size() {
        return clients.size();
    }
}
