package io.xenarium.server;

import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.net.http.HttpClient;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;

/// A page that listens to the stream.
final class Listener implements AutoCloseable {
    /// One message of the stream.
    record Heard(String kind, String id, JsonNode data) {}

    private static final long PATIENCE_SECONDS = 60;

    private final BlockingQueue<Heard> heard = new LinkedBlockingQueue<>();
    private final HttpClient client = HttpClient.newHttpClient();
    private final InputStream stream;
    final int status;

    Listener(Browser browser) throws IOException, InterruptedException {
        var response =
                client.send(
                        browser.request("/api/stream")
                                .header("Accept", "text/event-stream")
                                .build(),
                        BodyHandlers.ofInputStream());
        status = response.statusCode();
        stream = response.body();
        Thread.ofVirtual().start(this::listen);
    }

    private void listen() {
        try (BufferedReader lines =
                new BufferedReader(new InputStreamReader(stream, StandardCharsets.UTF_8))) {
            String kind = "";
            String id = "";
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                if (line.startsWith("event: ")) {
                    kind = line.substring(7);
                } else if (line.startsWith("id: ")) {
                    id = line.substring(4);
                } else if (line.startsWith("data: ")) {
                    heard.add(new Heard(kind, id, JsonMapper.shared().readTree(line.substring(6))));
                }
            }
        } catch (IOException closed) {
            Thread.currentThread().interrupt();
        } finally {
            heard.add(new Heard("end", "", JsonMapper.shared().createObjectNode()));
        }
    }

    /// Waits for the next message of a kind that is as wanted; what comes before it is passed over.
    JsonNode await(String kind, Predicate<JsonNode> wanted) throws InterruptedException {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
        while (true) {
            Heard next = heard.poll(deadline - System.nanoTime(), TimeUnit.NANOSECONDS);
            if (next == null) {
                throw new AssertionError("no such message of kind " + kind + " came");
            }
            if (next.kind.equals(kind) && wanted.test(next.data)) {
                return next.data;
            }
        }
    }

    /// Messages that have come and were not looked at.
    int waiting() {
        return heard.size();
    }

    @Override
    public void close() throws IOException {
        client.shutdownNow();
        stream.close();
    }
}
