package io.xenarium.xen;

import io.xenarium.machine.Clock;
import io.xenarium.machine.code.Decoder;
import io.xenarium.machine.code.Instruction;
import io.xenarium.machine.code.Mode;
import io.xenarium.machine.code.Op;
import io.xenarium.machine.code.Operand;
import io.xenarium.machine.cpu.CpuidPolicy.Leaf;
import io.xenarium.machine.cpu.Exit;
import io.xenarium.machine.cpu.Registers;

import java.util.Arrays;

/// Instructions that a guest's kernel may use as if it were at level 0, though the processor
/// refuses them at level 3: Xen carries them out, as far as the guest is concerned by them.
///
/// Interrupts: CLI and STI do nothing; what a guest masks is its upcall flag. Ports are those of
/// [PortAccess]. Xen: arch/x86/pv/emul-priv-op.c.
final class Emulation {
    /// What became of an instruction.
    enum Outcome {
        /// It is none that Xen carries out for who used it; nothing has changed.
        NOT_OURS,
        /// It was carried out.
        DONE,
        /// It repeats itself: a part was carried out, and it is still the next one.
        REPEATED,
        /// It raises another exception than the one that it came with: [Emulation#raised].
        RAISED
    }

    /// UD2, then "xen": the instruction behind it is to be emulated.
    private static final byte[] FORCED = {0x0f, 0x0b, 0x78, 0x65, 0x6e};

    private static final byte[] CPUID = {0x0f, (byte) 0xa2};

    /// Bits of CR4 that a guest may set itself: TSD and DE.
    private static final long CR4_GUESTS = 0xc;

    private static final long TASK_SWITCHED = 8;
    private static final long MACHINE_STATUS = 0xf;

    private final GuestMemory guest;
    private final Clock clock;
    private final Msrs msrs;
    private final PortAccess ports;
    private final Decoder decoder = new Decoder();
    private RootSwitch roots = (vcpu, tableMfn) -> false;
    private Blocker blocker = vcpu -> {};

    Emulation(Xen xen, Msrs msrs) {
        guest = xen.guest();
        clock = xen.clock();
        this.msrs = msrs;
        ports = new PortAccess(xen.guest());
    }

    /// What a move to CR3 does; answers whether the table will do.
    @FunctionalInterface
    interface RootSwitch {
        boolean switchTo(Vcpu vcpu, long tableMfn);
    }

    /// What HLT does.
    @FunctionalInterface
    interface Blocker {
        void block(Vcpu vcpu);
    }

    /// Connects the instructions that do the same as a hypercall.
    void connect(RootSwitch newRoots, Blocker newBlocker) {
        roots = newRoots;
        blocker = newBlocker;
    }

    /// The exception that the last instruction raised, if it did.
    Exit.Fault raised() {
        return ports.raised();
    }

    /// The breakpoints on ports that the last instruction hit, as debug register 6 shows them. They
    /// are told once.
    long takeBreakpoints() {
        return ports.takeBreakpoints();
    }

    /// Emulates a CPUID that is marked to be emulated. Returns whether there was one.
    boolean forcedCpuid(Vcpu vcpu) {
        byte[] code = codeAt(vcpu, FORCED.length + CPUID.length);
        boolean isForced =
                code.length == FORCED.length + CPUID.length
                        && Arrays.equals(code, 0, FORCED.length, FORCED, 0, FORCED.length)
                        && Arrays.equals(code, FORCED.length, code.length, CPUID, 0, CPUID.length);
        if (isForced) {
            answerCpuid(vcpu);
            vcpu.registers.rip += code.length;
        }
        return isForced;
    }

    private static void answerCpuid(Vcpu vcpu) {
        long[] gpr = vcpu.registers.gpr;
        Leaf leaf = vcpu.domain().cpuid().leaf((int) gpr[Registers.RAX], (int) gpr[Registers.RCX]);
        gpr[Registers.RAX] = leaf.eax() & 0xffff_ffffL;
        gpr[Registers.RBX] = leaf.ebx() & 0xffff_ffffL;
        gpr[Registers.RCX] = leaf.ecx() & 0xffff_ffffL;
        gpr[Registers.RDX] = leaf.edx() & 0xffff_ffffL;
    }

    /// Carries out the privileged instruction that the vCPU stands at.
    Outcome privileged(Vcpu vcpu) {
        byte[] code = codeAt(vcpu, Decoder.MAX_BYTES);
        Mode mode = vcpu.registers.inLongMode() ? Mode.LONG : Mode.PROTECTED_32;
        Instruction instruction = decoder.decode(code, 0, code.length, mode);
        if (instruction.isUndefined() || instruction.has(Instruction.LOCK)) {
            return Outcome.NOT_OURS;
        }
        Outcome outcome = carryOut(vcpu, instruction);
        if (outcome == Outcome.DONE) {
            vcpu.registers.rip += instruction.length();
        }
        return outcome;
    }

    private Outcome carryOut(Vcpu vcpu, Instruction instruction) {
        return switch (instruction.op()) {
            case CLI, STI -> did(PortAccess.hasPrivilege(vcpu));
            case HLT, INVLPG, INVD, LMSW ->
                    did(
                            vcpu.isKernelMode
                                    && PortAccess.hasPrivilege(vcpu)
                                    && carryOutForKernel(vcpu, instruction));
            case IN, OUT -> did(ports.transfer(vcpu, instruction));
            case INS, OUTS -> ports.string(vcpu, instruction);
            default -> did(vcpu.isKernelMode && carryOutForKernel(vcpu, instruction));
        };
    }

    private static Outcome did(boolean isDone) {
        return isDone ? Outcome.DONE : Outcome.NOT_OURS;
    }

