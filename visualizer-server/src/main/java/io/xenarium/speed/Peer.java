package io.xenarium.speed;

/// Something that can run the workloads.
public interface Peer extends AutoCloseable {
    /// What one run showed.
    ///
    /// @param seconds of processor time between the workload's begin and its end
    /// @param checksum what it computed, as it wrote it
    /// @param retired guest instructions between begin and end, 0 where nobody counts them
    record Sample(double seconds, String checksum, long retired) {}

    /// The heading of its column.
    String name();

    /// Why it cannot run here, and what to do about it; empty where it can.
    String missing();

    /// Whether it can run this workload.
    boolean runs(Workload workload);

    /// Runs a workload once.
    ///
    /// @throws PeerFailed where it did not come to its end
    Sample run(Workload workload, long rounds);

    /// Lets go of what it holds for the workload that ran last.
    @Override
    void close();
}
