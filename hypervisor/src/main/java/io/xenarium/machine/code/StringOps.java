package io.xenarium.machine.code;

import io.xenarium.machine.cpu.LinearMemory;
import io.xenarium.machine.cpu.Registers;

/// String instructions (Intel SDM vol. 1, 7.3.9). Repeated ones can stop after any iteration and go
/// on later: rsi, rdi and rcx say how far they got. Each iteration counts as one retired
/// instruction; a repetition of none counts as one.
///
/// Where an iteration has stored into code, the next one is fetched anew, as after an interrupt:
/// processors may go on with the instruction that they have, though it is overwritten, but then
/// what it does would depend on where a run is cut.
final class StringOps {
    private final Core core;
    private final LinearMemory memory;
    private final Flags flags;

    StringOps(Core core) {
        this.core = core;
        this.memory = core.memory;
        this.flags = core.flags;
    }

    /// Executes `s`, or returns false if it is none of ours.
    boolean execute(Step s) {
        switch (s.op) {
            case MOVS, STOS, LODS, SCAS, CMPS -> {
                if (s.has(Instruction.REP) || s.has(Instruction.REPNE)) {
                    repeat(s);
                } else {
                    once(s);
                }
                return true;
            }
            default -> {
                return false;
            }
        }
    }

    /// Whether the instruction compares, so that ZF ends its repetition.
    static boolean isComparison(Op op) {
        return op == Op.SCAS || op == Op.CMPS;
    }

    private void repeat(Step s) {
        long left = Core.cut(core.gpr[Registers.RCX], s.addressBytes);
        long allowed = core.limit - core.retired;
        boolean isComparison = isComparison(s.op);
        boolean goesOnWhileZero = !s.has(Instruction.REPNE);
        long drops = memory.codeDrops();
        while (left != 0) {
            if (core.repeated >= allowed || memory.codeDrops() != drops) {
                core.rip = core.blockRip + s.start;
                long done = core.retired + core.repeated;
                core.resumesAt = core.isBare() ? done : core.resumesAt;
                break;
            }
            long rest = allowed - core.repeated;
            // A count of 2^63 and more looks negative.
            long most = left < 0 ? rest : Math.min(left, rest);
            long bulk = isComparison ? 0 : bulk(s, most);
            if (bulk == 0) {
                once(s);
                bulk = 1;
            }
            left -= bulk;
            core.repeated += bulk;
            core.setGpr(Registers.RCX, s.addressBytes, left);
            if (isComparison && flags.zero() != goesOnWhileZero) {
                break;
            }
        }
        // The instruction itself is counted like any other.
        core.repeated = Math.max(core.repeated - 1, 0);
    }

    private void once(Step s) {
        int bytes = s.bytes;
        long step = flags.has(Flags.DF) ? -bytes : bytes;
        switch (s.op) {
            case MOVS -> {
                long value = memory.read(source(s), bytes);
                memory.write(target(s, true), bytes, value);
                advance(Registers.RSI, step, s);
                advance(Registers.RDI, step, s);
            }
            case STOS -> {
                memory.write(target(s, true), bytes, core.gpr[Registers.RAX]);
                advance(Registers.RDI, step, s);
            }
            case LODS -> {
                core.setGpr(Registers.RAX, bytes, memory.read(source(s), bytes));
                advance(Registers.RSI, step, s);
            }
            case SCAS -> {
                long a = core.gpr[Registers.RAX];
                long b = memory.read(target(s, false), bytes);
                flags.subtracted(a, b, a - b, s.shift);
                advance(Registers.RDI, step, s);
            }
            default -> {
                long a = memory.read(source(s), bytes);
                long b = memory.read(target(s, false), bytes);
                flags.subtracted(a, b, a - b, s.shift);
                advance(Registers.RSI, step, s);
                advance(Registers.RDI, step, s);
            }
        }
    }

    private long source(Step s) {
        long offset = Core.cut(core.gpr[Registers.RSI], s.addressBytes);
        return core.linear(s.stringSegment, offset, s.bytes, false);
    }

    private long target(Step s, boolean isWrite) {
        long offset = Core.cut(core.gpr[Registers.RDI], s.addressBytes);
        return core.linear(Registers.ES, offset, s.bytes, isWrite);
    }

    private void advance(int register, long step, Step s) {
        core.setGpr(register, s.addressBytes, core.gpr[register] + step);
    }

    /// Does as many iterations of MOVS or STOS at once as change no translation, at most `most`; 0
    /// if the next one must be done by itself. Only forward, and only in 64-bit code.
    private long bulk(Step s, long most) {
        boolean isPlain = core.isLong && s.addressBytes == 8 && !flags.has(Flags.DF);
        if (!isPlain || s.op == Op.LODS) {
            return 0;
        }
        int wanted = (int) Math.min(most * s.bytes, 4096);
        long to = target(s, true);
        int bytes = memory.freePages().forWriting(to, wanted);
        long from = 0;
        if (s.op == Op.MOVS) {
            from = source(s);
            bytes = Math.min(bytes, memory.freePages().forReading(from, wanted));
        }
        bytes -= bytes % s.bytes;
        if (bytes <= s.bytes) {
            return 0;
        }
        if (s.op == Op.STOS) {
            memory.freePages().fill(to, bytes, core.gpr[Registers.RAX], s.bytes);
        } else if (memory.freePages().copy(from, to, bytes)) {
            core.gpr[Registers.RSI] += bytes;
        } else {
            return 0;
        }
        core.gpr[Registers.RDI] += bytes;
        return bytes / s.bytes;
    }
}
