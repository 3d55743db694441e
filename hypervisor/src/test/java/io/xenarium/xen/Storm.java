package io.xenarium.xen;

/// A run of many small steps, each made from a seed and its own number alone, so that any stretch
/// of it can be run by itself: that makes a failure short before anyone reads it.
final class Storm {
    /// Runs the steps from `start` up to `end` on a new machine and says what goes wrong, in which
    /// step; empty where nothing does.
    @FunctionalInterface
    interface Run {
        String failure(long seed, int start, int end);
    }

    private Storm() {}

    /// What goes wrong in `steps` steps of `seed`, in as few of them as halving can find; empty
    /// where nothing does.
    static String shrunk(long seed, int steps, Run run) {
        String failure = run.failure(seed, 0, steps);
        if (failure.isEmpty()) {
            return "";
        }
        int start = 0;
        for (int cut = steps / 2; cut > 0; cut /= 2) {
            while (start + cut < steps) {
                String shorter = run.failure(seed, start + cut, steps);
                if (shorter.isEmpty()) {
                    break;
                }
                failure = shorter;
                start += cut;
            }
        }
        return failure;
    }
}
