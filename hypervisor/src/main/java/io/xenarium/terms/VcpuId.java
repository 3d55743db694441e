package io.xenarium.terms;

/// The number of a virtual processor inside its domain, from 0.
public record VcpuId(int value) implements Comparable<VcpuId> {
    public VcpuId {
        Check.that(value >= 0 && value < 8192, "vcpu id out of range: %d", value);
    }

    @Override
    public int compareTo(VcpuId other) {
        return Integer.compare(value, other.value);
    }

    @Override
    public String toString() {
        return "v" + value;
    }
}
