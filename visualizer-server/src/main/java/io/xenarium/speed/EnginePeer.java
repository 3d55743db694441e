package io.xenarium.speed;

import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.PrintWriter;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/// One of our engines, in a [Worker] process for each workload.
public final class EnginePeer implements Peer {
    private final Engine engine;
    private Process worker;
    private Workload current;
    private BufferedReader answers;
    private PrintWriter commands;

    public EnginePeer(Engine engine) {
        this.engine = engine;
    }

    @Override
    public String name() {
        return engine.title();
    }

    @Override
    public String missing() {
        return "";
    }

    @Override
    public boolean runs(Workload workload) {
        return true;
    }

    @Override
    public Run run(Workload workload, long rounds, double warmSeconds, int samples) {
        String[] words =
                ask(
                        workload,
                        "run %s %d %s %d".formatted(workload.name(), rounds, warmSeconds, samples));
        List<Double> seconds =
                Arrays.stream(words, 2, words.length).map(Double::parseDouble).toList();
        return new Run(seconds, words[0], Long.parseLong(words[1]));
    }

    /// What a fresh engine does in its first `seconds` of a guest's run.
    public ColdRun runCold(Workload workload, long rounds, double seconds) {
        close();
        return ColdRun.of(
                ask(workload, "cold %s %d %s".formatted(workload.name(), rounds, seconds)));
    }

    private String[] ask(Workload workload, String command) {
        try {
            if (worker == null || workload != current) {
                close();
                start();
                current = workload;
            }
            commands.println(command);
            commands.flush();
            String answer = answers.readLine();
            if (answer == null) {
                throw new PeerFailed("the " + name() + " did not survive " + command);
            }
            return answer.split(" ");
        } catch (IOException failed) {
            throw new PeerFailed("the " + name() + " cannot be started", failed);
        }
    }

    /// With the options of this JVM, so that what is measured is what runs.
    private void start() throws IOException {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        ManagementFactory.getRuntimeMXBean().getInputArguments().stream()
                .filter(option -> !option.startsWith("-agentlib"))
                .forEach(command::add);
        command.addAll(
                List.of("-cp", System.getProperty("java.class.path"), Worker.class.getName()));
        command.add(engine.name());
        worker =
                new ProcessBuilder(command)
                        .directory(new File(System.getProperty("user.dir")))
                        .redirectError(ProcessBuilder.Redirect.INHERIT)
                        .start();
        answers = worker.inputReader(StandardCharsets.US_ASCII);
        commands = new PrintWriter(worker.outputWriter(StandardCharsets.US_ASCII));
    }

    @Override
    public void close() {
        if (worker != null) {
            commands.close();
            worker.destroy();
            worker = null;
        }
    }
}
