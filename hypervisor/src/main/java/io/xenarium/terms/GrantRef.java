package io.xenarium.terms;

/// A grant reference: the index of an entry in the granting domain's grant table. Xen:
/// `grant_ref_t` in public/grant_table.h.
public record GrantRef(int value) implements Comparable<GrantRef> {
    public GrantRef {
        Check.that(value >= 0, "grant reference out of range: %d", value);
    }

    @Override
    public int compareTo(GrantRef other) {
        return Integer.compare(value, other.value);
    }

    @Override
    public String toString() {
        return "gref " + value;
    }
}
