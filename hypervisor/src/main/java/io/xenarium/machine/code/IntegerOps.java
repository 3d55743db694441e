package io.xenarium.machine.code;

import io.xenarium.machine.cpu.Fault;
import io.xenarium.machine.cpu.Registers;

/// Arithmetic, logic and data movement on general registers and memory (Intel SDM vol. 1, 7.3.1 to
/// 7.3.3). Every operation reads all its operands, then stores, then sets the flags: so a store
/// that faults has changed nothing.
final class IntegerOps {
    private final Core core;
    private final Flags flags;

    IntegerOps(Core core) {
        this.core = core;
        this.flags = core.flags;
    }

    /// Executes `s`, or returns false if it is none of ours.
    boolean execute(Step s) {
        switch (s.op) {
            case ADD -> add(s, 0);
            case ADC -> add(s, flags.carryBit());
            case SUB -> subtract(s, 0);
            case SBB -> subtract(s, flags.carryBit());
            case CMP -> compare(s);
            case AND, OR, XOR -> combine(s);
            case TEST -> flags.logical(core.destination(s) & core.source(s), s.shift);
            case INC -> increment(s);
            case DEC -> decrement(s);
            case NEG -> negate(s);
            case NOT -> complement(s);
            default -> {
                return move(s);
            }
        }
        return true;
    }

    private boolean move(Step s) {
        switch (s.op) {
            case MOV, MOVZX, MOVNTI -> core.setDestination(s, core.source(s));
            case MOVSXD -> core.setDestination(s, signExtend(doubleword(s), s.bytes1));
            case MOVSX -> core.setDestination(s, signExtend(core.source(s), s.bytes1));
            case LEA -> core.setDestination(s, core.offset(s));
            case XCHG -> exchange(s);
            case XADD -> exchangeAndAdd(s);
            case CMPXCHG -> compareAndExchange(s);
            case CMPXCHG8B -> compareAndExchange8(s);
            case CMPXCHG16B -> compareAndExchange16(s);
            // Of 16 bits BSWAP makes 0, as processors do.
            case BSWAP ->
                    core.setDestination(
                            s, s.bytes == 2 ? 0 : swapped(core.destination(s), s.bytes));
            case MOVBE -> core.setDestination(s, swapped(core.source(s), s.bytes));
            case CBW -> widenAccumulator(s);
            case CWD -> spreadSign(s);
            case SETCC -> core.setDestination(s, flags.holds(s.condition) ? 1 : 0);
            case CMOVCC -> moveIf(s);
            case XLAT -> translate(s);
            default -> {
                return moveFlags(s);
            }
        }
        return true;
    }

    /// The source of MOVSXD: 32 bits of memory even where the operand size is 16.
    private long doubleword(Step s) {
        return s.kind1 == Step.MEMORY ? core.memory.read(core.address(s), 4) : core.source(s);
    }

    private boolean moveFlags(Step s) {
        long[] gpr = core.gpr;
        switch (s.op) {
            case LAHF -> core.setRegister(Step.HIGH, 0, flags.get());
            case SAHF -> {
                int loaded = Flags.CF | Flags.PF | Flags.AF | Flags.ZF | Flags.SF;
                flags.set(flags.get() & ~loaded | gpr[Registers.RAX] >>> 8 & loaded);
            }
            case CLC -> flags.setCarry(false);
            case STC -> flags.setCarry(true);
            case CMC -> flags.setCarry(!flags.carry());
            case CLD -> flags.set(flags.get() & ~Flags.DF);
            case STD -> flags.set(flags.get() | Flags.DF);
            default -> {
                return false;
            }
        }
        return true;
    }

    private void add(Step s, int carry) {
        long b = core.source(s);
        long place = core.open(s);
        long a = core.opened(s, place);
        long r = a + b + carry;
        core.close(s, place, r);
        flags.added(a, b, r, s.shift);
    }

    private void subtract(Step s, int borrow) {
        long b = core.source(s);
        long place = core.open(s);
        long a = core.opened(s, place);
        long r = a - b - borrow;
        core.close(s, place, r);
        flags.subtracted(a, b, r, s.shift);
    }

    private void compare(Step s) {
        long a = core.destination(s);
        long b = core.source(s);
        flags.subtracted(a, b, a - b, s.shift);
    }

    private void combine(Step s) {
        long b = core.source(s);
        long place = core.open(s);
        long a = core.opened(s, place);
        long r =
                switch (s.op) {
                    case AND -> a & b;
                    case OR -> a | b;
                    default -> a ^ b;
                };
        core.close(s, place, r);
        flags.logical(r, s.shift);
    }

    private void increment(Step s) {
        long place = core.open(s);
        long a = core.opened(s, place);
        core.close(s, place, a + 1);
        flags.incremented(a, a + 1, s.shift);
    }

