package io.xenarium.speed;

import java.util.List;

/// Something that can run the workloads.
public interface Peer extends AutoCloseable {
    /// How often a workload is to be done in one run: for ever, until there are enough samples.
    long FOR_EVER = 1_000_000_000;

    /// What one run showed.
    ///
    /// @param seconds of processor time that each sample took
    /// @param checksum what the workload computed, as it wrote it
    /// @param retired guest instructions of the first time, 0 where nobody counts them
    record Run(List<Double> seconds, String checksum, long retired) {}

    /// The heading of its column.
    String name();

    /// Why it cannot run here, and what to do about it; empty where it can.
    String missing();

    /// Whether it can run this workload.
    boolean runs(Workload workload);

    /// Does so many rounds of a workload again and again: first for `warmSeconds`, to become warm,
    /// then for each of the samples.
    ///
    /// @throws PeerFailed where it did not come that far
    Run run(Workload workload, long rounds, double warmSeconds, int samples);

    /// Lets go of what it holds for the workload that ran last.
    @Override
    void close();
}
