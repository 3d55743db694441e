package io.xenarium.machine.code;

import java.math.BigInteger;

/// Loads, stores and the movements within the x87's stack. What goes to memory is stored before the
/// stack changes, so that a page fault leaves everything as it was.
final class X87Transfers {
    private static final BigInteger DECIMAL_LIMIT = BigInteger.TEN.pow(18);

    private final Core core;
    private final X87Stack stack;
    private final Extended unit;
    private final X87Image image;

    X87Transfers(Core core, X87Stack stack, X87Image image) {
        this.core = core;
        this.stack = stack;
        this.unit = stack.unit;
        this.image = image;
    }

    /// Executes `s`, or returns false if it is none of ours.
    boolean execute(Step s) {
        switch (s.op) {
            case FLD -> load(s);
            case FILD -> {
                fetch(s, true);
                stack.push(stack.head, stack.significand);
            }
            case FBLD -> {
                fetch(s, false);
                int sign = stack.head & 0x8000;
                unit.fromLong(X87Image.decimal(stack.head, stack.significand));
                stack.push(sign | unit.head, unit.significand);
            }
            case FST -> store(s, false);
            case FSTP -> store(s, true);
            case FSTPNCE -> storeBlindly(s.number0);
            case FIST -> storeWhole(s, false, false);
            case FISTP -> storeWhole(s, false, true);
            case FISTTP -> storeWhole(s, true, true);
            case FBSTP -> storeDecimal(s);
            case FLDCW -> {
                core.registers.fcw = (int) core.destination(s) & 0x1f3f | 0x40;
                stack.summarize();
            }
            case FLDENV -> {
                image.loadEnvironment(s);
                stack.summarize();
            }
            case FRSTOR -> {
                image.load(s);
                stack.summarize();
            }
            default -> {
                return move(s);
            }
        }
        return true;
    }

    /// Brings the memory operand to the stack's [X87Stack#head] and [X87Stack#significand],
    /// widened.
    void fetch(Step s, boolean isInteger) {
        long at = core.address(s);
        if (s.memoryBytes == 10) {
            stack.significand = core.memory.read(at, 8);
            stack.head = (int) core.memory.read(core.tail(s, at, false), 2);
            return;
        }
        long bits = core.memory.read(at, s.memoryBytes);
        if (isInteger) {
            unit.fromLong(IntegerOps.signExtend(bits, s.memoryBytes));
        } else if (s.memoryBytes == 4) {
            unit.fromFloat((int) bits);
        } else {
            unit.fromDouble(bits);
        }
        stack.head = unit.head;
        stack.significand = unit.significand;
    }

    private void load(Step s) {
        if (s.kind0 != Step.MEMORY) {
            stack.take(s.number0);
        } else if (s.memoryBytes == 10) {
            fetch(s, false);
        } else {
            fetch(s, false);
            unit.quiet();
            stack.significand = unit.significand;
            stack.pushesDenormals();
        }
        stack.push(stack.head, stack.significand);
    }

    private void store(Step s, boolean pops) {
        boolean ready = stack.take(0);
        if (s.kind0 != Step.MEMORY) {
            if (stack.finish()) {
                stack.put(s.number0, stack.head, stack.significand);
                popIf(pops);
            }
        } else if (s.memoryBytes == 10) {
            storeWide(s);
            popIf(pops && stack.finish());
        } else {
            boolean isSingle = s.memoryBytes == 4;
            long bits = isSingle ? 0xffc00000L : 0xfff8000000000000L;
            if (ready && isSingle) {
                bits = unit.toFloat(stack.head, stack.significand);
            } else if (ready) {
                bits = unit.toDouble(stack.head, stack.significand);
            }
            storeBits(s, bits, pops);
        }
    }

    /// Moves the top, if it is in use, to register `index`, and pops.
    private void storeBlindly(int index) {
        if (stack.isInUse(0)) {
            stack.peek(0);
            stack.put(index, stack.head, stack.significand);
        }
        core.registers.fsw &= ~X87Stack.C1;
        stack.pop();
    }