    private void decrement(Step s) {
        long place = core.open(s);
        long a = core.opened(s, place);
        core.close(s, place, a - 1);
        flags.decremented(a, a - 1, s.shift);
    }

    private void negate(Step s) {
        long place = core.open(s);
        long a = core.opened(s, place);
        core.close(s, place, -a);
        flags.subtracted(0, a, -a, s.shift);
    }

    private void complement(Step s) {
        long place = core.open(s);
        core.close(s, place, ~core.opened(s, place));
    }

    private void exchange(Step s) {
        boolean isSecondMemory = s.kind1 == Step.MEMORY;
        if (isSecondMemory) {
            long place = core.memory.forWrite(core.addressForWrite(s), s.memoryBytes);
            long old = core.memory.load(place, s.memoryBytes);
            core.memory.store(place, s.memoryBytes, core.destination(s));
            core.setRegister(s.kind0, s.number0, old);
            return;
        }
        long place = core.open(s);
        long a = core.opened(s, place);
        core.close(s, place, core.source(s));
        core.setRegister(s.kind1, s.number1, a);
    }

    private void exchangeAndAdd(Step s) {
        long b = core.source(s);
        long place = core.open(s);
        long a = core.opened(s, place);
        long r = a + b;
        if (s.kind0 == Step.MEMORY) {
            core.close(s, place, r);
            core.setRegister(s.kind1, s.number1, a);
        } else {
            core.setRegister(s.kind1, s.number1, a);
            core.close(s, place, r);
        }
        flags.added(a, b, r, s.shift);
    }

    /// Compares the accumulator with the first operand. It is stored to in both cases, as the
    /// processor does: where they differ, with its own value.
    private void compareAndExchange(Step s) {
        long place = core.open(s);
        long a = core.opened(s, place);
        long accumulator = core.gpr[Registers.RAX];
        long r = accumulator - a;
        if ((r & s.mask) == 0) {
            core.close(s, place, core.source(s));
        } else {
            if (s.kind0 == Step.MEMORY) {
                core.close(s, place, a);
            }
            core.setGpr(Registers.RAX, s.bytes, a);
        }
        flags.subtracted(accumulator, a, r, s.shift);
    }

    private void compareAndExchange8(Step s) {
        long[] gpr = core.gpr;
        long place = core.open(s);
        long old = core.opened(s, place);
        boolean isEqual = (gpr[Registers.RDX] << 32 | gpr[Registers.RAX] & 0xffff_ffffL) == old;
        long wanted = gpr[Registers.RCX] << 32 | gpr[Registers.RBX] & 0xffff_ffffL;
        core.close(s, place, isEqual ? wanted : old);
        if (!isEqual) {
            core.setGpr(Registers.RAX, 4, old);
            core.setGpr(Registers.RDX, 4, old >>> 32);
        }
        flags.setZero(isEqual);
    }

    private void compareAndExchange16(Step s) {
        long[] gpr = core.gpr;
        long address = core.addressForWrite(s);
        if ((address & 15) != 0) {
            throw core.fault.of(Fault.GP);
        }
        core.memory.requireWritable(address, 16);
        long low = core.memory.read64(address);
        long high = core.memory.read64(address + 8);
        boolean isEqual = gpr[Registers.RAX] == low && gpr[Registers.RDX] == high;
        if (isEqual) {
            core.memory.write64(address, gpr[Registers.RBX]);
            core.memory.write64(address + 8, gpr[Registers.RCX]);
        } else {
            gpr[Registers.RAX] = low;
            gpr[Registers.RDX] = high;
        }
        flags.setZero(isEqual);
    }

    private void widenAccumulator(Step s) {
        long wide = signExtend(core.gpr[Registers.RAX], s.bytes / 2);
        core.setGpr(Registers.RAX, s.bytes, wide);
    }

    private void spreadSign(Step s) {
        long sign = signExtend(core.gpr[Registers.RAX], s.bytes) >> 63;
        core.setGpr(Registers.RDX, s.bytes, sign);
    }

    /// A 32-bit destination's upper half is cleared even where nothing is moved.
    private void moveIf(Step s) {
        long b = core.source(s);
        core.setDestination(s, flags.holds(s.condition) ? b : core.destination(s));
    }

    private void translate(Step s) {
        long offset = core.gpr[Registers.RBX] + (core.gpr[Registers.RAX] & 0xff);
        long address = core.linear(s.segment, Core.cut(offset, s.addressBytes), 1, false);
        core.setRegister(Step.R8, Registers.RAX, core.memory.read8(address));
    }

    static long signExtend(long value, int bytes) {
        int shift = 64 - 8 * bytes;
        return value << shift >> shift;
    }

    /// The bytes in reverse order.
    private static long swapped(long value, int bytes) {
        return switch (bytes) {
            case 2 -> Short.reverseBytes((short) value);
            case 4 -> Integer.reverseBytes((int) value);
            default -> Long.reverseBytes(value);
        };
    }
}
