package io.xenarium.machine.code;

import io.xenarium.machine.cpu.Registers;

import java.lang.classfile.CodeBuilder;
import java.lang.classfile.Label;
import java.lang.constant.ClassDesc;
import java.lang.constant.ConstantDescs;

/// Writes the bytecode of multiplications, bit tests and bit scans, with flags as [MultiplyOps] and
/// [BitOps] leave them.
final class ProductCode {
    private static final ClassDesc LONG = ConstantDescs.CD_long;

    private final RegionCode region;
    private final CodeBuilder code;
    private final FlagCode flags;

    ProductCode(RegionCode region, FlagCode flags) {
        this.region = region;
        this.code = region.code;
        this.flags = flags;
    }

    boolean write(Step s) {
        switch (s.op) {
            case IMUL -> {
                return multiplySigned(s);
            }
            case MUL -> {
                return multiplyWide(s, false);
            }
            case BT, BTS, BTR, BTC -> {
                return bit(s);
            }
            case BSF, BSR -> scan(s);
            default -> {
                return false;
            }
        }
        return true;
    }

    private boolean multiplySigned(Step s) {
        if (s.operandCount == 1) {
            return multiplyWide(s, true);
        }
        loadSigned(s);
        code.lload(RegionCode.OLD);
        code.lload(RegionCode.SOURCE);
        code.lmul();
        code.lstore(RegionCode.RESULT);
        if (flags.isSeen()) {
            setProductFlags(s);
        }
        code.lload(RegionCode.RESULT);
        region.storeRegister(s.kind0, s.number0);
        return true;
    }

    private void setProductFlags(Step s) {
        flags.pushCarry();
        if (s.bytes == 8) {
            high("multiplyHigh");
        } else {
            code.lload(RegionCode.RESULT);
            region.extend(s.bytes);
        }
        code.lload(RegionCode.RESULT);
        if (s.bytes == 8) {
            code.loadConstant(63);
            code.lshr();
        }
        setIfDifferent();
    }

    /// Puts the factors into OLD and SOURCE, sign-extended.
    private void loadSigned(Step s) {
        if (s.operandCount == 2) {
            region.loadSource(s);
            region.extend(s.bytes);
            code.lstore(RegionCode.SOURCE);
            region.loadDestination(s);
        } else {
            code.loadConstant(s.immediate << s.shift >> s.shift);
            code.lstore(RegionCode.SOURCE);
            region.loadSource(s);
        }
        region.extend(s.bytes);
        code.lstore(RegionCode.OLD);
    }

    /// rdx:rax = rax · operand, for 32 and 64 bits.
    private boolean multiplyWide(Step s, boolean isSigned) {
        if (s.bytes < 4) {
            return false;
        }
        region.loadDestination(s);
        fit(s.bytes, isSigned);
        code.lstore(RegionCode.SOURCE);
        region.loadRegister(Registers.RAX);
        fit(s.bytes, isSigned);
        code.lstore(RegionCode.OLD);
        code.lload(RegionCode.OLD);
        code.lload(RegionCode.SOURCE);
        code.lmul();
        code.lstore(RegionCode.RESULT);
        if (s.bytes == 8) {
            high(isSigned ? "multiplyHigh" : "unsignedMultiplyHigh");
        } else {
            code.lload(RegionCode.RESULT);
            code.loadConstant(32);
            code.lshr();
        }
        code.lstore(RegionCode.TARGET);
        if (flags.isSeen()) {
            flags.pushCarry();
            compareHalves(s.bytes, isSigned);
            setIfDifferent();
        }
        int kind = s.bytes == 8 ? Step.R64 : Step.R32;
        code.lload(RegionCode.RESULT);
        region.storeRegister(kind, Registers.RAX);
        code.lload(RegionCode.TARGET);
        region.storeRegister(kind, Registers.RDX);
        return true;
    }

    private void fit(int bytes, boolean isSigned) {
        if (isSigned) {
            region.extend(bytes);
        } else {
            region.cut(bytes);
        }
    }

