package io.xenarium.machine.code;

import io.xenarium.machine.cpu.Fault;
import io.xenarium.machine.cpu.SystemRegisters;

/// The task state segment, of which the processor uses the stacks of the inner privilege levels and
/// the permissions of ports (Intel SDM vol. 3, 7.2.1 and 7.7; vol. 1, 18.5.2). There are no task
/// switches.
final class TaskState {
    /// Where the segment holds the offset of its port permissions.
    private static final int PORT_MAP = 0x66;

    private static final int INNER_STACKS = 4;
    private static final int INTERRUPT_STACKS = 0x24;

    private final Core core;

    TaskState(Core core) {
        this.core = core;
    }

    /// The stack pointer for privilege `level`, from long mode's form of the segment.
    ///
    /// @param external added to the error code of a fault: 1 where an event is delivered
    long innerStack(int level, int external) {
        return read(INNER_STACKS + 8 * level, 8, external);
    }

    /// The stack pointer of entry `number`, 1 to 7, of the interrupt stack table.
    long interruptStack(int number, int external) {
        return read(INTERRUPT_STACKS + 8 * (number - 1), 8, external);
    }

    /// Stack pointer and selector for privilege `level`, from the 32-bit form of the segment: the
    /// selector in bits 32 to 47.
    long innerStack32(int level, int external) {
        return read(INNER_STACKS + 8 * level, 6, external) & 0xffff_ffff_ffffL;
    }

    /// Whether `bytes` ports from `port` on are free for code that has no I/O privilege.
    boolean allowsPort(int port, int bytes) {
        SystemRegisters system = core.registers.system;
        boolean is32Bits = (system.taskAccess & 0xd) == 9;
        if (!is32Bits || (system.taskLimit & 0xffff_ffffL) < PORT_MAP + 1) {
            return false;
        }
        long map = core.memory.readDescriptor(system.taskBase + PORT_MAP) & 0xffff;
        long at = map + port / 8;
        if (at + 1 > (system.taskLimit & 0xffff_ffffL)) {
            return false;
        }
        long bits = core.memory.readDescriptor(system.taskBase + at) & 0xffff;
        return (bits >>> (port & 7) & (1 << bytes) - 1) == 0;
    }

    private long read(int offset, int bytes, int external) {
        SystemRegisters system = core.registers.system;
        if (offset + bytes - 1 > (system.taskLimit & 0xffff_ffffL)) {
            throw core.fault.of(Fault.TS, system.taskSelector & ~Descriptors.RPL | external);
        }
        return core.memory.readDescriptor(system.taskBase + offset);
    }
}
