package io.xenarium.xen;

import io.xenarium.machine.cpu.CpuidPolicy;
import io.xenarium.machine.cpu.Feature;
import io.xenarium.machine.cpu.ProcessorModel;

/// What CPUID answers to a guest: the leaves of the processor that its domain is to see, the mark
/// of a hypervisor, and Xen's own leaves (public/arch-x86/cpuid.h).
public final class CpuidLeaves implements CpuidPolicy {
    private static final int BASE = 0x40000000;
    private static final int IS_GUEST = 1 << 31;
    private static final int XEN_VERSION = 4 << 16 | 17;

    /// "XenVMMXenVMM", four characters in each of ebx, ecx, edx.
    private static final int SIGNATURE_1 = 0x566e6558;

    private static final int SIGNATURE_2 = 0x65584d4d;
    private static final int SIGNATURE_3 = 0x4d4d566e;

    /// The MSR through which a guest gets a hypercall page.
    static final int HYPERCALL_MSR = 0x40000000;

    private static final int PRESERVES_MARKS = 1;
    private static final int KHZ = 1_000_000;
    private static final int TSC_IS_SAFE = 2;
    private static final int MADDR_BITS = 40;

    /// What a PV guest sees of our processor: not what it could only use at privilege 0.
    public static final ProcessorModel PARAVIRTUAL =
            ProcessorModel.FULL.without(Feature.FSGSBASE, Feature.UMIP);

    private final CpuidPolicy processor;

    /// For a domain that is shown all that there is for it.
    public CpuidLeaves() {
        this(PARAVIRTUAL);
    }

    /// @param processor what the domain is to see of the processor
    public CpuidLeaves(CpuidPolicy processor) {
        this.processor = processor;
    }

    @Override
    public Leaf leaf(int leaf, int subleaf) {
        return switch (leaf) {
            case 1 -> {
                Leaf plain = processor.leaf(leaf, subleaf);
                yield new Leaf(plain.eax(), plain.ebx(), plain.ecx() | IS_GUEST, plain.edx());
            }
            case BASE -> new Leaf(BASE + 5, SIGNATURE_1, SIGNATURE_2, SIGNATURE_3);
            case BASE + 1 -> new Leaf(XEN_VERSION, 0, 0, 0);
            case BASE + 2 -> new Leaf(1, HYPERCALL_MSR, PRESERVES_MARKS, 0);
            case BASE + 3 -> time(subleaf);
            case BASE + 5 -> new Leaf(0, MADDR_BITS, 0, 0);
            default -> processor.leaf(leaf, subleaf);
        };
    }

    private static Leaf time(int subleaf) {
        return switch (subleaf) {
            case 0 -> new Leaf(TSC_IS_SAFE, 0, KHZ, 0);
            case 1 -> new Leaf(0, 0, 0x8000_0000, 1);
            case 2 -> new Leaf(KHZ, 0, 0, 0);
            default -> Leaf.ZERO;
        };
    }
}