    /// Pushes two words that differ where the product is wider than an operand.
    private void compareHalves(int bytes, boolean isSigned) {
        if (!isSigned) {
            code.lload(RegionCode.TARGET);
            region.cut(bytes);
            code.lconst_0();
        } else if (bytes == 8) {
            code.lload(RegionCode.TARGET);
            code.lload(RegionCode.RESULT);
            code.loadConstant(63);
            code.lshr();
        } else {
            code.lload(RegionCode.RESULT);
            region.extend(bytes);
            code.lload(RegionCode.RESULT);
        }
    }

    private void high(String name) {
        code.lload(RegionCode.OLD);
        code.lload(RegionCode.SOURCE);
        code.invokestatic(
                RegionCode.desc(Math.class), name, RegionCode.signature(LONG, LONG, LONG));
    }

    /// Sets carry and overflow if the two words on the stack differ, else clears them; the carry
    /// word lies below them.
    private void setIfDifferent() {
        Label same = code.newLabel();
        Label done = code.newLabel();
        code.lcmp();
        code.ifeq(same);
        code.iconst_1();
        code.goto_(done);
        code.labelBinding(same);
        code.iconst_0();
        code.labelBinding(done);
        code.invokestatic(
                RegionCode.WORDS,
                "withBoth",
                RegionCode.signature(LONG, LONG, ConstantDescs.CD_boolean));
        flags.fixed();
    }

    // --- bits ---------------------------------------------------------------------------------

    /// Of a register; bits of memory are left to the interpreter.
    private boolean bit(Step s) {
        if (s.kind0 == Step.MEMORY) {
            return false;
        }
        region.loadDestination(s);
        code.lstore(RegionCode.OLD);
        region.loadSource(s);
        code.loadConstant(8L * s.bytes - 1);
        code.land();
        code.lstore(RegionCode.SOURCE);
        if (flags.isSeen()) {
            setCarryToBit();
        }
        if (s.op != Op.BT) {
            change(s);
        }
        return true;
    }

    private void setCarryToBit() {
        flags.pushCarry();
        code.lload(RegionCode.OLD);
        code.loadConstant(63L);
        code.lload(RegionCode.SOURCE);
        code.lsub();
        code.l2i();
        code.lshl();
        flags.call(LONG, "withCarry", LONG, LONG);
        flags.fixed();
    }

    private void change(Step s) {
        code.lload(RegionCode.OLD);
        code.lconst_1();
        code.lload(RegionCode.SOURCE);
        code.l2i();
        code.lshl();
        switch (s.op) {
            case BTS -> code.lor();
            case BTC -> code.lxor();
            default -> {
                code.loadConstant(-1L);
                code.lxor();
                code.land();
            }
        }
        region.storeRegister(s.kind0, s.number0);
    }

    private void scan(Step s) {
        region.loadSource(s);
        region.cut(s.bytes);
        code.lstore(RegionCode.SOURCE);
        boolean isForward = s.op == Op.BSF;
        if (!isForward) {
            code.loadConstant(63);
        }
        code.lload(RegionCode.SOURCE);
        code.invokestatic(
                ConstantDescs.CD_Long,
                isForward ? "numberOfTrailingZeros" : "numberOfLeadingZeros",
                RegionCode.signature(ConstantDescs.CD_int, LONG));
        if (!isForward) {
            code.isub();
        }
        code.i2l();
        code.lstore(RegionCode.TARGET);
        if (flags.isSeen()) {
            code.lload(RegionCode.SOURCE);
            code.lload(RegionCode.TARGET);
            flags.call(LONG, "scanned", LONG, LONG);
            code.lstore(RegionCode.RESULT);
            code.lconst_0();
            flags.computed(8);
        }
        region.loadRegister(s.number0);
        code.pop2();
        Label nothing = code.newLabel();
        code.lload(RegionCode.SOURCE);
        code.lconst_0();
        code.lcmp();
        code.ifeq(nothing);
        code.lload(RegionCode.TARGET);
        region.storeRegister(s.kind0, s.number0);
        code.labelBinding(nothing);
    }
}
