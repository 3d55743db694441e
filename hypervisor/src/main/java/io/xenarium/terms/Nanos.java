package io.xenarium.terms;

/// A moment of virtual time: nanoseconds since the machine started. One retired instruction takes
/// one nanosecond, and when every vCPU waits, time jumps to the next timer; the wall clock has no
/// part in it.
public record Nanos(long value) implements Comparable<Nanos> {
    public Nanos {
        Check.that(value >= 0, "time before the start of the machine: %d", value);
    }

    /// The moment `nanos` later.
    public Nanos plus(long nanos) {
        return new Nanos(Math.addExact(value, nanos));
    }

    @Override
    public int compareTo(Nanos other) {
        return Long.compare(value, other.value);
    }

    @Override
    public String toString() {
        return "%d.%09d s".formatted(value / 1_000_000_000, value % 1_000_000_000);
    }
}
