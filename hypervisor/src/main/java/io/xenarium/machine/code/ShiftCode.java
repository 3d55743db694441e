package io.xenarium.machine.code;

import java.lang.classfile.CodeBuilder;
import java.lang.classfile.Label;
import java.lang.constant.ClassDesc;
import java.lang.constant.ConstantDescs;

/// Writes the bytecode of shifts and rotates, with flags as [ShiftOps] leaves them. A count of 0
/// changes no flag.
final class ShiftCode {
    private static final ClassDesc LONG = ConstantDescs.CD_long;
    private static final ClassDesc INT = ConstantDescs.CD_int;

    private final RegionCode region;
    private final CodeBuilder code;
    private final FlagCode flags;

    ShiftCode(RegionCode region, FlagCode flags) {
        this.region = region;
        this.code = region.code;
        this.flags = flags;
    }

    boolean write(Step s) {
        boolean isRotation = s.op == Op.ROL || s.op == Op.ROR;
        boolean isShift = s.op == Op.SHL || s.op == Op.SHR || s.op == Op.SAR;
        boolean hasCount = s.kind1 == Step.R8 || s.hasPlainCount();
        if (!hasCount || !isShift && !(isRotation && s.bytes >= 4)) {
            return false;
        }
        loadCount(s);
        open(s);
        compute(s);
        region.close(s);
        if (flags.isSeen()) {
            setFlags(s);
        }
        return true;
    }

    private void loadCount(Step s) {
        if (s.kind1 == Step.R8) {
            region.loadRegister(s.number1);
            code.l2i();
            code.loadConstant(s.bytes == 8 ? 63 : 31);
            code.iand();
        } else {
            code.loadConstant(s.count);
        }
        code.istore(RegionCode.COUNT);
    }

    /// Puts the first operand into OLD: zero-extended, sign-extended for SAR.
    private void open(Step s) {
        if (s.kind0 == Step.MEMORY) {
            region.openMemory(s);
        } else {
            region.loadDestination(s);
        }
        if (s.op == Op.SAR) {
            region.extend(s.bytes);
        }
        code.lstore(RegionCode.OLD);
    }

    private void compute(Step s) {
        code.lload(RegionCode.OLD);
        boolean isNarrowRotation = s.bytes == 4 && (s.op == Op.ROL || s.op == Op.ROR);
        if (isNarrowRotation) {
            code.l2i();
        }
        code.iload(RegionCode.COUNT);
        switch (s.op) {
            case SHL -> code.lshl();
            case SHR -> code.lushr();
            case SAR -> code.lshr();
            default -> rotate(s, isNarrowRotation);
        }
        code.lstore(RegionCode.RESULT);
    }

    private void rotate(Step s, boolean isNarrow) {
        ClassDesc type = isNarrow ? INT : LONG;
        code.invokestatic(
                isNarrow ? ConstantDescs.CD_Integer : ConstantDescs.CD_Long,
                s.op == Op.ROL ? "rotateLeft" : "rotateRight",
                RegionCode.signature(type, type, INT));
        if (isNarrow) {
            code.i2l();
        }
    }

    private void setFlags(Step s) {
        if (s.hasPlainCount()) {
            writeFlags(s);
            return;
        }
        Label unchanged = code.newLabel();
        code.iload(RegionCode.COUNT);
        code.ifeq(unchanged);
        flags.forget();
        flags.expose();
        writeFlags(s);
        code.labelBinding(unchanged);
        flags.forget();
    }

    private void writeFlags(Step s) {
        switch (s.op) {
            case ROL, ROR -> setRotationFlags(s);
            case SAR -> {
                code.lload(RegionCode.OLD);
                code.iload(RegionCode.COUNT);
                call("shiftedArithmetically", LONG, INT);
                flags.computed(s.bytes);
            }
            default -> {
                code.lload(RegionCode.OLD);
                code.lload(RegionCode.RESULT);
                code.loadConstant(s.shift);
                code.iload(RegionCode.COUNT);
                call(s.op == Op.SHL ? "shiftedLeft" : "shiftedRight", LONG, LONG, INT, INT);
                flags.computed(s.bytes);
            }
        }
    }

    private void setRotationFlags(Step s) {
        flags.pushCarry();
        code.lload(RegionCode.RESULT);
        code.loadConstant(s.shift);
        call(s.op == Op.ROL ? "rotatedLeft" : "rotatedRight", LONG, LONG, INT);
        flags.fixed();
    }

    private void call(String name, ClassDesc... parameters) {
        code.invokestatic(RegionCode.WORDS, name, RegionCode.signature(LONG, parameters));
    }
}
