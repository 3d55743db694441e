package io.xenarium.xen;

import io.xenarium.machine.code.Instruction;
import io.xenarium.machine.code.Op;
import io.xenarium.machine.code.Operand;
import io.xenarium.machine.cpu.Exit;
import io.xenarium.machine.cpu.Registers;
import io.xenarium.xen.Emulation.Outcome;

/// IN, OUT and their string forms as a guest finds them: nothing answers at any port, so reads are
/// all ones and writes go nowhere. Two ports remember what was written: where the configuration
/// address of PCI and a register of the clock's memory are chosen.
///
/// Who may use ports: the guest's kernel, or all of its programs, where it gave itself the
/// privilege level; else whoever the guest's bitmap of ports allows it. Xen: guest_io_okay and its
/// neighbours in arch/x86/pv/emul-priv-op.c.
final class PortAccess {
    private static final int PCI_ADDRESS = 0xcf8;
    private static final int CLOCK_REGISTER = 0x70;

    /// Iterations of a repeated instruction in one go.
    private static final int REPEATED_MAX = 4096;

    private static final int WRITE_ACCESS = 2;

    private final GuestMemory guest;
    private Exit.Fault raised = new Exit.Fault(Traps.PROTECTION, 0, 0);
    private long breakpoints;

    PortAccess(GuestMemory guest) {
        this.guest = guest;
    }

    /// The exception that the last instruction raised, if it did.
    Exit.Fault raised() {
        return raised;
    }

    long takeBreakpoints() {
        long taken = breakpoints;
        breakpoints = 0;
        return taken;
    }

    /// Whether the guest gave itself the right to ports and to the interrupt flag: its kernel
    /// counts as level 1, or as level 0 where it asked for that.
    static boolean hasPrivilege(Vcpu vcpu) {
        return vcpu.ioPrivilege >= (vcpu.isKernelMode ? vcpu.kernelLevel() : 3);
    }

    private boolean mayUse(Vcpu vcpu, int port, int bytes) {
        if (hasPrivilege(vcpu)) {
            return true;
        }
        if (vcpu.ioBitmapPorts <= port + bytes) {
            return false;
        }
        long at = vcpu.ioBitmapVaddr + (port >> 3);
        int map = guest.kernelByte(vcpu, at) | guest.kernelByte(vcpu, at + 1) << 8;
        return (map & (1 << bytes) - 1 << (port & 7)) == 0;
    }

    /// Carries out an IN or OUT. Returns false where the guest may not.
    boolean transfer(Vcpu vcpu, Instruction instruction) {
        boolean isIn = instruction.op() == Op.IN;
        Operand place = instruction.operand(isIn ? 1 : 0);
        Operand.Register data = (Operand.Register) instruction.operand(isIn ? 0 : 1);
        long[] gpr = vcpu.registers.gpr;
        int port =
                place instanceof Operand.Immediate constant
                        ? (int) constant.value() & 0xff
                        : (int) gpr[Registers.RDX] & 0xffff;
        int bytes = data.bytes();
        if (!mayUse(vcpu, port, bytes)) {
            return false;
        }
        watch(vcpu, port, bytes);
        if (!isIn) {
            write(vcpu.domain(), port, bytes, (int) gpr[Registers.RAX]);
            return true;
        }
        long value = read(vcpu.domain(), port, bytes);
        long mask = ones(bytes);
        gpr[Registers.RAX] = bytes == 4 ? value : gpr[Registers.RAX] & ~mask | value;
        return true;
    }

    private static long ones(int bytes) {
        return (1L << bytes * 8) - 1;
    }

    private static long read(Domain domain, int port, int bytes) {
        if (port == PCI_ADDRESS && bytes == 4) {
            return domain.pciAddress & 0xffff_ffffL;
        }
        long value = ones(bytes);
        int offset = CLOCK_REGISTER - port;
        if (offset >= 0 && offset < bytes) {
            value &= ~(0xffL << offset * 8);
            value |= (domain.clockRegister & 0xffL) << offset * 8;
        }
        return value;
    }

    private static void write(Domain domain, int port, int bytes, int value) {
        int offset = CLOCK_REGISTER - port;
        if (port == PCI_ADDRESS && bytes == 4) {
            domain.pciAddress = value;
        } else if (offset >= 0 && offset < bytes) {
            domain.clockRegister = value >>> offset * 8 & 0xff;
        }
    }

