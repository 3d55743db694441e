package io.xenarium.bench.wire;

import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

import java.io.IOException;
import java.util.Optional;

/// The child's side: joins its parent, and ends with it.
public final class Child {
    /// The environment variable with the secret that proves the child to its parent.
    static final String SECRET = "XENARIUM_MEETING_SECRET";

    /// Takes the parent's requests, one at a time, on the receiving thread: it must not wait.
    @FunctionalInterface
    public interface Taker {
        void take(Message.Request request);
    }

    /// Makes the taker once there is a link to answer on.
    @FunctionalInterface
    public interface Trade {
        Taker begin(Link link);
    }

    private Child() {}

    /// Serves the parent at `address` until it goes away, then halts this process, whatever it is
    /// doing: a child without a parent has no purpose.
    public static void serve(String address, Trade trade) throws IOException {
        try (Link link = Meeting.join(address)) {
            link.send(new Message.Event("hello", secret()));
            Taker taker = trade.begin(link);
            Optional<Message> message = link.receive();
            while (message.isPresent()) {
                if (message.get() instanceof Message.Request request) {
                    taker.take(request);
                }
                message = link.receive();
            }
        } finally {
            Runtime.getRuntime().halt(0);
        }
    }

    private static JsonNode secret() {
        return JsonMapper.shared().valueToTree(System.getenv().getOrDefault(SECRET, ""));
    }
}
