package io.xenarium.machine.code;

/// The instructions of the x87 that compute a function of the top of the stack, or say what it is.
final class X87Functions {
    private static final int LARGEST_ANGLE = Extended.BIAS + 63;

    private final Core core;
    private final X87Stack stack;
    private final Extended unit;
    private final ExtendedFunctions functions;

    X87Functions(Core core, X87Stack stack) {
        this.core = core;
        this.stack = stack;
        unit = stack.unit;
        functions = new ExtendedFunctions(unit);
    }

    /// Executes `s`, or returns false if it is none of ours.
    boolean execute(Step s) {
        if (s.op != Op.FSQRT) {
            unit.fullPrecision();
        }
        switch (s.op) {
            case FCHS -> setSign(s);
            case FABS -> setSign(s);
            case FXAM -> examine();
            case FSQRT, FRNDINT, F2XM1 -> replaceTop(s);
            case FSIN, FCOS, FPTAN, FSINCOS -> angle(s);
            case FSCALE, FPREM, FPREM1 -> replaceTopBySecond(s);
            case FYL2X, FYL2XP1, FPATAN -> replaceBoth(s);
            case FXTRACT -> extract();
            default -> {
                return constant(s.op);
            }
        }
        return true;
    }

    private boolean constant(Op op) {
        switch (op) {
            case FLD1 -> stack.push(Extended.BIAS, Extended.INTEGER_BIT);
            case FLDZ -> stack.push(0, 0);
            case FLDPI, FLDL2T, FLDL2E, FLDLG2, FLDLN2 -> {
                functions.constant(op);
                unit.flags = 0;
                stack.push(unit.head, unit.significand);
            }
            default -> {
                return false;
            }
        }
        return true;
    }

    private void setSign(Step s) {
        boolean ready = stack.take(0);
        int head = s.op == Op.FABS ? stack.head & 0x7fff : stack.head ^ 0x8000;
        if (stack.finish()) {
            stack.put(0, ready ? head : Extended.INDEFINITE_HEAD, stack.significand);
        }
    }

    private void examine() {
        stack.peek(0);
        int sign = Extended.isNegative(stack.head) ? X87Stack.C1 : 0;
        int codes =
                stack.isInUse(0) ? kind(stack.head, stack.significand) : X87Stack.C3 | X87Stack.C0;
        stack.setCodes(codes | sign);
    }

    private static int kind(int head, long significand) {
        if (Extended.isUnsupported(head, significand)) {
            return 0;
        }
        if (Extended.isNaN(head, significand)) {
            return X87Stack.C0;
        }
        if (Extended.isInfinite(head, significand)) {
            return X87Stack.C2 | X87Stack.C0;
        }
        if (Extended.isZero(head, significand)) {
            return X87Stack.C3;
        }
        return Extended.isDenormal(head, significand) ? X87Stack.C3 | X87Stack.C2 : X87Stack.C2;
    }

    private void replaceTop(Step s) {
        boolean ready = stack.take(0);
        if (ready) {
            switch (s.op) {
                case FSQRT -> unit.squareRoot(stack.head, stack.significand);
                case FRNDINT -> unit.toWhole(stack.head, stack.significand);
                default -> functions.powerMinusOne(stack.head, stack.significand);
            }
        }
        if (stack.finish()) {
            stack.putResult(0, ready);
        }
    }

    private void replaceTopBySecond(Step s) {
        boolean ready = stack.take(1);
        int headB = stack.head;
        long sigB = stack.significand;
        ready &= stack.take(0);
        functions.quotientBits = 0;
        if (ready && s.op == Op.FSCALE) {
            unit.scale(stack.head, stack.significand, headB, sigB);
        } else if (ready) {
            functions.remainder(stack.head, stack.significand, headB, sigB, s.op == Op.FPREM1);
        }
        boolean stores = stack.finish();
        if (stores) {
            stack.putResult(0, ready);
        }
        if (s.op != Op.FSCALE) {
            core.registers.fsw &= ~X87Stack.C2;
            if (stores && ready && !Extended.isNaN(unit.head, unit.significand)) {
                stack.setCodes(quotientCodes(functions.quotientBits));
            }
        }
    }

    /// C0, C3 and C1 are bits 2, 1 and 0 of the quotient; C2 says that the remainder is only a
    /// partial one.
    private static int quotientCodes(int bits) {
        if (bits < 0) {
            return X87Stack.C2;
        }
        return ((bits & 4) != 0 ? X87Stack.C0 : 0)
                | ((bits & 2) != 0 ? X87Stack.C3 : 0)
                | ((bits & 1) != 0 ? X87Stack.C1 : 0);
    }

    /// The functions of an angle; one too large to be reduced stays, with C2 to say so.
    private void angle(Step s) {
        boolean pushes = s.op == Op.FPTAN || s.op == Op.FSINCOS;
        boolean ready = stack.take(0) & (!pushes || stack.hasRoom());
        int head = stack.head;
        long significand = stack.significand;
        int exponent = Extended.exponent(head);
        if (ready && exponent >= LARGEST_ANGLE && exponent != Extended.MAX_EXPONENT) {
            stack.finish();
            stack.setCodes(X87Stack.C2);
            return;
        }
        if (ready) {
            switch (s.op) {
                case FCOS -> functions.sine(head, significand, true);
                case FPTAN -> functions.tangent(head, significand);
                default -> functions.sine(head, significand, false);
            }
        }
        int resultHead = ready ? unit.head : Extended.INDEFINITE_HEAD;
        long result = ready ? unit.significand : Extended.INDEFINITE_SIGNIFICAND;
        boolean isNumber = !Extended.isNaN(resultHead, result);
        if (s.op == Op.FSINCOS && isNumber) {
            functions.sine(head, significand, true);
        } else if (s.op == Op.FPTAN && isNumber) {
            functions.one();
        }
        if (stack.finish()) {
            core.registers.fsw &= ~X87Stack.C2;
            stack.put(0, resultHead, result);
            if (pushes) {
                stack.turn(-1);
                stack.put(
                        0, isNumber ? unit.head : resultHead, isNumber ? unit.significand : result);
            }
        }
    }

    private void replaceBoth(Step s) {
        boolean ready = stack.take(1);
        int headY = stack.head;
        long sigY = stack.significand;
        ready &= stack.take(0);
        if (ready) {
            if (s.op == Op.FPATAN) {
                functions.arcTangent(headY, sigY, stack.head, stack.significand);
            } else {
                functions.timesLog(headY, sigY, stack.head, stack.significand, s.op == Op.FYL2XP1);
            }
        }
        if (stack.finish()) {
            stack.pop();
            stack.putResult(0, ready);
        }
    }

    /// FXTRACT: the exponent as a number takes the place of the top, the significand goes above it.
    private void extract() {
        boolean ready = stack.take(0) & stack.hasRoom();
        int head = stack.head;
        long significand = stack.significand;
        int exponentHead = Extended.INDEFINITE_HEAD;
        long exponentDigits = Extended.INDEFINITE_SIGNIFICAND;
        if (ready) {
            functions.extractExponent(head, significand);
            exponentHead = unit.head;
            exponentDigits = unit.significand;
            functions.extractSignificand(head, significand);
        }
        if (stack.finish()) {
            stack.put(0, exponentHead, exponentDigits);
            stack.turn(-1);
            stack.putResult(0, ready);
        }
    }
}
