package io.xenarium.machine.code;

import java.lang.classfile.CodeBuilder;
import java.lang.classfile.Label;
import java.lang.constant.ClassDesc;
import java.lang.constant.ConstantDescs;
import java.util.Arrays;

/// Writes what instructions do to the flags, and the conditions that are asked about them. The
/// flags are kept as [FlagWords] says.
final class FlagCode {
    /// What is known of the flags where the code is written: nothing but the words themselves.
    static final int UNKNOWN = 0;

    /// They come from an addition, a subtraction or a logical operation.
    static final int ADDED = 1;

    static final int SUBTRACTED = 2;
    static final int LOGICAL = 3;

    private static final int[] WORDS = {
        RegionCode.FLAG_A,
        RegionCode.FLAG_B,
        RegionCode.FLAG_R,
        RegionCode.FLAG_KIND,
        RegionCode.FLAG_FIX
    };

    private final RegionCode region;
    private final CodeBuilder code;
    private int known = UNKNOWN;

    /// The bytes of the operands that are known to have been compared.
    private int knownBytes;

    FlagCode(RegionCode region) {
        this.region = region;
        this.code = region.code;
    }

    /// Forgets what is known: execution may come from elsewhere.
    void forget() {
        known = UNKNOWN;
    }

    // --- what instructions leave behind -------------------------------------------------------

    /// After `RESULT = OLD + SOURCE` (+ carry).
    void added(int bytes, boolean hasCarry) {
        operands(bytes, 0);
        know(hasCarry ? UNKNOWN : ADDED, bytes);
    }

    /// After `RESULT = OLD − SOURCE` (− borrow).
    void subtracted(int bytes, boolean hasBorrow) {
        operands(bytes, -1);
        know(hasBorrow ? UNKNOWN : SUBTRACTED, bytes);
    }

    private void operands(int bytes, long kind) {
        move(RegionCode.OLD, RegionCode.FLAG_A, bytes);
        move(RegionCode.SOURCE, RegionCode.FLAG_B, bytes);
        move(RegionCode.RESULT, RegionCode.FLAG_R, bytes);
        constant(RegionCode.FLAG_KIND, kind);
        constant(RegionCode.FLAG_FIX, 0);
    }

    /// After a logical operation with the result RESULT.
    void logical(int bytes) {
        constant(RegionCode.FLAG_FIX, 0);
        result(bytes);
        know(LOGICAL, bytes);
    }

    /// After RESULT was computed in a way that leaves the carry word on the stack.
    void computed(int bytes) {
        code.lstore(RegionCode.FLAG_FIX);
        result(bytes);
        know(UNKNOWN, bytes);
    }

    /// Sets the carry word to what is on the stack and leaves the result as it is.
    void fixed() {
        code.lstore(RegionCode.FLAG_FIX);
        code.lload(RegionCode.FLAG_R);
        code.lstore(RegionCode.FLAG_A);
        constant(RegionCode.FLAG_B, 0);
        constant(RegionCode.FLAG_KIND, -1);
        know(UNKNOWN, 8);
    }

    private void result(int bytes) {
        move(RegionCode.RESULT, RegionCode.FLAG_R, bytes);
        code.lload(RegionCode.FLAG_R);
        code.lstore(RegionCode.FLAG_A);
        constant(RegionCode.FLAG_B, 0);
        constant(RegionCode.FLAG_KIND, -1);
    }

    /// After INC or DEC: as an addition or subtraction of 1, but the carry stays.
    void counted(int bytes, boolean isUp) {
        push("below");
        code.lstore(RegionCode.TARGET);
        constant(RegionCode.SOURCE, 1);
        operands(bytes, isUp ? 0 : -1);
        code.lload(RegionCode.TARGET);
        push("below");
        call(ConstantDescs.CD_long, "kept", 2);
        code.lstore(RegionCode.FLAG_FIX);
        know(UNKNOWN, bytes);
    }

    private void move(int from, int to, int bytes) {
        code.lload(from);
        region.extend(bytes);
        code.lstore(to);
    }

    private void constant(int local, long value) {
        code.loadConstant(value);
        code.lstore(local);
    }

    private void know(int what, int bytes) {
        known = what;
        knownBytes = bytes;
    }

    // --- words --------------------------------------------------------------------------------

