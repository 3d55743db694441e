package io.xenarium.terms;

/// A machine address: one byte of the real machine's memory. Xen: `maddr`, the glossary of
/// xen/include/xen/mm.h.
public record Maddr(long value) {
    public Maddr {
        Check.that(value >= 0, "maddr out of range: %#x", value);
    }

    /// The address `bytes` further on.
    public Maddr plus(long bytes) {
        return new Maddr(Math.addExact(value, bytes));
    }

    /// The frame that holds this byte.
    public Mfn toMfn() {
        return new Mfn(value >>> 12);
    }

    @Override
    public String toString() {
        return "maddr 0x%x".formatted(value);
    }
}
