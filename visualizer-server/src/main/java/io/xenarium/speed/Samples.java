package io.xenarium.speed;

import java.util.ArrayList;
import java.util.List;

/// The samples of one run, in which a workload is done again and again: what ends before the peer
/// is warm does not count.
final class Samples {
    private final double warmSeconds;
    private final int wanted;
    private final List<Double> taken = new ArrayList<>();
    private double last;

    /// @param warmSeconds how long a peer runs before the first sample begins
    /// @param wanted how many are enough
    Samples(double warmSeconds, int wanted) {
        this.warmSeconds = warmSeconds;
        this.wanted = wanted;
    }

    /// The workload has been done once more, `seconds` after the first began.
    void add(double seconds) {
        if (last >= warmSeconds) {
            taken.add(seconds - last);
        }
        last = seconds;
    }

    boolean areEnough() {
        return taken.size() >= wanted;
    }

    /// How long each took.
    List<Double> seconds() {
        return List.copyOf(taken);
    }
}
