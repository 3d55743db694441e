package io.xenarium.machine.code;

/// Who looks at the flags that the instructions of a part leave.
final class FlagUse {
    private final boolean[] used;
    private final boolean endsInBranch;
    private final boolean[] exposed;

    FlagUse(RegionPart part) {
        used = new boolean[part.count];
        endsInBranch = part.last().op == Op.JCC;
        exposed = new boolean[part.count];
        boolean isUsed = false;
        boolean isExposed = true;
        for (int i = part.count - 1; i >= 0; i--) {
            Step s = part.step(i);
            used[i] = isUsed;
            exposed[i] = isExposed;
            boolean isSeen = isUsed || isExposed;
            if (replacesAll(s)) {
                isUsed = false;
                isExposed = false;
            }
            isUsed |= reads(s) || isSeen && keepsSome(s);
            isExposed |= exposes(s);
        }
    }

    /// Whether a later instruction of the part reads them where it is translated.
    boolean isUsed(int index) {
        return used[index];
    }

    /// Whether only the next instruction, a branch that ends the part, may read them there.
    boolean isForBranch(int index) {
        return used[index] && endsInBranch && index == used.length - 2;
    }

    /// Whether anyone may look at them in [Flags]: because a later instruction may fault, or is
    /// left to the interpreter, or because the block ends.
    boolean isExposed(int index) {
        return exposed[index];
    }

    private static boolean replacesAll(Step s) {
        return switch (s.op) {
            case ADD, ADC, SUB, SBB, AND, OR, XOR, CMP, TEST, NEG, INC, DEC -> true;
            case SHL, SHR, SAR -> s.hasPlainCount();
            default -> false;
        };
    }

    private static boolean reads(Step s) {
        return switch (s.op) {
            case ADC, SBB, SETCC, CMOVCC, JCC -> true;
            default -> false;
        };
    }

    /// Whether it leaves some of the flags as they were, and changes others.
    private static boolean keepsSome(Step s) {
        return switch (s.op) {
            case INC, DEC, ROL, ROR, IMUL, MUL, BT, BTS, BTR, BTC -> true;
            default -> false;
        };
    }

    private static boolean exposes(Step s) {
        if (s.op == Op.JCC || s.op == Op.JMP) {
            return s.kind0 != Step.IMMEDIATE;
        }
        if (!StepCode.isSimple(s) || s.memoryBytes > 0) {
            return true;
        }
        return switch (s.op) {
            case NOP, ENDBR64, MOV, MOVZX, MOVSX, LEA, CBW, CWD, NOT -> false;
            case MOVSXD -> s.bytes == 2;
            case SETCC, CMOVCC, BT, BTS, BTR, BTC -> false;
            case SHL, SHR, SAR -> !s.hasPlainCount();
            case ROL, ROR -> !s.hasPlainCount() || s.bytes < 4;
            case IMUL -> s.operandCount == 1;
            default -> !replacesAll(s);
        };
    }
}
