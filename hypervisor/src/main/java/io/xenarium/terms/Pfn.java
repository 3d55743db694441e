package io.xenarium.terms;

/// A pseudo-physical frame number: one frame as a PV guest numbers its own memory, from 0 up. The
/// guest, not Xen, turns it into an [Mfn], through its p2m list. Xen: the glossary at the top of
/// xen/include/xen/mm.h.
public record Pfn(long value) implements Comparable<Pfn> {
    public Pfn {
        Check.that(value >= 0 && value < 1L << 52, "pfn out of range: %#x", value);
    }

    /// The frame that lies `frames` further on.
    public Pfn plus(long frames) {
        return new Pfn(Math.addExact(value, frames));
    }

    @Override
    public int compareTo(Pfn other) {
        return Long.compare(value, other.value);
    }

    @Override
    public String toString() {
        return "pfn 0x%05x".formatted(value);
    }
}
