package io.xenarium.xen;

/// When a run is to stop before its time. It is asked before each stretch of guest code, when the
/// machine is between two instructions; it only looks.
@FunctionalInterface
public interface StopWhen {
    /// Whether the run is to stop here.
    boolean isReached();

    /// The most instructions that may retire before [#isReached] is asked again.
    default long budgetMax() {
        return Long.MAX_VALUE;
    }

    /// Never: the run ends by its time.
    static StopWhen never() {
        return () -> false;
    }

    /// As soon as `hypervisor` has retired `instructions` more than by now.
    static StopWhen instructions(Hypervisor hypervisor, long instructions) {
        long target = hypervisor.retired() + instructions;
        return new StopWhen() {
            @Override
            public boolean isReached() {
                return hypervisor.retired() >= target;
            }

            @Override
            public long budgetMax() {
                return Math.max(1, target - hypervisor.retired());
            }
        };
    }
}
