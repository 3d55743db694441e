package io.xenarium.machine.cpu;

/// What a processor may offer beyond the least that every x86-64 has, by its bit in a CPUID leaf
/// (AMD APM vol. 3, appendix E; Intel SDM vol. 2, CPUID). All of these work in our processor; what
/// it does not have is not here.
public enum Feature {
    FPU(1, Place.EDX, 0),
    DE(1, Place.EDX, 2),
    TSC(1, Place.EDX, 4),
    MSR(1, Place.EDX, 5),
    PAE(1, Place.EDX, 6),
    CX8(1, Place.EDX, 8),
    CMOV(1, Place.EDX, 15),
    PAT(1, Place.EDX, 16),
    CLFSH(1, Place.EDX, 19),
    MMX(1, Place.EDX, 23),
    FXSR(1, Place.EDX, 24),
    SSE(1, Place.EDX, 25),
    SSE2(1, Place.EDX, 26),
    SSE3(1, Place.ECX, 0),
    SSSE3(1, Place.ECX, 9),
    CX16(1, Place.ECX, 13),
    SSE4_1(1, Place.ECX, 19),
    SSE4_2(1, Place.ECX, 20),
    MOVBE(1, Place.ECX, 22),
    POPCNT(1, Place.ECX, 23),
    FSGSBASE(7, Place.EBX, 0),
    UMIP(7, Place.ECX, 2),
    SYSCALL(0x80000001, Place.EDX, 11),
    NX(0x80000001, Place.EDX, 20),
    PAGES_1G(0x80000001, Place.EDX, 26),
    RDTSCP(0x80000001, Place.EDX, 27),
    LONG_MODE(0x80000001, Place.EDX, 29),
    LAHF(0x80000001, Place.ECX, 0),
    PREFETCHW(0x80000001, Place.ECX, 8);

    /// The register that holds the bit.
    public enum Place {
        EBX,
        ECX,
        EDX
    }

    private final int leaf;
    private final Place place;
    private final int bit;

    Feature(int leaf, Place place, int bit) {
        this.leaf = leaf;
        this.place = place;
        this.bit = bit;
    }

    /// The bit's mask in `inPlace` of `inLeaf`; 0 if it stands elsewhere.
    int mask(int inLeaf, Place inPlace) {
        return leaf == inLeaf && place == inPlace ? 1 << bit : 0;
    }

    /// Whether AMD repeats the bit in leaf 0x80000001.
    boolean isRepeated() {
        return leaf == 1 && place == Place.EDX && bit <= 24 && this != CLFSH;
    }

    /// Whether `policy` offers it.
    public boolean isOfferedBy(CpuidPolicy policy) {
        CpuidPolicy.Leaf words = policy.leaf(leaf, 0);
        int word =
                switch (place) {
                    case EBX -> words.ebx();
                    case ECX -> words.ecx();
                    case EDX -> words.edx();
                };
        return (word >>> bit & 1) != 0;
    }
}
