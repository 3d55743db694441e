package io.xenarium.machine.cpu;

/// What CPUID answers. The hypervisor decides, so that every guest sees the same processor,
/// whatever computer this runs on.
@FunctionalInterface
public interface CpuidPolicy {
    /// The answer for `leaf` (in eax) and `subleaf` (in ecx).
    Leaf leaf(int leaf, int subleaf);

    /// What CPUID leaves in the four registers.
    record Leaf(int eax, int ebx, int ecx, int edx) {
        /// What an absent leaf answers.
        public static final Leaf ZERO = new Leaf(0, 0, 0, 0);
    }

    /// All that our processor has, and no hypervisor.
    static CpuidPolicy processor() {
        return ProcessorModel.FULL;
    }
}