    private boolean carryOutForKernel(Vcpu vcpu, Instruction instruction) {
        Registers registers = vcpu.registers;
        switch (instruction.op()) {
            case MOV -> {
                return move(vcpu, instruction);
            }
            case LMSW -> {
                return loadMachineStatus(vcpu, instruction);
            }
            case RDMSR -> {
                return readMsr(vcpu);
            }
            case WRMSR -> {
                return msrs.write(vcpu, index(vcpu), value(vcpu));
            }
            case CLTS -> Traps.setTaskSwitched(vcpu, false);
            case HLT -> blocker.block(vcpu);
            case WBINVD -> {}
            case CPUID -> answerCpuid(vcpu);
            case RDTSC, RDTSCP -> {
                split(registers, clock.nanos());
                if (instruction.op() == Op.RDTSCP) {
                    registers.gpr[Registers.RCX] = registers.tscAux & 0xffff_ffffL;
                }
            }
            default -> {
                return false;
            }
        }
        return true;
    }

    private boolean move(Vcpu vcpu, Instruction instruction) {
        if (!(instruction.operand(0) instanceof Operand.Register to)
                || !(instruction.operand(1) instanceof Operand.Register from)) {
            return false;
        }
        long[] gpr = vcpu.registers.gpr;
        if (from.bank() == Operand.Bank.CONTROL) {
            boolean isThere = from.number() == 0 || from.number() >= 2 && from.number() <= 4;
            if (isThere) {
                gpr[to.number()] = control(vcpu, from.number());
            }
            return isThere;
        }
        if (to.bank() == Operand.Bank.CONTROL) {
            return setControl(vcpu, to.number(), gpr[from.number()]);
        }
        if (from.bank() == Operand.Bank.DEBUG) {
            boolean isThere = CpuCalls.hasDebug(vcpu, from.number());
            if (isThere) {
                gpr[to.number()] = CpuCalls.debug(vcpu, from.number());
            }
            return isThere;
        }
        return to.bank() == Operand.Bank.DEBUG
                && CpuCalls.setDebug(vcpu, to.number(), gpr[from.number()]) == 0;
    }

    private static long control(Vcpu vcpu, int number) {
        return switch (number) {
            case 0 -> vcpu.registers.cr0;
            case 2 -> vcpu.registers.cr2;
            case 3 -> vcpu.kernelTableMfn << 12;
            default -> vcpu.registers.cr4;
        };
    }

    private boolean setControl(Vcpu vcpu, int number, long value) {
        switch (number) {
            case 0 -> {
                return setCr0(vcpu, value);
            }
            case 2 -> vcpu.setFaultAddress(value);
            case 3 -> {
                return roots.switchTo(vcpu, value >>> 12);
            }
            case 4 -> vcpu.registers.cr4 = vcpu.registers.cr4 & ~CR4_GUESTS | value & CR4_GUESTS;
            default -> {
                return false;
            }
        }
        return true;
    }

    /// Only the task-switched flag is the guest's.
    private static boolean setCr0(Vcpu vcpu, long value) {
        if (((value ^ vcpu.registers.cr0) & ~TASK_SWITCHED) != 0) {
            return false;
        }
        Traps.setTaskSwitched(vcpu, (value & TASK_SWITCHED) != 0);
        return true;
    }

    private boolean loadMachineStatus(Vcpu vcpu, Instruction instruction) {
        Registers registers = vcpu.registers;
        long status;
        if (instruction.operand(0) instanceof Operand.Register from) {
            status = registers.gpr[from.number()];
        } else {
            try {
                status = guest.getShort(vcpu, address(registers, instruction));
            } catch (BadPointer unusable) {
                return false;
            }
        }
        return setCr0(vcpu, registers.cr0 & ~MACHINE_STATUS | status & MACHINE_STATUS);
    }

    private static long address(Registers registers, Instruction instruction) {
        return PortAccess.linear(
                registers, (Operand.Memory) instruction.operand(0), instruction.length());
    }

    private boolean readMsr(Vcpu vcpu) {
        int index = index(vcpu);
        // A kernel that cannot handle the exception yet is spared it.
        boolean isSpared = vcpu.traps.handler(Traps.PROTECTION) == 0;
        if (!msrs.isKnown(index) && !isSpared) {
            return false;
        }
        split(vcpu.registers, msrs.read(vcpu, index, clock.nanos()));
        return true;
    }

    private static void split(Registers registers, long value) {
        registers.gpr[Registers.RAX] = value & 0xffff_ffffL;
        registers.gpr[Registers.RDX] = value >>> 32;
    }

    private static int index(Vcpu vcpu) {
        return (int) vcpu.registers.gpr[Registers.RCX];
    }

    private static long value(Vcpu vcpu) {
        long[] gpr = vcpu.registers.gpr;
        return gpr[Registers.RDX] << 32 | gpr[Registers.RAX] & 0xffff_ffffL;
    }

    /// Up to `bytes` bytes at the instruction pointer; less where the page behind is missing.
    private byte[] codeAt(Vcpu vcpu, int bytes) {
        Registers registers = vcpu.registers;
        long base = registers.inLongMode() ? 0 : registers.segmentBase[Registers.CS];
        long vaddr = registers.rip + base;
        int inPage = 4096 - (int) (vaddr & 0xfff);
        byte[] code = readable(vcpu, vaddr, bytes);
        return code.length == 0 && inPage < bytes ? readable(vcpu, vaddr, inPage) : code;
    }

    private byte[] readable(Vcpu vcpu, long vaddr, int bytes) {
        byte[] code = new byte[bytes];
        try {
            guest.read(vcpu, vaddr, code);
            return code;
        } catch (BadPointer unusable) {
            return new byte[0];
        }
    }
}
