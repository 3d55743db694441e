package io.xenarium.machine.code;

import io.xenarium.machine.cpu.Fault;
import io.xenarium.machine.cpu.Registers;

/// The instructions of the x87 floating-point unit (Intel SDM vol. 1, chapter 8): control and
/// arithmetic here, the others in [X87Transfers] and [X87Functions].
///
/// An unmasked exception shows at the *next* instruction that waits for the unit, as #MF.
final class X87Ops {
    private static final long CR0_MP = 2;
    private static final long CR0_EM = 4;
    private static final long CR0_TS = 8;

    private final Core core;
    private final Extended unit = new Extended();
    private final X87Stack stack;
    private final X87Image image;
    private final X87Transfers transfers;
    private final X87Functions functions;

    X87Ops(Core core) {
        this.core = core;
        stack = new X87Stack(core, unit);
        image = new X87Image(core);
        transfers = new X87Transfers(core, stack, image);
        functions = new X87Functions(core, stack);
    }

    /// Executes `s`, or returns false if it is none of ours.
    boolean execute(Step s) {
        if (s.op == Op.FWAIT) {
            waitForUnit();
            return true;
        }
        if ((core.registers.cr0 & (CR0_EM | CR0_TS)) != 0) {
            throw core.fault.of(Fault.NM);
        }
        if (control(s)) {
            return true;
        }
        raisePending();
        stack.begin();
        boolean isKnown =
                arithmetic(s) || comparison(s) || transfers.execute(s) || functions.execute(s);
        remember(s);
        return isKnown;
    }

    /// Keeps where the instruction is and what it has accessed, for whoever serves its exceptions.
    private void remember(Step s) {
        Registers r = core.registers;
        if (s.op == Op.FLDCW || s.op == Op.FLDENV || s.op == Op.FRSTOR) {
            return;
        }
        r.fop = s.unitOpcode;
        r.fip = core.blockRip + s.start;
        r.fcs = r.selector[Registers.CS];
        if (s.memorySegment() >= 0) {
            r.fdp = core.offset(s);
            r.fds = r.selector[s.segment];
        }
    }

    private void waitForUnit() {
        if ((core.registers.cr0 & CR0_MP) != 0 && (core.registers.cr0 & CR0_TS) != 0) {
            throw core.fault.of(Fault.NM);
        }
        raisePending();
    }

    private void raisePending() {
        if ((core.registers.fsw & X87Stack.SUMMARY) != 0) {
            throw core.fault.of(Fault.MF);
        }
    }

    /// The instructions that do not wait for an exception to be served.
    private boolean control(Step s) {
        Registers r = core.registers;
        switch (s.op) {
            case FNINIT -> reset();
            case FNCLEX -> {
                r.fsw &= ~(X87Stack.EXCEPTIONS | X87Stack.STACK_FAULT);
                stack.summarize();
            }
            case FNSTCW -> core.setDestination(s, r.fcw);
            case FNSTSW -> core.setDestination(s, r.fsw);
            case FNSTENV -> {
                image.storeEnvironment(s);
                r.fcw |= X87Stack.EXCEPTIONS;
                stack.summarize();
            }
            case FNSAVE -> {
                image.store(s);
                reset();
            }
            case FXSAVE -> image.storeExtended(s);
            case FXRSTOR -> {
                image.loadExtended(s);
                stack.summarize();
            }
            case FNENI, FNDISI, FNSETPM -> {}
            default -> {
                return false;
            }
        }
        return true;
    }

    private void reset() {
        core.registers.fcw = 0x37f;
        core.registers.fsw = 0;
        core.registers.ftw = 0;
        core.registers.fop = 0;
        core.registers.fip = 0;
        core.registers.fcs = 0;
        core.registers.fdp = 0;
        core.registers.fds = 0;
    }

    // ---- arithmetic ----

    private boolean arithmetic(Step s) {
        switch (s.op) {
            case FADD, FMUL, FSUB, FSUBR, FDIV, FDIVR -> combine(s, false, false);
            case FADDP, FMULP, FSUBP, FSUBRP, FDIVP, FDIVRP -> combine(s, false, true);
            case FIADD, FIMUL, FISUB, FISUBR, FIDIV, FIDIVR -> combine(s, true, false);
            default -> {
                return false;
            }
        }
        return true;
    }

