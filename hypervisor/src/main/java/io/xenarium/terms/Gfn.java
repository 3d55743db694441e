package io.xenarium.terms;

/// A guest frame number: a frame as a guest names it to Xen. For a PV guest it equals the [Mfn],
/// for an HVM guest the guest-physical frame. Xen: `gfn_t` in xen/include/xen/mm-frame.h.
public record Gfn(long value) implements Comparable<Gfn> {
    public Gfn {
        Check.that(value >= 0 && value < 1L << 52, "gfn out of range: %#x", value);
    }

    /// The frame that lies `frames` further on.
    public Gfn plus(long frames) {
        return new Gfn(Math.addExact(value, frames));
    }

    @Override
    public int compareTo(Gfn other) {
        return Long.compare(value, other.value);
    }

    @Override
    public String toString() {
        return "gfn 0x%05x".formatted(value);
    }
}
