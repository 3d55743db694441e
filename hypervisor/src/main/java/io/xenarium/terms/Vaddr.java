package io.xenarium.terms;

/// A virtual address of a guest: what an instruction uses, before the page tables translate it. All
/// 64-bit patterns are allowed, since a guest may hand us any; [#isCanonical()] tells whether the
/// processor would take it.
public record Vaddr(long value) {
    /// The address `bytes` further on; wraps as the processor's own arithmetic does.
    public Vaddr plus(long bytes) {
        return new Vaddr(value + bytes);
    }

    /// Whether bits 63 to 47 are all equal (Intel SDM vol. 1, 3.3.7.1).
    public boolean isCanonical() {
        return value << 16 >> 16 == value;
    }

    @Override
    public String toString() {
        return "vaddr 0x%016x".formatted(value);
    }
}
