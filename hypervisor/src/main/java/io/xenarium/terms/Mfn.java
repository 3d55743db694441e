package io.xenarium.terms;

/// A machine frame number: one 4096-byte frame of the real machine. Never what a guest calls its
/// own frame 0, 1, 2: that is a [Pfn]. Xen: `mfn_t` in xen/include/xen/mm-frame.h.
public record Mfn(long value) implements Comparable<Mfn> {
    public Mfn {
        Check.that(value >= 0 && value < 1L << 52, "mfn out of range: %#x", value);
    }

    /// The frame that lies `frames` further on.
    public Mfn plus(long frames) {
        return new Mfn(Math.addExact(value, frames));
    }

    @Override
    public int compareTo(Mfn other) {
        return Long.compare(value, other.value);
    }

    @Override
    public String toString() {
        return "mfn 0x%05x".formatted(value);
    }

    /// The machine address of the first byte of this frame.
    public Maddr toMaddr() {
        return new Maddr(value << 12);
    }
}
