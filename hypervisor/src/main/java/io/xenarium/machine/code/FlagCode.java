package io.xenarium.machine.code;

import java.lang.classfile.CodeBuilder;
import java.lang.classfile.Label;
import java.lang.constant.ClassDesc;
import java.lang.constant.ConstantDescs;

/// Writes what instructions do to the flags, and the conditions that are asked about them.
///
/// What an instruction leaves behind goes into [Flags] where someone outside the block's code may
/// look at it, and into locals where a later instruction of the block does. Where neither is the
/// case it goes nowhere.
final class FlagCode {
    private static final ClassDesc LONG = ConstantDescs.CD_long;
    private static final ClassDesc INT = ConstantDescs.CD_int;

    /// What the locals say, beside the families of [Flags]: nothing, so that [Flags] must be asked.
    private static final int UNKNOWN = 0;

    /// The result and the carry word.
    private static final int PAIR = 4;

    private final RegionCode region;
    private final CodeBuilder code;

    /// What the locals say, and of operands of which size.
    private int known = UNKNOWN;

    private int knownBytes;

    /// Where the operands and the result are: still where the instruction had them, if a branch
    /// follows at once.
    private int a;

    private int b;
    private int r;

    private boolean isUsed;
    private boolean isExposed;
    private boolean isForBranch;

    FlagCode(RegionCode region) {
        this.region = region;
        this.code = region.code;
    }

    /// Forgets what is known: execution may come from elsewhere.
    void forget() {
        known = UNKNOWN;
    }

    /// Says who looks at the flags of the part's instruction that is written next.
    void expect(FlagUse use, int index) {
        isUsed = use.isUsed(index);
        isExposed = use.isExposed(index);
        isForBranch = use.isForBranch(index);
    }

    /// Whether someone may look at the flags that the instruction leaves.
    boolean isSeen() {
        return isUsed || isExposed;
    }

    /// Lets the instruction's flags go to [Flags], because it may or may not leave any.
    void expose() {
        isExposed = true;
    }

    // --- what instructions leave behind -------------------------------------------------------

    /// After `RESULT = OLD + SOURCE`.
    void added(int bytes) {
        leave(Flags.ADDITION, bytes);
    }

    /// After `OLD − SOURCE`.
    void subtracted(int bytes) {
        leave(Flags.SUBTRACTION, bytes);
    }

    /// After a logical operation with the result RESULT.
    void logical(int bytes) {
        leave(Flags.LOGICAL, bytes);
    }

    private void leave(int family, int bytes) {
        if (isExposed) {
            pend(family, bytes);
        }
        known = isUsed ? family : UNKNOWN;
        knownBytes = bytes;
        if (isUsed && !isForBranch) {
            copy(RegionCode.OLD, RegionCode.FLAG_A);
            copy(RegionCode.SOURCE, RegionCode.FLAG_B);
            if (family != Flags.SUBTRACTION) {
                copy(RegionCode.RESULT, RegionCode.FLAG_R);
            }
        }
        a = isForBranch ? RegionCode.OLD : RegionCode.FLAG_A;
        b = isForBranch ? RegionCode.SOURCE : RegionCode.FLAG_B;
        r = isForBranch ? RegionCode.RESULT : RegionCode.FLAG_R;
    }

    private void pend(int family, int bytes) {
        region.loadFlags();
        if (family == Flags.LOGICAL) {
            code.lload(RegionCode.RESULT);
            code.lconst_0();
        } else {
            code.lload(RegionCode.OLD);
            code.lload(RegionCode.SOURCE);
        }
        code.loadConstant(Flags.kind(family, shift(bytes)));
        code.invokevirtual(
                RegionCode.FLAGS,
                "pend",
                RegionCode.signature(ConstantDescs.CD_void, LONG, LONG, INT));
    }

    /// After RESULT was computed in a way that leaves the carry word on the stack.
    void computed(int bytes) {
        code.lload(RegionCode.RESULT);
        region.extend(bytes);
        code.lstore(RegionCode.FLAG_R);
        pair();
    }