    /// Notes breakpoints on the ports (Intel SDM vol. 3, 17.2.4).
    private void watch(Vcpu vcpu, int port, int bytes) {
        for (int i = 0; i < 4 && vcpu.portBreakpoints != 0; i++) {
            long[] debug = vcpu.registers.debug;
            boolean isOn = (vcpu.portBreakpoints >>> i * 2 & 3) != 0;
            int code = (int) (debug[7] >>> 18 + i * 4) & 3;
            int width = code == 2 ? 8 : code + 1;
            if (isOn && debug[i] < port + bytes && debug[i] + width > port) {
                breakpoints |= 1L << i;
            }
        }
    }

    /// Carries out an INS or OUTS, or a part of a repeated one.
    Outcome string(Vcpu vcpu, Instruction instruction) {
        boolean isIn = instruction.op() == Op.INS;
        Operand.Memory place = (Operand.Memory) instruction.operand(isIn ? 0 : 1);
        Registers registers = vcpu.registers;
        int port = (int) registers.gpr[Registers.RDX] & 0xffff;
        if (!mayUse(vcpu, port, place.bytes())) {
            return Outcome.NOT_OURS;
        }
        boolean isRepeated = instruction.has(Instruction.REP) || instruction.has(Instruction.REPNE);
        long mask = instruction.addressBytes() == 8 ? -1L : ones(instruction.addressBytes());
        long left = isRepeated ? registers.gpr[Registers.RCX] & mask : 1;
        for (int i = 0; i < REPEATED_MAX && left != 0 && breakpoints == 0; i++) {
            if (!element(vcpu, isIn, port, place, mask)) {
                return Outcome.RAISED;
            }
            left--;
            if (isRepeated) {
                setPart(registers, Registers.RCX, left, mask);
            }
        }
        return left == 0 ? Outcome.DONE : Outcome.REPEATED;
    }

    private boolean element(Vcpu vcpu, boolean isIn, int port, Operand.Memory place, long mask) {
        Registers registers = vcpu.registers;
        int pointer = isIn ? Registers.RDI : Registers.RSI;
        int bytes = place.bytes();
        long offset = registers.gpr[pointer] & mask;
        long vaddr = offset + base(registers, place.segment());
        if (!GuestMemory.isGuests(vaddr)) {
            raised = new Exit.Fault(Traps.PROTECTION, 0, 0);
            return false;
        }
        byte[] data = new byte[bytes];
        try {
            if (isIn) {
                long value = read(vcpu.domain(), port, bytes);
                for (int i = 0; i < bytes; i++) {
                    data[i] = (byte) (value >>> i * 8);
                }
                guest.write(vcpu, vaddr, data);
            } else {
                guest.read(vcpu, vaddr, data);
                int value = 0;
                for (int i = 0; i < bytes; i++) {
                    value |= (data[i] & 0xff) << i * 8;
                }
                write(vcpu.domain(), port, bytes, value);
            }
        } catch (BadPointer unusable) {
            raised = new Exit.Fault(Traps.PAGE_FAULT, isIn ? WRITE_ACCESS : 0, vaddr);
            return false;
        }
        watch(vcpu, port, bytes);
        boolean isDown = (registers.rflags & Traps.DIRECTION_FLAG) != 0;
        setPart(registers, pointer, offset + (isDown ? -bytes : bytes), mask);
        return true;
    }

    /// A 32-bit result clears the upper half of its register, a 16-bit one leaves the rest alone.
    private static void setPart(Registers registers, int number, long value, long mask) {
        long kept = mask == 0xffff ? registers.gpr[number] & ~mask : 0;
        registers.gpr[number] = kept | value & mask;
    }

    private static long base(Registers registers, int segment) {
        boolean isFlat = segment != Registers.FS && segment != Registers.GS;
        return registers.inLongMode() && isFlat ? 0 : registers.segmentBase[segment];
    }

    /// The linear address of an operand of an instruction of `length` bytes.
    static long linear(Registers registers, Operand.Memory place, int length) {
        long address = place.displacement() + base(registers, place.segment());
        if (place.base() == Operand.RIP) {
            address += registers.rip + length;
        } else if (place.base() != Operand.NONE) {
            address += registers.gpr[place.base()];
        }
        if (place.index() != Operand.NONE) {
            address += registers.gpr[place.index()] * place.scale();
        }
        return address;
    }
}
