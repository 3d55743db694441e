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
    private static final long CR4_TSD = 4;
    private static final long CR4_DE = 8;
    private static final long CR4_FSGSBASE = 1 << 16;

    /// What is always set in DR6 and DR7, and what can be.
    private static final long DR6_ONES = 0xffff_0ff0L;

    private static final long DR6_BITS = 0xe00f;
    private static final long DR7_ONES = 0x400;
    private static final long DR7_BITS = 0xffff_23ffL;

    private static final Exit HALT = new Exit.Halt();

    private final Core core;
    private final Flags flags;
    private final InterruptDelivery delivery;
    private final Breakpoints breakpoints;
    private final ControlRegisters controls;
    private final ModelRegisters models;
    private final DescriptorTables tables;
    private final PortOps ports;
    private final SystemCalls calls;

    SystemOps(Core core, InterruptDelivery delivery, Breakpoints breakpoints) {
        this.core = core;
        this.flags = core.flags;
        this.delivery = delivery;
        this.breakpoints = breakpoints;
        controls = new ControlRegisters(core);
        models = new ModelRegisters(core, controls);
        tables = new DescriptorTables(core);
        ports = new PortOps(core, breakpoints);
        calls = new SystemCalls(core);
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
            case SYSCALL -> calls.call(s);
            case INT3 -> trap(Fault.BP, s, true);
            case INT1 -> trap(Fault.DB, s, false);
            case INTO -> interruptOnOverflow(s);
            case INT -> interrupt(s);
            case IN, OUT, INS, OUTS -> ports.execute(s);
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
                controls.clearTaskSwitched();
            }
            case SMSW -> {
                tables.requireUmipOff();
                core.setDestination(s, core.registers.cr0);
            }
            case LMSW -> {
                core.requirePrivilege();
                controls.loadMachineStatus(core.destination(s));
            }
            case INVLPG -> {
                core.requirePrivilege();
                core.memory.flush(core.address(s));
                core.modeChanged = true;
            }
            // Where WBNOINVD is not offered it is WBINVD with a prefix.
            case WBINVD, WBNOINVD, INVD -> core.requirePrivilege();
            case RDMSR -> models.read();
            case WRMSR -> models.write();
            case RDPMC -> throw core.fault.of(Fault.GP);
            case SYSRET -> calls.goBack(s);
            case XSETBV, SYSEXIT -> throw refuse(s);
            case SWAPGS -> swapGs();
            case RDFSBASE, RDGSBASE, WRFSBASE, WRGSBASE -> base(s);
            default -> {
                return tables.execute(s);
            }
        }
        return true;
    }

    /// Instructions that the machine does not offer are #UD, but only for who might use them.
    private Fault refuse(Step s) {
        boolean isPrivileged = s.op != Op.XSETBV;
        return core.fault.of(isPrivileged && core.registers.cpl != 0 ? Fault.GP : Fault.UD);
    }

    /// Enters the handler of `vector` behind the instruction. Under a hypervisor that is a trap: it
    /// is reported behind the instruction, which has retired.
    private void trap(int vector, Step s, boolean checksPrivilege) {
        if (core.isBare()) {
            delivery.software(vector, s, checksPrivilege);
            return;
        }
        core.isTrap = true;
        throw core.fault.of(vector);
    }

    private void interruptOnOverflow(Step s) {
        if (flags.overflow()) {
            trap(Fault.OF, s, true);
        }
    }

    /// Under a hypervisor every gate but those of INT3 and INTO is closed.
    private void interrupt(Step s) {
        int vector = (int) s.immediate & 0xff;
        if (!core.isBare()) {
            throw core.fault.of(Fault.GP, vector * 8 + 2);
        }
        delivery.software(vector, s, true);
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
        core.watchAlignment();
        core.reconsider();
    }

    private void setInterruptFlag(Step s) {
        if (!core.hasIoPrivilege()) {
            throw core.fault.of(Fault.GP);
        }
        boolean isSet = s.op == Op.STI;
        if (isSet && !flags.has(Flags.IF)) {
            core.holdsInterruptsAt = core.retired + 1;
            core.reconsider();
        }
        flags.set(isSet ? flags.get() | Flags.IF : flags.get() & ~Flags.IF);
    }

    private void identify() {
        long[] gpr = core.gpr;
        CpuidPolicy.Leaf leaf =
                core.cpuid().leaf((int) gpr[Registers.RAX], (int) gpr[Registers.RCX]);
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

    private void moveSystemRegister(Step s) {
        boolean isStore = s.kind1 == Step.CONTROL || s.kind1 == Step.DEBUG;
        int kind = isStore ? s.kind1 : s.kind0;
        int number = isStore ? s.number1 : s.number0;
        if (kind == Step.DEBUG) {
            moveDebug(s, number, isStore);
        } else {
            controls.move(s, number, isStore);
        }
    }

    /// DR4 and DR5 are other names of DR6 and DR7 unless CR4.DE makes them undefined.
    private void moveDebug(Step s, int number, boolean isStore) {
        Registers r = core.registers;
        boolean isAlias = number == 4 || number == 5;
        if (isAlias && (r.cr4 & CR4_DE) != 0) {
            throw core.fault.of(Fault.UD);
        }
        core.requirePrivilege();
        breakpoints.requireUnguarded();
        int real = isAlias ? number + 2 : number;
        if (isStore) {
            core.setDestination(s, r.debug[real]);
            return;
        }
        long value = core.source(s);
        if (real >= 6 && value >>> 32 != 0) {
            throw core.fault.of(Fault.GP);
        }
        r.debug[real] =
                switch (real) {
                    case 6 -> value & DR6_BITS | DR6_ONES;
                    case 7 -> value & DR7_BITS | DR7_ONES;
                    default -> value;
                };
        core.memory.enter(r);
        core.pauses = true;
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
