package io.xenarium.bench.wire;

import tools.jackson.databind.JsonNode;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;

/// The parent's side: another Java process on the same class path, with its own memory limit, that
/// answers requests. It ends with its parent, or when it is closed; whatever happens inside it,
/// this side only sees a connection that ends.
public final class ChildJvm implements AutoCloseable {
    private static final int TAIL_LINES = 20;
    private static final int START_SECONDS = 300;

    private final Process process;
    private final Link link;
    private final Deque<String> tail = new ArrayDeque<>();
    private final AtomicLong requests = new AtomicLong();
    private final Map<Long, CompletableFuture<JsonNode>> open = new ConcurrentHashMap<>();
    private volatile boolean isGone;

    private ChildJvm(Process process, Link link) {
        this.process = process;
        this.link = link;
    }

    /// Starts `mainClass` with the given flags and waits until it has joined.
    ///
    /// @param events takes what the child tells, on the receiving thread
    /// @param ended is told once that the child is gone, on the receiving thread
    public static ChildJvm start(
            String mainClass, List<String> flags, Consumer<Message.Event> events, Runnable ended)
            throws IOException {
        byte[] random = new byte[16];
        new SecureRandom().nextBytes(random);
        String secret = HexFormat.of().formatHex(random);
        try (Meeting meeting = Meeting.open()) {
            Process process = launch(mainClass, flags, meeting.address(), secret);
            try {
                ChildJvm child = new ChildJvm(process, accept(meeting, process, secret));
                child.readTail();
                Thread.ofPlatform().daemon().name("child").start(() -> child.listen(events, ended));
                return child;
            } catch (IOException failed) {
                process.destroyForcibly();
                throw failed;
            }
        }
    }

    private static Process launch(
            String mainClass, List<String> flags, String address, String secret)
            throws IOException {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(flags);
        command.addAll(learned());
        command.add("-cp");
        command.add(System.getProperty("java.class.path"));
        command.add(mainClass);
        command.add(address);
        ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
        builder.environment().put(Child.SECRET, secret);
        return builder.start();
    }

    /// Where this JVM began with what was learned at a rehearsal, so does its child.
    private static List<String> learned() {
        String file = System.getProperty("xenarium.learned", "");
        return file.isEmpty()
                ? List.of()
                : List.of("-XX:AOTCache=" + file, "-Xlog:aot*=off", "-Xlog:cds*=off");
    }

    /// Accepts the child and nobody else; gives up when the child ends before it comes.
    private static Link accept(Meeting meeting, Process process, String secret) throws IOException {
        process.onExit().thenRun(() -> closeQuietly(meeting));
        CompletableFuture.delayedExecutor(START_SECONDS, TimeUnit.SECONDS)
                .execute(() -> closeQuietly(meeting));
        while (true) {
            Link link = meeting.accept();
            Optional<Message> hello = link.receive();
            if (hello.isPresent()
                    && hello.get() instanceof Message.Event(String about, JsonNode body)
                    && about.equals("hello")
                    && body.asString().equals(secret)) {
                return link;
            }
            link.close();
        }
    }

    private static void closeQuietly(AutoCloseable closing) {
        try {
            closing.close();
        } catch (Exception alreadyGone) {
            return;
        }
    }

    /// What the child prints goes nowhere but into the tail of lines that explain its death.
    private void readTail() {
        Thread.ofPlatform()
                .daemon()
                .name("child output")
                .start(() -> {
                    try (BufferedReader lines = process.inputReader()) {
                        lines.lines().forEach(this::keep);
                    } catch (IOException | java.io.UncheckedIOException ended) {
                        return;
                    }
                });
    }

    private void keep(String line) {
        synchronized (tail) {
            tail.addLast(line);
            if (tail.size() > TAIL_LINES) {
                tail.removeFirst();
            }
        }
    }

    /// The last lines that the child printed.
    public String lastLines() {
        synchronized (tail) {
            return String.join("\n", tail);
        }
    }

    /// Asks the child for something. The answer comes as the future's value; a refusal as
    /// [Refused], the child's end as [Gone].
    public CompletableFuture<JsonNode> ask(String about, JsonNode body) {
        long id = requests.incrementAndGet();
        CompletableFuture<JsonNode> answer = new CompletableFuture<>();
        open.put(id, answer);
        try {
            link.send(new Message.Request(id, about, body));
        } catch (IOException failed) {
            answer.completeExceptionally(new Gone());
        }
        if (isGone) {
            answer.completeExceptionally(new Gone());
        }
        return answer.whenComplete((_, _) -> open.remove(id));
    }

    private void listen(Consumer<Message.Event> events, Runnable ended) {
        try {
            Optional<Message> message = link.receive();
            while (message.isPresent()) {
                hear(message.get(), events);
                message = link.receive();
            }
        } catch (IOException brokenOff) {
            keep("the connection broke off: " + brokenOff.getMessage());
        } finally {
            isGone = true;
            process.destroyForcibly();
            List.copyOf(open.values()).forEach(answer -> answer.completeExceptionally(new Gone()));
            ended.run();
        }
    }

    private void hear(Message message, Consumer<Message.Event> events) {
        switch (message) {
            case Message.Reply(long id, JsonNode body) -> answer(id).complete(body);
            case Message.Refusal(long id, String error) ->
                    answer(id).completeExceptionally(new Refused(error));
            case Message.Event event -> events.accept(event);
            case Message.Request _ -> throw new IllegalStateException("a child does not ask");
        }
    }

    private CompletableFuture<JsonNode> answer(long id) {
        return open.getOrDefault(id, new CompletableFuture<>());
    }

    /// The child's process number.
    public long pid() {
        return process.pid();
    }

    /// Ends the child, now.
    public void kill() {
        process.destroyForcibly();
        closeQuietly(link);
    }

    @Override
    public void close() {
        kill();
    }

    /// The child would not or could not do what it was asked; the message may be shown.
    public static final class Refused extends RuntimeException {
        private static final long serialVersionUID = 1;

        public Refused(String message) {
            super(message);
        }
    }

    /// The child is gone, and with it the answer.
    public static final class Gone extends RuntimeException {
        private static final long serialVersionUID = 1;

        Gone() {
            super("the process has ended");
        }
    }
}
