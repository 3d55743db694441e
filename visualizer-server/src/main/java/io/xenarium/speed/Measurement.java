package io.xenarium.speed;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/// One workload on all peers, one right after the other, so that a computer that becomes slower or
/// faster meanwhile does so for all of them. Each first runs until it is warm.
public final class Measurement {
    /// What one peer did.
    ///
    /// @param roundsPerSecond the median of the samples
    /// @param spread how far the samples lie apart: (greatest − least) ÷ median
    public record Speed(double roundsPerSecond, double spread) {}

    /// What all peers did with one workload.
    ///
    /// @param speeds by the peer's name; a peer that cannot run it is not there
    /// @param instructionsPerRound counted by one of our engines, 0 where none took part
    /// @param disagreement what is wrong with the checksums; empty where all agree
    /// @param cold what happened before our engines were warm, by the engine's name
    public record Result(
            Workload workload,
            Map<String, Speed> speeds,
            double instructionsPerRound,
            String disagreement,
            Map<String, ColdRun> cold) {}

    /// A first sample shorter than this says too little about how many rounds fill a sample.
    private static final double MEANINGFUL_SECONDS = 0.02;

    /// How long an engine is watched from cold.
    private static final double COLD_SECONDS = 4;

    private final List<Peer> peers;
    private final Plan plan;
    private final Consumer<String> progress;

    /// How much is measured.
    ///
    /// @param samples how many each peer gives; their median counts
    /// @param sampleSeconds how long each takes, about
    /// @param warmSeconds how long a peer runs before its first sample
    /// @param isColdToo whether our engines are watched from cold, too
    public record Plan(int samples, double sampleSeconds, double warmSeconds, boolean isColdToo) {}

    /// @param progress hears what is under way
    public Measurement(List<Peer> peers, Plan plan, Consumer<String> progress) {
        this.peers = List.copyOf(peers);
        this.plan = plan;
        this.progress = progress;
    }

    /// Measures one workload.
    public Result of(Workload workload) {
        Map<String, Speed> speeds = new LinkedHashMap<>();
        Map<String, String> checksums = new LinkedHashMap<>();
        Map<String, ColdRun> cold = new LinkedHashMap<>();
        double instructions = 0;
        for (Peer peer : peers) {
            if (!peer.runs(workload)) {
                continue;
            }
            progress.accept(workload.name() + ": " + peer.name());
            Peer.Run first = peer.run(workload, workload.firstRounds(), 0, 1);
            checksums.put(peer.name(), first.checksum());
            if (first.retired() > 0) {
                instructions = (double) first.retired() / workload.firstRounds();
            }
            long rounds = fill(peer, workload, first.seconds().getFirst());
            Peer.Run run = peer.run(workload, rounds, plan.warmSeconds, plan.samples);
            speeds.put(peer.name(), median(run.seconds().stream().map(it -> rounds / it).toList()));
            if (plan.isColdToo && peer instanceof EnginePeer engine) {
                progress.accept(workload.name() + ": " + peer.name() + " from cold");
                cold.put(peer.name(), engine.runCold(workload, rounds, COLD_SECONDS));
            }
            peer.close();
        }
        boolean agree = checksums.values().stream().distinct().count() <= 1;
        return new Result(workload, speeds, instructions, agree ? "" : checksums.toString(), cold);
    }

    /// How many rounds take about the time of a sample. Engines that become faster are asked again.
    private long fill(Peer peer, Workload workload, double firstSeconds) {
        long rounds = workload.firstRounds();
        double seconds = firstSeconds;
        for (int attempt = 0; attempt < 4; attempt++) {
            double factor = plan.sampleSeconds / Math.max(seconds, MEANINGFUL_SECONDS / 4);
            if (factor < 1.5 && seconds > MEANINGFUL_SECONDS) {
                break;
            }
            rounds = Math.max(1, (long) (rounds * Math.min(factor, 100)));
            seconds = peer.run(workload, rounds, 0, 1).seconds().getFirst();
        }
        return Math.max(1, (long) (rounds * plan.sampleSeconds / seconds));
    }

    private static Speed median(List<Double> speeds) {
        List<Double> sorted = speeds.stream().sorted().toList();
        double median = (sorted.get((sorted.size() - 1) / 2) + sorted.get(sorted.size() / 2)) / 2;
        return new Speed(median, (sorted.getLast() - sorted.getFirst()) / median);
    }
}
