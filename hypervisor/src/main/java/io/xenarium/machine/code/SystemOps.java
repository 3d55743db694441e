package io.xenarium.machine.code;

import io.xenarium.machine.cpu.CpuidPolicy;
import io.xenarium.machine.cpu.Exit;
import io.xenarium.machine.cpu.Fault;
import io.xenarium.machine.cpu.PageWalk;
import io.xenarium.machine.cpu.Registers;

/// Instructions that concern the system: flags as a whole, interrupts, ports, control registers,
/// time (Intel SDM vol. 3, 2.8). At privilege 3, where every PV guest runs, the privileged ones are
/// #GP(0) and it is the hypervisor that gives them a meaning.
final class SystemOps {
    private static final long CR0_TS = 8;
    private static final long CR4_TSD = 4;
    private static final long CR4_UMIP = 1 << 11;
    private static final long CR4_FSGSBASE = 1 << 16;
    private static final long EFER_SCE = 1;
    private static final int DR7_GD = 1 << 13;

    private static final Exit SYSCALL = new Exit.Syscall();
    private static final Exit HALT = new Exit.Halt();

    private final Core core;
    private final Flags flags;

    SystemOps(Core core) {
        this.core = core;
        this.flags = core.flags;
    }

    /// Executes `s`, or returns false if it is none of ours.
    boolean execute(Step s) {
        switch (s.op) {
            case NOP, PAUSE, ENDBR64, ENDBR32, LFENCE, MFENCE, SFENCE -> {}
            case PREFETCH, PREFETCHW, PREFETCHWT1 -> {}
            case PREFETCHNTA, PREFETCHT0, PREFETCHT1, PREFETCHT2 -> {}
            case CLFLUSH -> core.memory.read8(core.address(s));
            case PUSHF -> core.push(flags.get() & ~(Flags.RF | Flags.VM), s.bytes);
            case POPF -> popFlags(s);
            case CLI, STI -> setInterruptFlag(s);
            case CPUID -> identify();
            case RDTSC -> readTime();
            case RDTSCP -> {
                readTime();
                core.gpr[Registers.RCX] = core.registers.tscAux & 0xffff_ffffL;
            }
            case SYSCALL -> callSystem(s);
            case INT3 -> throw trap(Fault.BP, s);
            case INT1 -> throw trap(Fault.DB, s);
            case INTO -> interruptOnOverflow(s);
            case INT -> throw core.fault.of(Fault.GP, ((int) s.immediate & 0xff) * 8 + 2);
            case IN, OUT, INS, OUTS -> port(s);
            default -> {
                return privileged(s);
            }
        }
        return true;
    }

    private boolean privileged(Step s) {
        switch (s.op) {
            case HLT -> {
                core.requirePrivilege();
                core.exit = HALT;
            }
            case MOV -> moveSystemRegister(s);
            case CLTS -> {
                core.requirePrivilege();
                core.registers.cr0 &= ~CR0_TS;
            }
            case SMSW -> {
                requireUmipOff();
                core.setDestination(s, core.registers.cr0);
            }
            case LMSW -> loadMachineStatus(s);
            case INVLPG -> {
                core.requirePrivilege();
                core.memory.flush(core.address(s));
                core.modeChanged = true;
            }
            case WBINVD, INVD -> core.requirePrivilege();
            case SGDT -> storeTable(s, core.registers.gdtBase, core.registers.gdtLimit);
            case LGDT -> loadTable(s);
            case SLDT, STR -> {
                requireUmipOff();
                core.setDestination(s, 0);
            }
            case SIDT -> storeTable(s, 0, 0);
            case RDMSR, WRMSR, RDPMC, LIDT, LLDT, LTR -> throw core.fault.of(Fault.GP);
            case XSETBV, SYSRET, SYSEXIT -> throw refuse(s);
            case SWAPGS -> swapGs();
            case RDFSBASE, RDGSBASE, WRFSBASE, WRGSBASE -> base(s);
            default -> {
                return false;
            }
        }
        return true;
    }

    /// Instructions that the machine does not offer are #UD, but only for who might use them.
    private Fault refuse(Step s) {
        boolean isPrivileged = s.op != Op.XSETBV;
        return core.fault.of(isPrivileged && core.registers.cpl != 0 ? Fault.GP : Fault.UD);
    }

    /// A trap: it is reported behind the instruction, which has retired.
    private Fault trap(int vector, Step s) {
        core.isTrap = true;
        return core.fault.of(vector);
    }

    private void interruptOnOverflow(Step s) {
        if (flags.overflow()) {
            throw trap(Fault.OF, s);
        }
    }

    /// Without privilege IF stays as it is, silently; IOPL changes at privilege 0 only.
    private void popFlags(Step s) {
        long image = core.peek(0, s.bytes);
        long loaded = Flags.ARITHMETIC | Flags.TF | Flags.DF | Flags.NT | Flags.AC | Flags.ID;
        if (core.hasIoPrivilege()) {
            loaded |= Flags.IF;
        }
        if (core.registers.cpl == 0) {
            loaded |= Flags.IOPL;
        }
        loaded = s.bytes == 2 ? loaded & 0xffff : loaded;
        core.release(s.bytes);
        flags.set(flags.get() & ~(loaded | Flags.RF) | image & loaded);
    }

    private void setInterruptFlag(Step s) {
        if (!core.hasIoPrivilege()) {
            throw core.fault.of(Fault.GP);
        }
        long others = flags.get() & ~Flags.IF;
        flags.set(s.op == Op.STI ? others | Flags.IF : others);
    }