    /// Pushes a word that is computed from all five: `below`, `carry` or `overflow`.
    void push(String name) {
        for (int word : WORDS) {
            code.lload(word);
        }
        call(ConstantDescs.CD_long, name, 5);
    }

    /// Calls a function of [FlagWords] with so many words.
    void call(ClassDesc result, String name, int words) {
        ClassDesc[] parameters = new ClassDesc[words];
        Arrays.fill(parameters, ConstantDescs.CD_long);
        code.invokestatic(RegionCode.WORDS, name, RegionCode.signature(result, parameters));
    }

    /// Takes the flags over from [Flags], which is where instructions without a translation of
    /// their own leave them.
    void load() {
        word("carry");
        code.lstore(RegionCode.FLAG_FIX);
        word("result");
        code.lstore(RegionCode.RESULT);
        result(8);
        forget();
    }

    private void word(String name) {
        code.aload(RegionCode.CORE_LOCAL);
        code.getfield(RegionCode.CORE, "flags", RegionCode.FLAGS);
        code.getfield(RegionCode.FLAGS, name, ConstantDescs.CD_long);
    }

    /// Hands the flags to [Flags].
    void store() {
        code.aload(RegionCode.CORE_LOCAL);
        code.getfield(RegionCode.CORE, "flags", RegionCode.FLAGS);
        for (int word : WORDS) {
            code.lload(word);
        }
        ClassDesc[] parameters = new ClassDesc[WORDS.length];
        Arrays.fill(parameters, ConstantDescs.CD_long);
        code.invokevirtual(
                RegionCode.FLAGS, "take", RegionCode.signature(ConstantDescs.CD_void, parameters));
    }

    // --- conditions ---------------------------------------------------------------------------

    /// Goes to `target` where the condition holds.
    void branchIf(int condition, Label target) {
        if (condition == 4 || condition == 5) {
            branchIfZero(condition, target);
        } else if (known == SUBTRACTED && compare(condition, target)) {
            return;
        } else if (known == LOGICAL && compareWithZero(condition, target)) {
            return;
        } else {
            pushCondition(condition);
            code.ifne(target);
        }
    }

    private void branchIfZero(int condition, Label target) {
        if (known == SUBTRACTED) {
            compare(condition, target);
            return;
        }
        code.lload(RegionCode.FLAG_R);
        code.lconst_0();
        code.lcmp();
        jump(condition, target);
    }

    /// The condition as a comparison of the operands of a subtraction, where it is one.
    private boolean compare(int condition, Label target) {
        boolean isUnsigned = condition >= 2 && condition <= 7 && condition / 2 != 2;
        if (!isUnsigned && condition < 12 && condition / 2 != 2) {
            return false;
        }
        code.lload(RegionCode.FLAG_A);
        boolean isNarrow = knownBytes == 4;
        narrow(isNarrow);
        code.lload(RegionCode.FLAG_B);
        narrow(isNarrow);
        if (isUnsigned) {
            ClassDesc type = isNarrow ? ConstantDescs.CD_int : ConstantDescs.CD_long;
            code.invokestatic(
                    isNarrow ? ConstantDescs.CD_Integer : ConstantDescs.CD_Long,
                    "compareUnsigned",
                    RegionCode.signature(ConstantDescs.CD_int, type, type));
            jump(condition, target);
        } else if (isNarrow) {
            jumpIntegers(condition, target);
        } else {
            code.lcmp();
            jump(condition, target);
        }
        return true;
    }

    private void narrow(boolean isNarrow) {
        if (isNarrow) {
            code.l2i();
        }
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
        code.lload(RegionCode.FLAG_R);
        code.lconst_0();
        code.lcmp();
        jump(signed, target);
        return true;
    }

    /// Branches on the comparison that is on the stack.
    private void jump(int condition, Label target) {
        switch (condition) {
            case 2, 12 -> code.iflt(target);
            case 3, 13 -> code.ifge(target);
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

    private void pushCondition(int condition) {
        code.loadConstant(condition);
        for (int word : WORDS) {
            code.lload(word);
        }
        code.invokestatic(
                RegionCode.WORDS,
                "holds",
                RegionCode.signature(
                        ConstantDescs.CD_boolean,
                        ConstantDescs.CD_int,
                        ConstantDescs.CD_long,
                        ConstantDescs.CD_long,
                        ConstantDescs.CD_long,
                        ConstantDescs.CD_long,
                        ConstantDescs.CD_long));
    }
}
