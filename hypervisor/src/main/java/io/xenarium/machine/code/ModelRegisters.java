package io.xenarium.machine.code;

import io.xenarium.machine.cpu.Fault;
import io.xenarium.machine.cpu.PageWalk;
import io.xenarium.machine.cpu.Registers;
import io.xenarium.machine.cpu.SystemRegisters;

/// RDMSR and WRMSR of a bare processor: the model-specific registers that every 64-bit kernel uses
/// (AMD APM vol. 2, appendix A; Intel SDM vol. 4, table 2-2). All others are #GP(0), as for a
/// register that does not exist.
final class ModelRegisters {
    private static final int TSC = 0x10;
    private static final int APIC_BASE = 0x1b;
    private static final int PAT = 0x277;
    private static final int EFER = 0xc000_0080;
    private static final int STAR = 0xc000_0081;
    private static final int LSTAR = 0xc000_0082;
    private static final int CSTAR = 0xc000_0083;
    private static final int SYSCALL_MASK = 0xc000_0084;
    private static final int FS_BASE = 0xc000_0100;
    private static final int GS_BASE = 0xc000_0101;
    private static final int KERNEL_GS_BASE = 0xc000_0102;
    private static final int TSC_AUX = 0xc000_0103;

    /// Bits of the APIC base that are not reserved: first processor, enabled, a 40-bit address.
    private static final long APIC_BITS = 0xff_ffff_f900L;

    private final Core core;
    private final ControlRegisters controls;

    ModelRegisters(Core core, ControlRegisters controls) {
        this.core = core;
        this.controls = controls;
    }

    void read() {
        core.requirePrivilege();
        long value = read((int) core.gpr[Registers.RCX]);
        core.gpr[Registers.RAX] = value & 0xffff_ffffL;
        core.gpr[Registers.RDX] = value >>> 32;
    }

    void write() {
        core.requirePrivilege();
        long low = core.gpr[Registers.RAX] & 0xffff_ffffL;
        write((int) core.gpr[Registers.RCX], core.gpr[Registers.RDX] << 32 | low);
    }

    private long read(int number) {
        Registers r = core.registers;
        SystemRegisters system = r.system;
        return switch (number) {
            case TSC -> r.tsc + core.retired;
            case APIC_BASE -> system.apicBase;
            case PAT -> system.pageAttributes;
            case EFER -> r.efer;
            case STAR -> system.star;
            case LSTAR -> system.lstar;
            case CSTAR -> system.cstar;
            case SYSCALL_MASK -> system.syscallMask & 0xffff_ffffL;
            case FS_BASE -> r.segmentBase[Registers.FS];
            case GS_BASE -> r.segmentBase[Registers.GS];
            case KERNEL_GS_BASE -> r.kernelGsBase;
            case TSC_AUX -> r.tscAux & 0xffff_ffffL;
            default -> throw core.fault.of(Fault.GP);
        };
    }

    private void write(int number, long value) {
        Registers r = core.registers;
        SystemRegisters system = r.system;
        switch (number) {
            case TSC -> r.tsc = value - core.retired;
            case APIC_BASE -> {
                require((value & ~APIC_BITS) == 0);
                system.apicBase = value;
            }
            case PAT -> {
                requireTypes(value);
                system.pageAttributes = value;
            }
            case EFER -> controls.writeEfer(value);
            case STAR -> system.star = value;
            case LSTAR -> system.lstar = canonical(value);
            case CSTAR -> system.cstar = canonical(value);
            case SYSCALL_MASK -> {
                require(value >>> 32 == 0);
                system.syscallMask = (int) value;
            }
            case FS_BASE -> r.segmentBase[Registers.FS] = canonical(value);
            case GS_BASE -> r.segmentBase[Registers.GS] = canonical(value);
            case KERNEL_GS_BASE -> r.kernelGsBase = canonical(value);
            case TSC_AUX -> {
                require(value >>> 32 == 0);
                r.tscAux = (int) value;
            }
            default -> throw core.fault.of(Fault.GP);
        }
    }

    /// Every byte of the page attribute table is one of the memory types 0, 1, 4, 5, 6, 7.
    private void requireTypes(long table) {
        for (int shift = 0; shift < 64; shift += 8) {
            int type = (int) (table >>> shift) & 0xff;
            require(type < 8 && type != 2 && type != 3);
        }
    }

    private long canonical(long value) {
        require(PageWalk.isCanonical(value));
        return value;
    }

    private void require(boolean isAllowed) {
        if (!isAllowed) {
            throw core.fault.of(Fault.GP);
        }
    }
}