    private void identify() {
        long[] gpr = core.gpr;
        CpuidPolicy.Leaf leaf = core.cpuid.leaf((int) gpr[Registers.RAX], (int) gpr[Registers.RCX]);
        gpr[Registers.RAX] = leaf.eax() & 0xffff_ffffL;
        gpr[Registers.RBX] = leaf.ebx() & 0xffff_ffffL;
        gpr[Registers.RCX] = leaf.ecx() & 0xffff_ffffL;
        gpr[Registers.RDX] = leaf.edx() & 0xffff_ffffL;
    }

    private void readTime() {
        Registers r = core.registers;
        if (r.cpl != 0 && (r.cr4 & CR4_TSD) != 0) {
            throw core.fault.of(Fault.GP);
        }
        long now = r.tsc + core.retired;
        core.gpr[Registers.RAX] = now & 0xffff_ffffL;
        core.gpr[Registers.RDX] = now >>> 32;
    }

    private void callSystem(Step s) {
        if ((core.registers.efer & EFER_SCE) == 0) {
            throw core.fault.of(Fault.UD);
        }
        core.gpr[Registers.RCX] = core.after(s);
        core.gpr[Registers.R11] = flags.get() & ~Flags.RF;
        core.exit = SYSCALL;
    }

    private void port(Step s) {
        if (!core.hasIoPrivilege()) {
            throw core.fault.of(Fault.GP);
        }
        boolean isOut = s.op == Op.OUT || s.op == Op.OUTS;
        boolean isByConstant = isOut ? s.kind0 == Step.IMMEDIATE : s.kind1 == Step.IMMEDIATE;
        long port = isByConstant ? s.immediate & 0xff : core.gpr[Registers.RDX] & 0xffff;
        int bytes = isOut ? s.bytes1 : s.bytes0;
        core.exit = new Exit.PortIo((int) port, bytes, isOut);
        core.hasNotRetired = true;
    }

    private void moveSystemRegister(Step s) {
        core.requirePrivilege();
        boolean isStore = s.kind1 == Step.CONTROL || s.kind1 == Step.DEBUG;
        int kind = isStore ? s.kind1 : s.kind0;
        int number = isStore ? s.number1 : s.number0;
        if (kind == Step.DEBUG) {
            moveDebug(s, number, isStore);
        } else if (isStore) {
            core.setDestination(s, control(number));
        } else {
            setControl(number, core.source(s));
        }
    }

    private void moveDebug(Step s, int number, boolean isStore) {
        long[] debug = core.registers.debug;
        if ((debug[7] & DR7_GD) != 0) {
            throw core.fault.of(Fault.DB);
        }
        int real = number == 4 || number == 5 ? number + 2 : number;
        if (isStore) {
            core.setDestination(s, debug[real]);
        } else {
            debug[real] = core.source(s);
        }
    }

    private long control(int number) {
        Registers r = core.registers;
        return switch (number) {
            case 0 -> r.cr0;
            case 2 -> r.cr2;
            case 3 -> r.cr3;
            case 4 -> r.cr4;
            case 8 -> 0;
            default -> throw core.fault.of(Fault.UD);
        };
    }

    private void setControl(int number, long value) {
        Registers r = core.registers;
        switch (number) {
            case 0 -> r.cr0 = value;
            case 2 -> r.cr2 = value;
            case 3 -> r.cr3 = value;
            case 4 -> r.cr4 = value;
            case 8 -> {}
            default -> throw core.fault.of(Fault.UD);
        }
        core.memory.flush();
        core.modeChanged = true;
    }

    private void loadMachineStatus(Step s) {
        core.requirePrivilege();
        Registers r = core.registers;
        long loaded = core.destination(s) & 0xf;
        r.cr0 = r.cr0 & ~0xeL | loaded;
    }

    /// SGDT and its kin show a guest the real tables unless UMIP forbids it.
    private void requireUmipOff() {
        if (core.registers.cpl != 0 && (core.registers.cr4 & CR4_UMIP) != 0) {
            throw core.fault.of(Fault.GP);
        }
    }

    private void storeTable(Step s, long base, int limit) {
        requireUmipOff();
        long address = core.addressForWrite(s);
        int bytes = core.isLong ? 8 : 4;
        core.memory.requireWritable(address, 2 + bytes);
        core.memory.write16(address, limit);
        core.memory.write(address + 2, bytes, base);
    }

    private void loadTable(Step s) {
        core.requirePrivilege();
        long address = core.address(s);
        long limit = core.memory.read16(address);
        core.registers.gdtBase = core.memory.read(address + 2, core.isLong ? 8 : 4);
        core.registers.gdtLimit = (int) limit;
    }

    private void swapGs() {
        core.requirePrivilege();
        Registers r = core.registers;
        long other = r.kernelGsBase;
        r.kernelGsBase = r.segmentBase[Registers.GS];
        r.segmentBase[Registers.GS] = other;
    }

    private void base(Step s) {
        Registers r = core.registers;
        if ((r.cr4 & CR4_FSGSBASE) == 0) {
            throw core.fault.of(Fault.UD);
        }
        boolean isFs = s.op == Op.RDFSBASE || s.op == Op.WRFSBASE;
        int segment = isFs ? Registers.FS : Registers.GS;
        if (s.op == Op.RDFSBASE || s.op == Op.RDGSBASE) {
            core.setDestination(s, r.segmentBase[segment]);
            return;
        }
        long value = core.destination(s);
        if (!PageWalk.isCanonical(value)) {
            throw core.fault.of(Fault.GP);
        }
        r.segmentBase[segment] = value;
    }
}
