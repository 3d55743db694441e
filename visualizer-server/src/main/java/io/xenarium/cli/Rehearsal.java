package io.xenarium.cli;

import io.xenarium.server.Workbook;
import io.xenarium.server.WorkbookConfig;
import io.xenarium.speed.Engine;
import io.xenarium.speed.Worker;
import io.xenarium.speed.Workload;
import io.xenarium.toolstack.GuestShelf;
import io.xenarium.toolstack.LinuxShelf;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;

/// What is done once after a build, for the JVM to watch: it keeps the classes that it had to load
/// and what it has learned of hot methods in its AOT cache, and every later start begins there
/// (`-XX:AOTCacheOutput` and `-XX:AOTCache`, JEP 514 and 515).
///
/// It does a little of what people do with Xenarium: asks for help, boots the guests that are there
/// and types at them, runs most of the benchmark's workloads on the translator, opens the
/// workbook's pages.
public final class Rehearsal {
    /// So many times as many rounds as the slowest peer does in a second or so.
    private static final int ROUNDS = 3;

    /// The workloads that do with little memory. The JVM that learns keeps every class that it has
    /// seen, translated code among them, and with it the memory of the machine that the code is of:
    /// what all workloads want together, each on its machine, is more than a laptop has to spare.
    private static final Set<String> WORKLOADS =
            Set.of("sieve", "small-memory", "calls", "mix", "bytecode", "traps", "syscalls", "cr3");

    private static final int MEMORY_MIB = 80;

    private Rehearsal() {}

    /// Ends by itself; prints nothing.
    public static void main(String[] args) throws IOException, InterruptedException {
        System.setOut(new PrintStream(OutputStream.nullOutputStream()));
        command("", "--help");
        command("", "list");
        Path folder = Files.createTempDirectory("xenarium");
        String kept = folder.resolve("kept").toString();
        command("help\nread name\n", "boot", "hello", "--keep", kept);
        command("help\n", "boot", "--from", kept);
        LinuxShelf linux = GuestShelf.ofUser().linux();
        if (linux.find(LinuxShelf.Flavour.CLOUD).isPresent() && linux.disk().isPresent()) {
            // What is only rehearsed leaves the reader's disk as it is.
            String disk = linux.disk().get() + ",cow";
            command("ls /\n", "boot", "linux", "--disk", disk, "--keep", kept);
            command("ls /\n", "boot", "--from", kept);
        }
        Files.delete(Path.of(kept));
        Files.delete(folder);
        for (Workload workload : Workload.ALL) {
            if (WORKLOADS.contains(workload.name())) {
                long rounds = ROUNDS * workload.firstRounds();
                Worker.runOnce(Engine.TRANSLATOR, workload, rounds, MEMORY_MIB);
            }
        }
        readWorkbook();
    }

    private static void command(String typed, String... words) {
        InputStream in = System.in;
        System.setIn(new ByteArrayInputStream(typed.getBytes(StandardCharsets.UTF_8)));
        Main.run(words);
        System.setIn(in);
    }

    private static void readWorkbook() throws IOException, InterruptedException {
        WorkbookConfig config = new WorkbookConfig(0, 1, List.of(), WorkbookConfig.HELLO);
        try (Workbook workbook = Workbook.start(config);
                HttpClient client = HttpClient.newHttpClient()) {
            for (String path :
                    List.of("/", "/chapter/05", "/app/main.js", "/api/frame", "/api/parts")) {
                URI address = URI.create(workbook.address() + path);
                client.send(HttpRequest.newBuilder(address).build(), BodyHandlers.ofString());
            }
        }
    }
}
