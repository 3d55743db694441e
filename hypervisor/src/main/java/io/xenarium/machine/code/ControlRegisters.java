package io.xenarium.machine.code;

import io.xenarium.machine.cpu.CpuidPolicy.Leaf;
import io.xenarium.machine.cpu.Exit;
import io.xenarium.machine.cpu.Fault;
import io.xenarium.machine.cpu.Registers;

/// The control registers CR0 to CR8 and EFER, with what may be written there (Intel SDM vol. 3, 2.5
/// and 9.8.5; vol. 2, "MOV—Move to/from Control Registers"). Long mode begins where CR0.PG is set
/// while EFER.LME is, and ends where it is cleared.
///
/// Real mode and the paging of 32-bit code are not there: who turns them on shuts the processor
/// down.
final class ControlRegisters {
    private static final long PE = 1;
    private static final long TS = 8;
    private static final long ET = 16;
    private static final long NW = 1 << 29;
    private static final long CD = 1 << 30;
    private static final long PG = 1L << 31;

    /// The bits of CR0 that exist; the others stay 0 whatever is written.
    private static final long CR0_BITS = 0xe005_003fL;

    private static final long CR4_TSD = 1 << 2;
    private static final long CR4_DE = 1 << 3;
    private static final long CR4_PSE = 1 << 4;
    private static final long CR4_PAE = 1 << 5;
    private static final long CR4_PGE = 1 << 7;
    private static final long CR4_PCE = 1 << 8;
    private static final long CR4_OSFXSR = 1 << 9;
    private static final long CR4_OSXMMEXCPT = 1 << 10;
    private static final long CR4_UMIP = 1 << 11;
    private static final long CR4_FSGSBASE = 1 << 16;

    private static final long EFER_SCE = 1;
    private static final long EFER_LME = 1 << 8;
    private static final long EFER_LMA = 1 << 10;
    private static final long EFER_NXE = 1 << 11;

    private final Core core;

    ControlRegisters(Core core) {
        this.core = core;
    }

    /// MOV from or to a control register.
    void move(Step s, int number, boolean isStore) {
        core.requirePrivilege();
        if (isStore) {
            core.setDestination(s, read(number));
        } else {
            write(number, core.source(s));
        }
    }

    private long read(int number) {
        Registers r = core.registers;
        return switch (number) {
            case 0 -> r.cr0;
            case 2 -> r.cr2;
            case 3 -> r.cr3;
            case 4 -> r.cr4;
            case 8 -> r.system.taskPriority;
            default -> throw core.fault.of(Fault.UD);
        };
    }

    private void write(int number, long value) {
        Registers r = core.registers;
        switch (number) {
            case 0 -> write0(value);
            case 2 -> r.cr2 = value;
            case 3 -> {
                require((value & -1L << physicalBits()) == 0);
                r.cr3 = value;
                core.memory.flush();
                core.modeChanged = true;
            }
            case 4 -> write4(value);
            case 8 -> {
                require((value & ~0xfL) == 0);
                r.system.taskPriority = (int) value;
                core.reconsider();
            }
            default -> throw core.fault.of(Fault.UD);
        }
    }

    /// Sets the low word of CR0 as LMSW does: protected mode can be entered, but not left.
    void loadMachineStatus(long word) {
        write0(core.registers.cr0 & ~0xeL | word & 0xf);
    }

    void clearTaskSwitched() {
        core.registers.cr0 &= ~TS;
    }

    private void write0(long value) {
        Registers r = core.registers;
        require(value >>> 32 == 0);
        require((value & PG) == 0 || (value & PE) != 0);
        require((value & NW) == 0 || (value & CD) != 0);
        boolean turnsOn = (value & ~r.cr0 & PG) != 0;
        boolean turnsOff = (r.cr0 & ~value & PG) != 0;
        boolean isEnabled = (r.efer & EFER_LME) != 0;
        if (turnsOn && isEnabled) {
            boolean isLongSegment = (r.segmentAccess[Registers.CS] & Descriptors.LONG) != 0;
            require((r.cr4 & CR4_PAE) != 0 && !isLongSegment);
        }
        require(!turnsOff || !core.isLong);
        if ((value & PE) == 0) {
            core.exit = new Exit.Shutdown(Exit.Shutdown.Reason.REAL_MODE);
            core.hasNotRetired = true;
            return;
        }
        if (turnsOn && !isEnabled) {
            core.exit = new Exit.Shutdown(Exit.Shutdown.Reason.PAGING_OF_32_BITS);
            core.hasNotRetired = true;
            return;
        }
        r.cr0 = value & CR0_BITS | ET;
        if (turnsOn) {
            r.efer |= EFER_LMA;
        } else if (turnsOff) {
            r.efer &= ~EFER_LMA;
        }
        core.memory.flush();
        core.modeChanged = true;
    }

    private void write4(long value) {
        Registers r = core.registers;
        require((value & ~offered4()) == 0);
        require((value & CR4_PAE) != 0 || (r.efer & EFER_LMA) == 0);
        r.cr4 = value;
        core.memory.flush();
        core.modeChanged = true;
    }

    /// The bits of CR4 whose feature CPUID offers; those of SMEP, SMAP and whatever else this
    /// processor cannot do are reserved.
    private long offered4() {
        Leaf basic = core.cpuid().leaf(1, 0);
        Leaf structured = core.cpuid().leaf(7, 0);
        long bits = CR4_PSE | CR4_PCE;
        bits |= has(basic.edx(), 2) ? CR4_DE : 0;
        bits |= has(basic.edx(), 4) ? CR4_TSD : 0;
        bits |= has(basic.edx(), 6) ? CR4_PAE : 0;
        bits |= has(basic.edx(), 13) ? CR4_PGE : 0;
        bits |= has(basic.edx(), 24) ? CR4_OSFXSR : 0;
        bits |= has(basic.edx(), 25) ? CR4_OSXMMEXCPT : 0;
        bits |= has(structured.ecx(), 2) ? CR4_UMIP : 0;
        bits |= has(structured.ebx(), 0) ? CR4_FSGSBASE : 0;
        return bits;
    }

    private static boolean has(int word, int bit) {
        return (word >>> bit & 1) != 0;
    }

    /// Writes EFER. LMA cannot be written: it follows from LME and CR0.PG.
    void writeEfer(long value) {
        Registers r = core.registers;
        require((value & ~(EFER_SCE | EFER_LME | EFER_LMA | EFER_NXE)) == 0);
        boolean isPaged = (r.cr0 & PG) != 0;
        require(!isPaged || ((value ^ r.efer) & EFER_LME) == 0);
        r.efer = value & ~EFER_LMA | r.efer & EFER_LMA;
        core.memory.flush();
        core.modeChanged = true;
    }

    private int physicalBits() {
        return core.cpuid().leaf(0x8000_0008, 0).eax() & 0xff;
    }

    private void require(boolean isAllowed) {
        if (!isAllowed) {
            throw core.fault.of(Fault.GP);
        }
    }
}
