package io.xenarium.machine.code;

import io.xenarium.machine.cpu.Exit;
import io.xenarium.machine.cpu.Fault;
import io.xenarium.machine.cpu.Registers;
import io.xenarium.machine.cpu.SystemRegisters;

/// IN, OUT, INS and OUTS (Intel SDM vol. 1, chapter 18). The first time round, an access that is
/// allowed leaves the processor by [Exit.PortIo]; when it has been answered, the instruction is
/// executed again and completes.
final class PortOps {
    private final Core core;
    private final Breakpoints breakpoints;
    private final TaskState task;

    PortOps(Core core, Breakpoints breakpoints) {
        this.core = core;
        this.breakpoints = breakpoints;
        task = new TaskState(core);
    }

    void execute(Step s) {
        boolean isOut = s.op == Op.OUT || s.op == Op.OUTS;
        boolean isString = s.op == Op.INS || s.op == Op.OUTS;
        boolean isByConstant = isOut ? s.kind0 == Step.IMMEDIATE : s.kind1 == Step.IMMEDIATE;
        long number = isByConstant ? s.immediate & 0xff : core.gpr[Registers.RDX] & 0xffff;
        int bytes = isString ? s.bytes : isOut ? s.bytes1 : s.bytes0;
        int port = (int) number;
        requirePermission(port, bytes);
        boolean isRepeated = isString && (s.has(Instruction.REP) || s.has(Instruction.REPNE));
        if (isRepeated && Core.cut(core.gpr[Registers.RCX], s.addressBytes) == 0) {
            return;
        }
        long value = isOut ? outgoing(s, isString, bytes) : 0;
        if (s.op == Op.INS) {
            core.memory.requireWritable(target(s, bytes), bytes);
        }
        SystemRegisters system = core.registers.system;
        if (!system.isPortAnswered) {
            core.exit = new Exit.PortIo(port, bytes, isOut, value);
            core.hasNotRetired = true;
            return;
        }
        system.isPortAnswered = false;
        core.reconsider();
        breakpoints.notePort(port, bytes);
        if (!isOut && !isString) {
            core.setGpr(Registers.RAX, bytes, system.portValue);
        } else if (isString) {
            advance(s, isOut, bytes, system.portValue, isRepeated);
        }
    }

    private void requirePermission(int port, int bytes) {
        if (core.hasIoPrivilege()) {
            return;
        }
        if (!core.isBare() || !task.allowsPort(port, bytes)) {
            throw core.fault.of(Fault.GP);
        }
    }

    private long outgoing(Step s, boolean isString, int bytes) {
        if (isString) {
            long offset = Core.cut(core.gpr[Registers.RSI], s.addressBytes);
            return core.memory.read(core.linear(s.stringSegment, offset, bytes, false), bytes);
        }
        return core.gpr[Registers.RAX] & -1L >>> 64 - 8 * bytes;
    }

    private long target(Step s, int bytes) {
        long offset = Core.cut(core.gpr[Registers.RDI], s.addressBytes);
        return core.linear(Registers.ES, offset, bytes, true);
    }

    /// One iteration of a string instruction; where others are left, rip stays.
    private void advance(Step s, boolean isOut, int bytes, long value, boolean isRepeated) {
        long step = core.flags.has(Flags.DF) ? -bytes : bytes;
        int pointer = isOut ? Registers.RSI : Registers.RDI;
        if (!isOut) {
            core.memory.write(target(s, bytes), bytes, value);
        }
        core.setGpr(pointer, s.addressBytes, core.gpr[pointer] + step);
        if (isRepeated) {
            long left = Core.cut(core.gpr[Registers.RCX] - 1, s.addressBytes);
            core.setGpr(Registers.RCX, s.addressBytes, left);
            if (left != 0) {
                core.rip = core.blockRip + s.start;
                core.resumesAt = core.retired + 1;
            }
        }
    }
}