    private void storeWide(Step s) {
        long at = core.addressForWrite(s);
        core.memory.requireWritable(at, 10);
        long tail = core.tail(s, at, true);
        if (stack.mayStore(true)) {
            core.memory.write(at, 8, stack.significand);
            core.memory.write(tail, 2, stack.head);
        }
    }

    private void storeBits(Step s, long bits, boolean pops) {
        boolean stores = stack.mayStore(true);
        if (stores) {
            core.setDestination(s, bits);
        } else {
            core.memory.requireWritable(core.addressForWrite(s), s.memoryBytes);
        }
        stack.finish();
        popIf(stores && pops);
    }

    private void popIf(boolean pops) {
        if (pops) {
            stack.pop();
        }
    }

    private void storeWhole(Step s, boolean chops, boolean pops) {
        boolean ready = stack.take(0);
        int bits = 8 * s.memoryBytes;
        long whole = -1L << bits - 1;
        if (ready) {
            if (chops) {
                unit.begin(core.registers.fcw | Extended.CHOP << 10);
            }
            whole = unit.toLong(stack.head, stack.significand, bits);
        }
        storeBits(s, whole, pops);
    }

    private void storeDecimal(Step s) {
        boolean ready = stack.take(0);
        boolean negative = Extended.isNegative(stack.head);
        long whole = ready ? unit.toLong(stack.head, stack.significand, 64) : Long.MIN_VALUE;
        boolean fits = BigInteger.valueOf(whole).abs().compareTo(DECIMAL_LIMIT) < 0;
        if (ready && !fits) {
            unit.flags = Extended.INVALID;
            unit.roundedUp = false;
        }
        boolean stores = stack.mayStore(true);
        long at = core.addressForWrite(s);
        core.memory.requireWritable(at, 10);
        long tail = core.tail(s, at, true);
        if (stores) {
            image.storeDecimal(at, tail, fits ? Math.abs(whole) : -1, negative);
        }
        stack.finish();
        popIf(stores);
    }

    // ---- within the stack ----

    private boolean move(Step s) {
        switch (s.op) {
            case FXCH -> exchange(s.number0);
            case FINCSTP -> {
                stack.turn(1);
                core.registers.fsw &= ~X87Stack.C1;
            }
            case FDECSTP -> {
                stack.turn(-1);
                core.registers.fsw &= ~X87Stack.C1;
            }
            case FFREE -> {
                stack.free(s.number0);
                core.registers.fsw &= ~X87Stack.C1;
            }
            case FFREEP -> {
                stack.free(s.number0);
                stack.pop();
                core.registers.fsw &= ~X87Stack.C1;
            }
            case FNOP -> {}
            case FCMOVB, FCMOVNB -> moveIf(s, 2, s.op == Op.FCMOVB);
            case FCMOVE, FCMOVNE -> moveIf(s, 4, s.op == Op.FCMOVE);
            case FCMOVBE, FCMOVNBE -> moveIf(s, 6, s.op == Op.FCMOVBE);
            case FCMOVU, FCMOVNU -> moveIf(s, 10, s.op == Op.FCMOVU);
            default -> {
                return false;
            }
        }
        return true;
    }

    private void exchange(int with) {
        stack.take(with);
        int headB = stack.head;
        long sigB = stack.significand;
        stack.take(0);
        if (stack.finish()) {
            stack.put(with, stack.head, stack.significand);
            stack.put(0, headB, sigB);
        }
    }

    private void moveIf(Step s, int condition, boolean wanted) {
        boolean ready = stack.take(0);
        ready &= stack.take(s.number1);
        boolean moves = core.flags.holds(condition) == wanted;
        if (stack.finishKeepingC1() && (moves || !ready)) {
            stack.put(
                    0,
                    ready ? stack.head : Extended.INDEFINITE_HEAD,
                    ready ? stack.significand : Extended.INDEFINITE_SIGNIFICAND);
        }
    }
}
