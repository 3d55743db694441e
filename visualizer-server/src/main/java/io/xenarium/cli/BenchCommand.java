package io.xenarium.cli;

import io.xenarium.lab.LabFolder;
import io.xenarium.speed.ColdRun;
import io.xenarium.speed.ColdTable;
import io.xenarium.speed.Engine;
import io.xenarium.speed.EnginePeer;
import io.xenarium.speed.Measurement;
import io.xenarium.speed.NativePeer;
import io.xenarium.speed.Peer;
import io.xenarium.speed.PeerFailed;
import io.xenarium.speed.QemuPeer;
import io.xenarium.speed.SpeedTable;
import io.xenarium.speed.Workload;
import io.xenarium.toolstack.Folders;

import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;

/// `xenarium bench`: the workloads on our engines, on QEMU and natively, in turns.
@Command(
        name = "bench",
        subcommands = {BenchBootCommand.class, BenchGuestsCommand.class},
        mixinStandardHelpOptions = true,
        description = {
            "Measure how fast the machine is: small programs without an operating system, on our"
                    + " engines, on QEMU's translator with the same image, and natively.",
            "Times are processor time, so that a busy computer counts less. Each peer runs until it"
                + " is warm before its first sample; the table shows medians, ratios within this"
                + " run, and how long our engines take to warm up."
        })
final class BenchCommand implements Callable<Integer> {
    /// In this time the translator makes more regions than it keeps.
    private static final double MANY_FUNCTIONS_SECONDS = 20;

    @Parameters(
            paramLabel = "WORKLOAD",
            arity = "0..*",
            description = "Which of them; all where none is named.")
    private List<String> names = List.of();

    @Option(
            names = "--samples",
            paramLabel = "NUMBER",
            description = "Samples of which the median counts. Default: ${DEFAULT-VALUE}.")
    private int samples = 5;

    @Option(
            names = "--seconds",
            paramLabel = "SECONDS",
            description = "How long a sample takes. Default: ${DEFAULT-VALUE}.")
    private double seconds = 0.5;

    @Option(
            names = "--warm",
            paramLabel = "SECONDS",
            description =
                    "How long a peer runs before its first sample. Default: ${DEFAULT-VALUE}.")
    private double warm = 2;

    @Option(
            names = "--only",
            paramLabel = "PEER",
            split = ",",
            description = "Only these peers: native, QEMU, interpreter, translator.")
    private List<String> only = List.of();

    @Option(names = "--no-warm-up", description = "Do not measure from cold.")
    private boolean skipsWarmUp;

    @Spec private CommandSpec spec;

    @Override
    public Integer call() throws IOException {
        List<Workload> workloads = workloads();
        if (samples < 1 || !(seconds > 0) || !(warm >= 0)) {
            throw new CommandFailed("--samples and --seconds must be more than 0, --warm at least");
        }
        Path folder = Files.createTempDirectory("xenarium-bench");
        try {
            List<Peer> peers = peers(folder, spec.commandLine().getOut());
            var plan = new Measurement.Plan(samples, seconds, warm, !skipsWarmUp);
            var measurement = new Measurement(peers, plan, this::tellProgress);
            List<Measurement.Result> results = new ArrayList<>();
            for (Workload workload : workloads) {
                results.add(measurement.of(workload));
            }
            ColdTable cold = cold(peers, results);
            tellProgress("");
            tell(peers, results, cold);
            return results.stream().allMatch(each -> each.disagreement().isEmpty()) ? 0 : 1;
        } catch (PeerFailed failed) {
            throw new CommandFailed(failed.getMessage());
        } finally {
            Folders.remove(folder);
        }
    }

    /// The translator before it was warm; where all workloads are measured, also with more code
    /// than it keeps.
    private ColdTable cold(List<Peer> peers, List<Measurement.Result> results) {
        ColdTable table = new ColdTable();
        String name = Engine.TRANSLATOR.title();
        for (Measurement.Result result : results) {
            if (result.cold().containsKey(name)) {
                table.add(result.workload().name(), result.cold().get(name));
            }
        }
        for (Peer peer : peers) {
            boolean isTranslator = peer instanceof EnginePeer && peer.name().equals(name);
            if (isTranslator && names.isEmpty() && !skipsWarmUp) {
                Workload many = Workload.MANY_FUNCTIONS;
                tellProgress(many.name() + ": " + name);
                ColdRun run = ((EnginePeer) peer).runCold(many, 1000, MANY_FUNCTIONS_SECONDS);
                table.add(many.name(), run);
                peer.close();
            }
        }
        return table;
    }

    private void tell(List<Peer> peers, List<Measurement.Result> results, ColdTable cold) {
        PrintWriter out = spec.commandLine().getOut();
        String caption =
                ("Million guest instructions a second, and ratios. Medians of %d samples of %s s,"
                                + " after %s s to become warm.")
                        .formatted(samples, seconds, warm);
        List<String> columns = peers.stream().map(Peer::name).toList();
        out.println(new SpeedTable(caption, columns, results).text());
        if (!cold.isEmpty()) {
            out.println(cold.text());
        }
        out.flush();
    }

    private List<Workload> workloads() {
        return names.isEmpty()
                ? Workload.ALL
                : names.stream()
                        .map(name ->
                                Workload.named(name)
                                        .orElseThrow(() ->
                                                new CommandFailed(
                                                        "there is no workload \"%s\": there are %s"
                                                                .formatted(name, known()))))
                        .toList();
    }

    private static String known() {
        return Workload.ALL.stream().map(Workload::name).collect(Collectors.joining(", "));
    }

    /// Those that can run here; of the others it is said what they lack.
    private List<Peer> peers(Path folder, PrintWriter out) {
        List<Peer> all = new ArrayList<>();
        all.add(new NativePeer(LabFolder.root(), folder));
        all.add(new QemuPeer(folder));
        for (Engine engine : Engine.values()) {
            all.add(new EnginePeer(engine));
        }
        List<Peer> able = new ArrayList<>();
        for (Peer peer : all) {
            if (!only.isEmpty() && !only.contains(peer.name())) {
                continue;
            }
            if (peer.missing().isEmpty()) {
                able.add(peer);
            } else {
                out.println("Without " + peer.name() + ": " + peer.missing() + ".");
            }
        }
        out.flush();
        if (able.isEmpty()) {
            throw new CommandFailed("nothing is left to measure");
        }
        return able;
    }

    /// One line that is written over, where somebody watches.
    private void tellProgress(String what) {
        if (System.console() != null && System.console().isTerminal()) {
            PrintWriter err = spec.commandLine().getErr();
            err.print("\r\u001b[K" + what);
            err.flush();
        }
    }
}