    private void combine(Step s, boolean isInteger, boolean pops) {
        int to = s.kind0 == Step.MEMORY ? 0 : s.number0;
        boolean ready = takeSource(s, s.number1, isInteger);
        int headB = stack.head;
        long sigB = stack.significand;
        ready &= stack.take(to);
        if (ready) {
            operate(s.op, stack.head, stack.significand, headB, sigB);
        }
        if (stack.finish()) {
            stack.putResult(to, ready);
            if (pops) {
                stack.pop();
            }
        }
    }

    /// Brings the operand that is read only: from memory, or from register `index`.
    private boolean takeSource(Step s, int index, boolean isInteger) {
        if (s.kind0 != Step.MEMORY) {
            return stack.take(index);
        }
        transfers.fetch(s, isInteger);
        return true;
    }

    private void operate(Op op, int headA, long sigA, int headB, long sigB) {
        switch (op) {
            case FADD, FADDP, FIADD -> unit.add(headA, sigA, headB, sigB, false);
            case FMUL, FMULP, FIMUL -> unit.multiply(headA, sigA, headB, sigB);
            case FSUB, FSUBP, FISUB -> unit.add(headA, sigA, headB, sigB, true);
            case FSUBR, FSUBRP, FISUBR -> unit.add(headB, sigB, headA, sigA, true);
            case FDIV, FDIVP, FIDIV -> unit.divide(headA, sigA, headB, sigB);
            default -> unit.divide(headB, sigB, headA, sigA);
        }
    }

    // ---- comparison ----

    private boolean comparison(Step s) {
        switch (s.op) {
            case FCOM -> compare(s, s.number0, false, 0);
            case FCOMP -> compare(s, s.number0, false, 1);
            case FCOMPP -> compare(s, 1, false, 2);
            case FICOM -> compare(s, 0, false, 0);
            case FICOMP -> compare(s, 0, false, 1);
            case FUCOM -> compare(s, s.number0, true, 0);
            case FUCOMP -> compare(s, s.number0, true, 1);
            case FUCOMPP -> compare(s, 1, true, 2);
            case FTST -> {
                boolean ready = stack.take(0);
                settle(ready ? unit.compare(stack.head, stack.significand, 0, 0, false) : null, 0);
            }
            case FCOMI -> compareFlags(s, false, false);
            case FCOMIP -> compareFlags(s, false, true);
            case FUCOMI -> compareFlags(s, true, false);
            case FUCOMIP -> compareFlags(s, true, true);
            default -> {
                return false;
            }
        }
        return true;
    }

    private void compare(Step s, int with, boolean quietly, int pops) {
        settle(orderOfTop(s, with, quietly), pops);
    }

    /// How the top compares with the other operand; null where one of them is an empty register.
    private Extended.Order orderOfTop(Step s, int with, boolean quietly) {
        boolean ready = takeSource(s, with, s.op == Op.FICOM || s.op == Op.FICOMP);
        int headB = stack.head;
        long sigB = stack.significand;
        ready &= stack.take(0);
        return ready ? unit.compare(stack.head, stack.significand, headB, sigB, quietly) : null;
    }

    private void settle(Extended.Order order, int pops) {
        boolean mayPop = stack.finish();
        // An unmasked invalid operation keeps the stack as it is, but the outcome shows.
        stack.setCodes(
                codes(order == null ? Extended.Order.UNORDERED : order)
                        | core.registers.fsw & X87Stack.C1);
        for (int i = 0; i < pops && mayPop; i++) {
            stack.pop();
        }
    }

    private static int codes(Extended.Order order) {
        return switch (order) {
            case GREATER -> 0;
            case LESS -> X87Stack.C0;
            case EQUAL -> X87Stack.C3;
            case UNORDERED -> X87Stack.C0 | X87Stack.C2 | X87Stack.C3;
        };
    }

    /// FCOMI and its kin: the outcome goes to the flags of the processor.
    private void compareFlags(Step s, boolean quietly, boolean pops) {
        Extended.Order order = orderOfTop(s, s.number1, quietly);
        // Even where an unmasked invalid operation keeps the stack as it is.
        core.flags.compared(order == null ? Extended.Order.UNORDERED : order);
        if (stack.finishKeepingC1() && pops) {
            stack.pop();
        }
    }
}
