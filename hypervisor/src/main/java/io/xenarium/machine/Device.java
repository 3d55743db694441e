package io.xenarium.machine;

/// Something of the machine that works by itself, beside the processors, and is done at moments of
/// virtual time.
public interface Device extends Kept {
    /// When it is next done with something, `Long.MAX_VALUE` where nothing is under way.
    long nextNanos();

    /// Finishes what is done by now.
    void fire();
}
