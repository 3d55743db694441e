package io.xenarium.machine.code;

import io.xenarium.machine.cpu.Fault;
import io.xenarium.machine.cpu.Registers;

/// Near control transfer and the stack (Intel SDM vol. 1, chapter 6 and 7.3.8). In 64-bit code a
/// branch with an operand-size prefix still has a 64-bit target, as on Intel's processors.
final class ControlOps {
    private final Core core;

    ControlOps(Core core) {
        this.core = core;
    }

    /// Executes `s`, or returns false if it is none of ours.
    boolean execute(Step s) {
        switch (s.op) {
            case JMP -> {
                core.jump(target(s), s.bytes);
                s.sees(core.rip - core.blockRip);
            }
            case CALL -> call(s);
            case RET -> returnNear(s);
            case JCC -> jumpIf(core.flags.holds(s.condition), s);
            case JCXZ -> jumpIf(counter(s) == 0, s);
            case LOOP -> loop(true, s);
            case LOOPE -> loop(core.flags.zero(), s);
            case LOOPNE -> loop(!core.flags.zero(), s);
            default -> {
                return stack(s);
            }
        }
        return true;
    }

    private boolean stack(Step s) {
        switch (s.op) {
            case PUSH -> core.push(core.destination(s), s.bytes);
            case POP -> pop(s);
            case PUSHA -> pushAll(s);
            case POPA -> popAll(s);
            case ENTER -> enter(s);
            case LEAVE -> leave(s);
            default -> {
                return false;
            }
        }
        return true;
    }

    private long target(Step s) {
        return s.kind0 == Step.IMMEDIATE ? core.after(s) + s.immediate : core.destination(s);
    }

    private void call(Step s) {
        long wanted = target(s);
        long place = Core.cut(core.gpr[Registers.RSP] - s.bytes, core.stackBytes());
        core.memory.requireWritable(core.stackAddress(place, s.bytes, true), s.bytes);
        long target = core.requireTarget(wanted, s.bytes);
        core.push(core.after(s), s.bytes);
        core.rip = target;
        s.sees(target - core.blockRip);
    }

    private void returnNear(Step s) {
        long target = core.requireTarget(core.peek(0, s.bytes), s.bytes);
        core.release(s.bytes + (s.kind0 == Step.IMMEDIATE ? s.immediate & 0xffff : 0));
        core.rip = target;
    }

    private void jumpIf(boolean isTaken, Step s) {
        if (isTaken) {
            core.jump(core.after(s) + s.immediate, s.bytes);
        }
    }

    private long counter(Step s) {
        return Core.cut(core.gpr[Registers.RCX], s.addressBytes);
    }

    private void loop(boolean holds, Step s) {
        long left = Core.cut(counter(s) - 1, s.addressBytes);
        boolean isTaken = left != 0 && holds;
        long target = isTaken ? core.requireTarget(core.after(s) + s.immediate, s.bytes) : 0;
        core.setGpr(Registers.RCX, s.addressBytes, left);
        if (isTaken) {
            core.rip = target;
        }
    }

    /// The address of a memory destination is computed with the stack pointer already moved.
    private void pop(Step s) {
        long value = core.peek(0, s.bytes);
        if (s.kind0 != Step.MEMORY) {
            core.release(s.bytes);
            core.setRegister(s.kind0, s.number0, value);
            return;
        }
        long before = core.gpr[Registers.RSP];
        core.release(s.bytes);
        try {
            core.setDestination(s, value);
        } catch (Fault fault) {
            core.gpr[Registers.RSP] = before;
            throw fault;
        }
    }

    private void pushAll(Step s) {
        long[] gpr = core.gpr;
        int size = core.stackBytes();
        long bottom = Core.cut(gpr[Registers.RSP] - 8L * s.bytes, size);
        for (int i = 7; i >= 0; i--) {
            long at = Core.cut(bottom + (long) i * s.bytes, size);
            core.memory.requireWritable(core.stackAddress(at, s.bytes, true), s.bytes);
        }
        for (int i = 0; i < 8; i++) {
            long at = Core.cut(bottom + (7L - i) * s.bytes, size);
            core.memory.write(core.stackAddress(at, s.bytes, true), s.bytes, gpr[i]);
        }
        core.setGpr(Registers.RSP, size, bottom);
    }

    /// Where the stack leaves its segment nothing is popped; where a page is missing the registers
    /// before it have their values already, as on a real processor, but the stack pointer stays.
    private void popAll(Step s) {
        for (int i = 0; i < 8; i++) {
            long at = core.gpr[Registers.RSP] + (long) i * s.bytes;
            core.stackAddress(Core.cut(at, core.stackBytes()), s.bytes, false);
        }
        for (int i = 0; i < 8; i++) {
            int register = 7 - i;
            if (register != Registers.RSP) {
                core.setGpr(register, s.bytes, core.peek((long) i * s.bytes, s.bytes));
            }
        }
        core.release(8L * s.bytes);
    }

    /// Makes a stack frame of `displacement` bytes at a nesting level given by `immediate`.
    private void enter(Step s) {
        int size = core.stackBytes();
        int level = (int) s.immediate & 31;
        int bytes = s.bytes;
        long[] gpr = core.gpr;
        long frame = Core.cut(gpr[Registers.RSP] - bytes, size);
        long bottom = Core.cut(frame - (long) level * bytes, size);
        long end = Core.cut(bottom - (s.displacement & 0xffff), size);
        core.memory.requireWritable(core.stackAddress(frame, bytes, true), bytes);
        int used = (level + 1) * bytes;
        long place = core.stackAddress(bottom, used, true);
        core.loosely(() -> core.memory.requireWritable(place, used));
        for (int i = 1; i < level; i++) {
            core.memory.read(outerFrame(i, bytes, size), bytes);
        }
        core.memory.requireWritable(core.stackAddress(end, bytes, true), bytes);
        write(frame, bytes, gpr[Registers.RBP]);
        for (int i = 1; i < level; i++) {
            write(
                    frame - (long) i * bytes,
                    bytes,
                    core.memory.read(outerFrame(i, bytes, size), bytes));
        }
        if (level > 0) {
            write(bottom, bytes, frame);
        }
        core.setGpr(Registers.RBP, bytes, frame);
        core.setGpr(Registers.RSP, size, end);
    }

    private long outerFrame(int level, int bytes, int size) {
        long at = Core.cut(core.gpr[Registers.RBP] - (long) level * bytes, size);
        return core.stackAddress(at, bytes, false);
    }

    private void write(long at, int bytes, long value) {
        long offset = Core.cut(at, core.stackBytes());
        core.memory.write(core.stackAddress(offset, bytes, true), bytes, value);
    }

    private void leave(Step s) {
        int size = core.stackBytes();
        long frame = Core.cut(core.gpr[Registers.RBP], size);
        long value = core.memory.read(core.stackAddress(frame, s.bytes, false), s.bytes);
        core.setGpr(Registers.RSP, size, frame + s.bytes);
        core.setGpr(Registers.RBP, s.bytes, value);
    }
}
