package io.xenarium.speed;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/// One workload on all peers, taken in turns, so that a computer that becomes slower or faster
/// meanwhile does so for all of them.
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
    /// @param warmUps seconds until 90 % of top speed, by the engine's name
    public record Result(
            Workload workload,
            Map<String, Speed> speeds,
            double instructionsPerRound,
            String disagreement,
            Map<String, Double> warmUps) {}

    /// A first sample shorter than this says too little about how many rounds fill a sample.
    private static final double MEANINGFUL_SECONDS = 0.02;

    private static final double WARM_UP_SECONDS = 6;

    private final List<Peer> peers;
    private final int samples;
    private final double sampleSeconds;
    private final boolean withWarmUp;
    private final Consumer<String> progress;

    /// @param samples how many each peer gives; their median counts
    /// @param sampleSeconds how long each takes, about
    /// @param progress hears what is under way
    public Measurement(
            List<Peer> peers,
            int samples,
            double sampleSeconds,
            boolean withWarmUp,
            Consumer<String> progress) {
        this.peers = List.copyOf(peers);
        this.samples = samples;
        this.sampleSeconds = sampleSeconds;
        this.withWarmUp = withWarmUp;
        this.progress = progress;
    }

    /// Measures one workload.
    public Result of(Workload workload) {
        List<Peer> able = peers.stream().filter(peer -> peer.runs(workload)).toList();
        Map<Peer, Long> rounds = new LinkedHashMap<>();
        Map<String, String> checksums = new LinkedHashMap<>();
        double instructions = 0;
        for (Peer peer : able) {
            progress.accept(workload.name() + ": " + peer.name());
            Peer.Sample first = peer.run(workload, workload.firstRounds());
            checksums.put(peer.name(), first.checksum());
            if (first.retired() > 0) {
                instructions = (double) first.retired() / workload.firstRounds();
            }
            rounds.put(peer, fill(peer, workload, first));
        }
        Map<String, List<Double>> taken = new LinkedHashMap<>();
        for (int turn = 0; turn < samples; turn++) {
            progress.accept(workload.name() + ": turn " + (turn + 1));
            for (Peer peer : able) {
                Peer.Sample sample = peer.run(workload, rounds.get(peer));
                taken.computeIfAbsent(peer.name(), _ -> new ArrayList<>())
                        .add(rounds.get(peer) / sample.seconds());
            }
        }
        Map<String, Double> warmUps = withWarmUp ? warmUps(workload, able, rounds) : Map.of();
        able.forEach(Peer::close);
        Map<String, Speed> speeds = new LinkedHashMap<>();
        taken.forEach((name, all) -> speeds.put(name, median(all)));
        boolean agree = checksums.values().stream().distinct().count() <= 1;
        return new Result(
                workload, speeds, instructions, agree ? "" : checksums.toString(), warmUps);
    }

    /// How many rounds take about the time of a sample. Engines that become faster are asked again.
    private long fill(Peer peer, Workload workload, Peer.Sample first) {
        long rounds = workload.firstRounds();
        Peer.Sample sample = first;
        for (int attempt = 0; attempt < 4; attempt++) {
            double factor = sampleSeconds / Math.max(sample.seconds(), MEANINGFUL_SECONDS / 4);
            if (factor < 1.5 && sample.seconds() > MEANINGFUL_SECONDS) {
                break;
            }
            rounds = Math.max(1, (long) (rounds * Math.min(factor, 100)));
            sample = peer.run(workload, rounds);
        }
        return Math.max(1, (long) (rounds * sampleSeconds / sample.seconds()));
    }

    private Map<String, Double> warmUps(
            Workload workload, List<Peer> able, Map<Peer, Long> rounds) {
        Map<String, Double> warmUps = new LinkedHashMap<>();
        for (Peer peer : able) {
            if (peer instanceof EnginePeer engine) {
                progress.accept(workload.name() + ": " + peer.name() + " from cold");
                long enough = (long) (rounds.get(peer) * (WARM_UP_SECONDS / sampleSeconds) * 4);
                warmUps.put(peer.name(), engine.warmUp(workload, enough, WARM_UP_SECONDS));
            }
        }
        return warmUps;
    }

    private static Speed median(List<Double> speeds) {
        List<Double> sorted = speeds.stream().sorted().toList();
        double median = (sorted.get((sorted.size() - 1) / 2) + sorted.get(sorted.size() / 2)) / 2;
        return new Speed(median, (sorted.getLast() - sorted.getFirst()) / median);
    }
}
