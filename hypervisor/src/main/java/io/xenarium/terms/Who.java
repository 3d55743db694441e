package io.xenarium.terms;

/// A vCPU of a domain, by their numbers.
public record Who(DomId domain, VcpuId vcpu) {
    @Override
    public String toString() {
        return domain + " " + vcpu;
    }
}
