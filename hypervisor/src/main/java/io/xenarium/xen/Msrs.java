package io.xenarium.xen;

import io.xenarium.machine.cpu.Registers;
import io.xenarium.terms.Vaddr;

/// The model-specific registers that a guest's kernel finds (AMD APM vol. 2, appendix A). Most of
/// them are there because kernels of AMD processors look at them; writes to those are dropped. What
/// every vCPU shares with the machine can be read only: a write faults, as under Xen 4.17.
final class Msrs {
    private static final int TSC = 0x10;
    private static final int APIC_BASE = 0x1b;
    private static final int MICROCODE = 0x8b;
    private static final int MISC_ENABLE = 0x1a0;
    private static final int PAT = 0x277;
    private static final int EFER = 0xc000_0080;
    private static final int FS_BASE = 0xc000_0100;
    private static final int GS_BASE = 0xc000_0101;
    private static final int KERNEL_GS_BASE = 0xc000_0102;
    private static final int TSC_AUX = 0xc000_0103;

    /// Whether CPUID faults in programs. This processor cannot do that.
    private static final int FEATURES_ENABLED = 0x140;

    private static final int PLATFORM = 0xce;

    /// Enabled, at its usual address.
    private static final long APIC_VALUE = 0xfee0_0900L;

    /// Xen's choice of memory types: WB, WT, UC-, UC, WC, WP, UC, UC.
    private static final long PAT_VALUE = 0x0000_0501_0007_0406L;

    /// System calls, long mode enabled and active, no-execute.
    private static final long EFER_VALUE = 0xd01;

    private final HypercallPages pages;

    Msrs(HypercallPages pages) {
        this.pages = pages;
    }

    boolean isKnown(int index) {
        return switch (index) {
            case TSC, APIC_BASE, PAT, EFER, FS_BASE, GS_BASE, KERNEL_GS_BASE, TSC_AUX -> true;
            case FEATURES_ENABLED, PLATFORM, MICROCODE, MISC_ENABLE -> true;
            case CpuidLeaves.HYPERCALL_MSR -> true;
            case 0xc001_0000, 0xc001_0001, 0xc001_0002, 0xc001_0003 -> true;
            case 0xc001_0004, 0xc001_0005, 0xc001_0006, 0xc001_0007 -> true;
            case 0xc001_0015, 0xc001_0055, 0xc001_0140, 0xc001_0141, 0xc001_1029 -> true;
            default -> false;
        };
    }

    /// The value of a register, 0 for one that is not known.
    long read(Vcpu vcpu, int index, long nowNanos) {
        return switch (index) {
            case TSC -> nowNanos;
            case APIC_BASE -> APIC_VALUE;
            case PAT -> PAT_VALUE;
            case EFER -> EFER_VALUE;
            case FS_BASE -> vcpu.registers.segmentBase[Registers.FS];
            case GS_BASE -> vcpu.registers.segmentBase[Registers.GS];
            case KERNEL_GS_BASE -> vcpu.otherGsBase;
            case TSC_AUX -> vcpu.registers.tscAux & 0xffff_ffffL;
            default -> 0;
        };
    }

    /// Returns whether the guest may write this there.
    boolean write(Vcpu vcpu, int index, long value) {
        boolean isBase = index == FS_BASE || index == GS_BASE || index == KERNEL_GS_BASE;
        if (isBase && !new Vaddr(value).isCanonical()) {
            return false;
        }
        switch (index) {
            case FS_BASE -> vcpu.registers.segmentBase[Registers.FS] = value;
            case GS_BASE -> vcpu.registers.segmentBase[Registers.GS] = value;
            case KERNEL_GS_BASE -> vcpu.otherGsBase = value;
            case CpuidLeaves.HYPERCALL_MSR -> {
                return pages.write(vcpu.domain(), value >>> 12);
            }
            case FEATURES_ENABLED -> {
                return value == 0;
            }
            case PLATFORM, TSC, APIC_BASE, PAT, MICROCODE -> {
                return false;
            }
            default -> {
                return isKnown(index);
            }
        }
        return true;
    }
}