    /// Sets the carry word to what is on the stack and leaves the result as it is.
    void fixed() {
        pushResult();
        code.lstore(RegionCode.FLAG_R);
        pair();
    }

    private void pair() {
        code.lstore(RegionCode.FLAG_CARRY);
        if (isExposed) {
            region.loadFlags();
            code.lload(RegionCode.FLAG_R);
            code.lload(RegionCode.FLAG_CARRY);
            code.invokevirtual(
                    RegionCode.FLAGS,
                    "leave",
                    RegionCode.signature(ConstantDescs.CD_void, LONG, LONG));
        }
        known = isUsed ? PAIR : UNKNOWN;
    }

    /// After INC or DEC of OLD: as an addition or subtraction of 1, but the carry stays, which
    /// [#pushCarry] has left on the stack.
    void counted(int bytes, boolean isUp) {
        code.lstore(RegionCode.TARGET);
        code.lload(RegionCode.OLD);
        code.lconst_1();
        pushCarryOf(isUp, bytes);
        code.lload(RegionCode.TARGET);
        call(LONG, "withCarry", LONG, LONG);
        computed(bytes);
    }

    /// After ADC or SBB of OLD and SOURCE with the result RESULT.
    void carried(int bytes, boolean isUp) {
        code.lload(RegionCode.OLD);
        code.lload(RegionCode.SOURCE);
        pushCarryOf(isUp, bytes);
        computed(bytes);
    }

    /// The carry word of the operands on the stack and RESULT.
    private void pushCarryOf(boolean isUp, int bytes) {
        code.lload(RegionCode.RESULT);
        code.loadConstant(shift(bytes));
        call(LONG, isUp ? "added" : "subtracted", LONG, LONG, LONG, INT);
    }

    private static int shift(int bytes) {
        return 64 - 8 * bytes;
    }

    private void copy(int from, int to) {
        code.lload(from);
        code.lstore(to);
    }

    // --- words --------------------------------------------------------------------------------

    /// Pushes the result word.
    void pushResult() {
        switch (known) {
            case UNKNOWN -> settled("result");
            case PAIR -> code.lload(RegionCode.FLAG_R);
            default -> pushNarrowResult();
        }
    }

    private void pushWideResult() {
        if (known == Flags.SUBTRACTION) {
            code.lload(a);
            code.lload(b);
            code.lsub();
        } else {
            code.lload(r);
        }
    }

    private void pushNarrowResult() {
        pushWideResult();
        region.extend(knownBytes);
    }

    /// Pushes the carry word.
    void pushCarry() {
        switch (known) {
            case UNKNOWN -> settled("carry");
            case PAIR -> code.lload(RegionCode.FLAG_CARRY);
            case Flags.LOGICAL -> code.lconst_0();
            default -> {
                code.lload(a);
                code.lload(b);
                pushWideResult();
                code.loadConstant(shift(knownBytes));
                String name = known == Flags.ADDITION ? "added" : "subtracted";
                call(LONG, name, LONG, LONG, LONG, INT);
            }
        }
    }

    private void settled(String field) {
        region.loadFlags();
        code.invokevirtual(RegionCode.FLAGS, "settle", RegionCode.signature(ConstantDescs.CD_void));
        region.loadFlags();
        code.getfield(RegionCode.FLAGS, field, LONG);
    }

    /// Calls a function of [FlagWords].
    void call(ClassDesc result, String name, ClassDesc... parameters) {
        code.invokestatic(RegionCode.WORDS, name, RegionCode.signature(result, parameters));
    }

    // --- conditions ---------------------------------------------------------------------------

    /// Goes to `target` where the condition holds.
    void branchIf(int condition, Label target) {
        boolean isPlain =
                switch (known) {
                    case Flags.SUBTRACTION -> compare(condition, target);
                    case Flags.LOGICAL -> compareWithZero(condition, target);
                    case Flags.ADDITION -> compareSum(condition, target);
                    case PAIR -> comparePair(condition, target);
                    default -> false;
                };
        if (!isPlain) {
            pushCondition(condition);
            code.ifne(target);
        }
    }

