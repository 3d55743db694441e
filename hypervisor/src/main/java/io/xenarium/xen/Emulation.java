package io.xenarium.xen;

import io.xenarium.machine.code.Decoder;
import io.xenarium.machine.code.Instruction;
import io.xenarium.machine.code.Mode;
import io.xenarium.machine.code.Operand;
import io.xenarium.machine.cpu.CpuidPolicy;
import io.xenarium.machine.cpu.CpuidPolicy.Leaf;
import io.xenarium.machine.cpu.Registers;

import java.util.Arrays;

/// Instructions that a guest's kernel may use as if it were at level 0, though the processor
/// refuses them at level 3: Xen carries them out, as far as the guest is concerned by them.
///
/// Interrupts: CLI and STI do nothing; what a guest masks is its upcall flag. Ports: nothing
/// answers, so reads are all ones. Xen: arch/x86/pv/emul-priv-op.c.
final class Emulation {
    /// UD2, then "xen": the instruction behind it is to be emulated.
    private static final byte[] FORCED = {0x0f, 0x0b, 0x78, 0x65, 0x6e};

    private static final byte[] CPUID = {0x0f, (byte) 0xa2};

    /// Bits of CR4 that a guest may set itself: TSD and DE.
    private static final long CR4_GUESTS = 0xc;

    private static final long TASK_SWITCHED = 8;

    private final GuestMemory guest;
    private final Msrs msrs;
    private final CpuidPolicy cpuid;
    private final Decoder decoder = new Decoder();
    private RootSwitch roots = (vcpu, tableMfn) -> false;
    private Blocker blocker = vcpu -> {};

    Emulation(GuestMemory guest, Msrs msrs, CpuidPolicy cpuid) {
        this.guest = guest;
        this.msrs = msrs;
        this.cpuid = cpuid;
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

    /// Emulates a CPUID that is marked to be emulated. Returns whether there was one.
    boolean forcedCpuid(Vcpu vcpu) {
        byte[] code = codeAt(vcpu, FORCED.length + CPUID.length);
        boolean isForced =
                code.length == FORCED.length + CPUID.length
                        && Arrays.equals(code, 0, FORCED.length, FORCED, 0, FORCED.length)
                        && Arrays.equals(code, FORCED.length, code.length, CPUID, 0, CPUID.length);
        if (isForced) {
            answerCpuid(vcpu.registers);
            vcpu.registers.rip += code.length;
        }
        return isForced;
    }

    private void answerCpuid(Registers registers) {
        long[] gpr = registers.gpr;
        Leaf leaf = cpuid.leaf((int) gpr[Registers.RAX], (int) gpr[Registers.RCX]);
        gpr[Registers.RAX] = leaf.eax() & 0xffff_ffffL;
        gpr[Registers.RBX] = leaf.ebx() & 0xffff_ffffL;
        gpr[Registers.RCX] = leaf.ecx() & 0xffff_ffffL;
        gpr[Registers.RDX] = leaf.edx() & 0xffff_ffffL;
    }

    /// Carries out the privileged instruction that the vCPU stands at. Returns false where it is
    /// none, or one that the guest may not use; then nothing has changed.
    boolean privileged(Vcpu vcpu) {
        byte[] code = codeAt(vcpu, Decoder.MAX_BYTES);
        Mode mode = vcpu.registers.inLongMode() ? Mode.LONG : Mode.PROTECTED_32;
        Instruction instruction = decoder.decode(code, 0, code.length, mode);
        boolean isDone = carryOut(vcpu, instruction);
        if (isDone) {
            vcpu.registers.rip += instruction.length();
        }
        return isDone;
    }

    private boolean carryOut(Vcpu vcpu, Instruction instruction) {
        return switch (instruction.op()) {
            case CLI, STI -> hasPorts(vcpu);
            case IN -> hasPorts(vcpu) && in(vcpu.registers, instruction);
            case OUT -> hasPorts(vcpu);
            default -> vcpu.isKernelMode && carryOutForKernel(vcpu, instruction);
        };
    }

    private boolean carryOutForKernel(Vcpu vcpu, Instruction instruction) {
        return switch (instruction.op()) {
            case MOV -> move(vcpu, instruction);
            case RDMSR -> readMsr(vcpu);
            case WRMSR -> msrs.write(vcpu, index(vcpu), value(vcpu));
            case CLTS -> {
                Traps.setTaskSwitched(vcpu, false);
                yield true;
            }
            case HLT -> {
                blocker.block(vcpu);
                yield true;
            }
            case INVD, WBINVD -> true;
            case CPUID -> {
                answerCpuid(vcpu.registers);
                yield true;
            }
            default -> false;
        };
    }

    /// Whether the guest gave itself the right to ports and to the interrupt flag: its kernel
    /// counts as level 1, or as level 0 where it asked for that.
    private static boolean hasPorts(Vcpu vcpu) {
        boolean isLevel0 = vcpu.domain().assists(VersionCalls.ARCHITECTURAL_IOPL);
        int kernelLevel = isLevel0 ? 0 : 1;
        return vcpu.ioPrivilege >= (vcpu.isKernelMode ? kernelLevel : 3);
    }

    private static boolean in(Registers registers, Instruction instruction) {
        long rax = registers.gpr[Registers.RAX];
        registers.gpr[Registers.RAX] =
                switch (((Operand.Register) instruction.operand(0)).bytes()) {
                    case 1 -> rax | 0xff;
                    case 2 -> rax | 0xffff;
                    default -> 0xffff_ffffL;
                };
        return true;
    }

    private boolean move(Vcpu vcpu, Instruction instruction) {
        if (!(instruction.operand(0) instanceof Operand.Register to)
                || !(instruction.operand(1) instanceof Operand.Register from)) {
            return false;
        }
        long[] gpr = vcpu.registers.gpr;
        if (from.bank() == Operand.Bank.CONTROL) {
            gpr[to.number()] = control(vcpu, from.number());
            return from.number() == 0 || from.number() >= 2 && from.number() <= 4;
        }
        if (to.bank() == Operand.Bank.CONTROL) {
            return setControl(vcpu, to.number(), gpr[from.number()]);
        }
        if (from.bank() == Operand.Bank.DEBUG) {
            gpr[to.number()] = vcpu.registers.debug[from.number() & 7];
            return true;
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
                if (((value ^ vcpu.registers.cr0) & ~TASK_SWITCHED) != 0) {
                    return false;
                }
                Traps.setTaskSwitched(vcpu, (value & TASK_SWITCHED) != 0);
            }
            case 2 -> vcpu.registers.cr2 = value;
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

    private boolean readMsr(Vcpu vcpu) {
        long[] gpr = vcpu.registers.gpr;
        if (!msrs.isKnown(index(vcpu))) {
            return false;
        }
        long value = msrs.read(vcpu, index(vcpu));
        gpr[Registers.RAX] = value & 0xffff_ffffL;
        gpr[Registers.RDX] = value >>> 32;
        return true;
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
        long vaddr = vcpu.registers.rip + vcpu.registers.segmentBase[Registers.CS];
        int inPage = 4096 - (int) (vaddr & 0xfff);
        for (int tried : new int[] {bytes, Math.min(bytes, inPage)}) {
            byte[] code = new byte[tried];
            try {
                guest.read(vcpu, vaddr, code);
                return code;
            } catch (BadPointer unusable) {
                continue;
            }
        }
        return new byte[0];
    }
}