    private void pushCondition(int condition) {
        if (known == UNKNOWN) {
            region.loadFlags();
            code.loadConstant(condition);
            code.invokevirtual(
                    RegionCode.FLAGS, "ask", RegionCode.signature(ConstantDescs.CD_boolean, INT));
            return;
        }
        code.loadConstant(condition);
        pushResult();
        pushCarry();
        call(ConstantDescs.CD_boolean, "holds", INT, LONG, LONG);
    }

    /// The condition as a comparison of the operands of a subtraction, where it is one.
    private boolean compare(int condition, Label target) {
        switch (condition) {
            case 2, 3, 6, 7 -> compareUnsigned(a, b);
            case 4, 5, 12, 13, 14, 15 -> {
                pushOperand(a);
                pushOperand(b);
                if (knownBytes == 4) {
                    jumpIntegers(condition, target);
                    return true;
                }
                code.lcmp();
            }
            case 8, 9 -> compareResult();
            default -> {
                return false;
            }
        }
        jump(condition, target);
        return true;
    }

    /// The condition as a comparison of a sum, where it is one.
    private boolean compareSum(int condition, Label target) {
        switch (condition) {
            case 2, 3 -> compareUnsigned(r, a);
            case 4, 5, 8, 9 -> compareResult();
            default -> {
                return false;
            }
        }
        jump(condition, target);
        return true;
    }

    /// The condition as a comparison of a logical operation's result with 0, where it is one.
    private boolean compareWithZero(int condition, Label target) {
        int signed =
                switch (condition) {
                    case 6 -> 4;
                    case 7 -> 5;
                    case 8 -> 12;
                    case 9 -> 13;
                    default -> condition;
                };
        if (signed < 4 || signed >= 6 && signed < 12) {
            return false;
        }
        compareResult();
        jump(signed, target);
        return true;
    }

    /// The condition as a comparison of one of the two words with 0, where it is one.
    private boolean comparePair(int condition, Label target) {
        int word;
        switch (condition) {
            case 2, 3 -> word = RegionCode.FLAG_CARRY;
            case 4, 5 -> word = RegionCode.FLAG_R;
            default -> {
                return false;
            }
        }
        code.lload(word);
        code.lconst_0();
        code.lcmp();
        jump(condition, target);
        return true;
    }

    private void compareResult() {
        pushNarrowResult();
        code.lconst_0();
        code.lcmp();
    }

    private void compareUnsigned(int left, int right) {
        boolean isInt = knownBytes == 4;
        pushUnsigned(left);
        pushUnsigned(right);
        ClassDesc type = isInt ? INT : LONG;
        code.invokestatic(
                isInt ? ConstantDescs.CD_Integer : ConstantDescs.CD_Long,
                "compareUnsigned",
                RegionCode.signature(INT, type, type));
    }

    private void pushUnsigned(int local) {
        code.lload(local);
        if (knownBytes == 4) {
            code.l2i();
        } else {
            region.cut(knownBytes);
        }
    }

    /// Pushes an operand, sign-extended: an int where it has 4 bytes.
    private void pushOperand(int local) {
        code.lload(local);
        if (knownBytes == 4) {
            code.l2i();
        } else {
            region.extend(knownBytes);
        }
    }

    /// Branches on the comparison that is on the stack.
    private void jump(int condition, Label target) {
        switch (condition) {
            case 2, 8, 12 -> code.iflt(target);
            case 3, 9, 13 -> code.ifge(target);
            case 4 -> code.ifeq(target);
            case 5 -> code.ifne(target);
            case 6, 14 -> code.ifle(target);
            default -> code.ifgt(target);
        }
    }

    private void jumpIntegers(int condition, Label target) {
        switch (condition) {
            case 12 -> code.if_icmplt(target);
            case 13 -> code.if_icmpge(target);
            case 4 -> code.if_icmpeq(target);
            case 5 -> code.if_icmpne(target);
            case 14 -> code.if_icmple(target);
            default -> code.if_icmpgt(target);
        }
    }
}
