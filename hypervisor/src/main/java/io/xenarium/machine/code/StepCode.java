package io.xenarium.machine.code;

import java.lang.classfile.CodeBuilder;
import java.lang.classfile.Label;
import java.lang.constant.ClassDesc;
import java.lang.constant.ConstantDescs;

/// Writes the bytecode of one instruction after the other: data movement, arithmetic and logic
/// here, the rest in [ShiftCode], [ProductCode] and [BranchCode]. Where none of them has a
/// translation, the region calls the interpreter's operation.
final class StepCode {
    private static final int ALL = 0xffff;

    private final RegionCode region;
    private final CodeBuilder code;
    private final FlagCode flags;
    private final ShiftCode shifts;
    private final ProductCode products;
    private final BranchCode branches;

    StepCode(RegionCode region, FlagCode flags, BranchCode branches) {
        this.region = region;
        this.code = region.code;
        this.flags = flags;
        this.branches = branches;
        shifts = new ShiftCode(region, flags);
        products = new ProductCode(region, flags);
    }

    /// Writes a block. It goes on to where its last instruction leads.
    void write(RegionPart part) {
        flags.forget();
        region.forget(ALL);
        FlagUse use = new FlagUse(part);
        for (int i = 0; i < part.count; i++) {
            region.at(part, i);
            flags.expect(use, i);
            Step s = part.step(i);
            if (!branches.write(s) && !hasTranslation(s)) {
                operate(s);
            }
        }
        if (!part.isWhole()) {
            region.exit(part.before(part.count));
        } else if (!BranchCode.isBranch(part.last())) {
            region.at(part, part.count - 1);
            branches.goTo(part.behind(part.count - 1));
        }
    }

    /// Whether instructions like `s` are translated; otherwise they are calls of the interpreter.
    static boolean isSimple(Step s) {
        boolean isGroup = s.form >= Form.FIRST_OWN || s.form >= Form.INTEGER && s.form <= Form.BIT;
        return isGroup && isPlain(s.kind0) && isPlain(s.kind1);
    }

    private static boolean isPlain(int kind) {
        return kind <= Step.IMMEDIATE;
    }

    private boolean hasTranslation(Step s) {
        if (s.form == Form.NOTHING) {
            return true;
        }
        if (s.form == Form.CONTROL) {
            return false;
        }
        if (s.form == Form.SYSTEM) {
            return s.op == Op.PAUSE;
        }
        return isSimple(s) && (move(s) || arithmetic(s) || shifts.write(s) || products.write(s));
    }

    /// Calls the interpreter's operation.
    private void operate(Step s) {
        code.aload(0);
        code.loadConstant(region.pointHere(false));
        code.lload(RegionCode.LEFT);
        boolean isRepeated = s.form == Form.STRING && Form.endsBlock(s);
        call(
                isRepeated ? "operateRepeated" : "operate",
                isRepeated ? ConstantDescs.CD_long : ConstantDescs.CD_void);
        region.forget(RegisterUse.of(s));
        flags.forget();
        if (isRepeated) {
            spendRepetitions();
        }
    }

    /// The budget may end between two iterations.
    private void spendRepetitions() {
        code.lstore(RegionCode.TARGET);
        Label cut = code.newLabel();
        int point = region.dynamicPoint();
        code.lload(RegionCode.TARGET);
        code.lconst_0();
        code.lcmp();
        code.iflt(cut);
        branches.spend(RegionCode.TARGET);
        region.defer(() -> {
            code.labelBinding(cut);
            code.loadConstant(-1L);
            code.lload(RegionCode.TARGET);
            code.lsub();
            code.lstore(RegionCode.TARGET);
            branches.spend(RegionCode.TARGET);
            code.loadConstant(point);
            code.goto_(region.leave);
        });
    }

    private void call(String name, ClassDesc result) {
        code.invokevirtual(
                RegionCode.REGION,
                name,
                RegionCode.signature(result, ConstantDescs.CD_int, ConstantDescs.CD_long));
    }

    // --- data movement ------------------------------------------------------------------------

    private boolean move(Step s) {
        switch (s.op) {
            case NOP, ENDBR64, ENDBR32 -> {}
            case MOV, MOVNTI -> {
                region.loadWideSource(s);
                setDestination(s);
            }
            case MOVZX -> {
                region.loadSource(s);
                setDestination(s);
            }
            case MOVSX, MOVSXD -> {
                // With 16 bits it reads more than its operand, see IntegerOps.
                if (s.op == Op.MOVSXD && s.bytes == 2) {
                    return false;
                }
                region.loadWideSource(s);
                region.extend(s.bytes1);
                setDestination(s);
            }
            case LEA -> {
                region.loadOffset(s);
                setDestination(s);
            }
            case SETCC -> setIf(s);
            case CMOVCC -> moveIf(s);
            case CBW -> widen(s);
            case CWD -> spreadSign(s);
            case BSWAP -> {
                return swap(s);
            }
            case XCHG -> {
                return exchange(s);
            }
            default -> {
                return false;
            }
        }
        return true;
    }

    /// Stores the value on the stack into the first operand, which is only written.
    private void setDestination(Step s) {
        if (s.kind0 != Step.MEMORY) {
            region.storeRegister(s.kind0, s.number0);
            return;
        }
        code.lstore(RegionCode.RESULT);
        region.loadMemory();
        region.loadAddress(s);
        code.lload(RegionCode.RESULT);
        region.write(s.memoryBytes, false);
    }

    private void setIf(Step s) {
        Label holds = code.newLabel();
        Label done = code.newLabel();
        flags.branchIf(s.condition, holds);
        code.lconst_0();
        code.goto_(done);
        code.labelBinding(holds);
        code.lconst_1();
        code.labelBinding(done);
        setDestination(s);
    }

    /// A 32-bit destination's upper half is cleared even where nothing is moved.
    private void moveIf(Step s) {
        region.loadSource(s);
        code.lstore(RegionCode.SOURCE);
        region.loadDestination(s);
        code.lstore(RegionCode.OLD);
        Label holds = code.newLabel();
        flags.branchIf(s.condition, holds);
        code.lload(RegionCode.OLD);
        code.lstore(RegionCode.SOURCE);
        code.labelBinding(holds);
        code.lload(RegionCode.SOURCE);
        region.storeRegister(s.kind0, s.number0);
    }

    private void widen(Step s) {
        region.loadRegister(0);
        region.extend(s.bytes / 2);
        region.storeRegister(kind(s.bytes), 0);
    }

    private void spreadSign(Step s) {
        region.loadRegister(0);
        region.extend(s.bytes);
        code.loadConstant(63);
        code.lshr();
        region.storeRegister(kind(s.bytes), 2);
    }

    private static int kind(int bytes) {
        return switch (bytes) {
            case 1 -> Step.R8;
            case 2 -> Step.R16;
            case 4 -> Step.R32;
            default -> Step.R64;
        };
    }

    private boolean swap(Step s) {
        if (s.bytes < 4) {
            return false;
        }
        region.loadDestination(s);
        if (s.bytes == 4) {
            code.l2i();
            code.invokestatic(
                    ConstantDescs.CD_Integer,
                    "reverseBytes",
                    RegionCode.signature(ConstantDescs.CD_int, ConstantDescs.CD_int));
            code.i2l();
        } else {
            code.invokestatic(
                    ConstantDescs.CD_Long,
                    "reverseBytes",
                    RegionCode.signature(ConstantDescs.CD_long, ConstantDescs.CD_long));
        }
        region.storeRegister(s.kind0, s.number0);
        return true;
    }

    private boolean exchange(Step s) {
        if (s.kind1 == Step.MEMORY) {
            return false;
        }
        region.loadSource(s);
        code.lstore(RegionCode.SOURCE);
        open(s);
        code.lload(RegionCode.SOURCE);
        code.lstore(RegionCode.RESULT);
        region.close(s);
        code.lload(RegionCode.OLD);
        region.storeRegister(s.kind1, s.number1);
        return true;
    }

    // --- arithmetic and logic -----------------------------------------------------------------

    private boolean arithmetic(Step s) {
        switch (s.op) {
            case ADD, ADC, SUB, SBB, AND, OR, XOR -> binary(s);
            case CMP, TEST -> test(s);
            case INC, DEC -> count(s);
            case NEG -> negate(s);
            case NOT -> {
                open(s);
                code.lload(RegionCode.OLD);
                code.loadConstant(-1L);
                code.lxor();
                code.lstore(RegionCode.RESULT);
                region.close(s);
            }
            default -> {
                return false;
            }
        }
        return true;
    }

    private void binary(Step s) {
        if (!flags.isSeen() && s.kind0 != Step.MEMORY) {
            region.loadWideDestination(s);
            region.loadWideSource(s);
            combine(s.op);
            region.storeRegister(s.kind0, s.number0);
            return;
        }
        region.loadWideSource(s);
        code.lstore(RegionCode.SOURCE);
        open(s);
        code.lload(RegionCode.OLD);
        code.lload(RegionCode.SOURCE);
        combine(s.op);
        code.lstore(RegionCode.RESULT);
        region.close(s);
        setFlags(s);
    }

    private void test(Step s) {
        region.loadWideDestination(s);
        code.lstore(RegionCode.OLD);
        region.loadWideSource(s);
        code.lstore(RegionCode.SOURCE);
        if (s.op == Op.TEST) {
            code.lload(RegionCode.OLD);
            code.lload(RegionCode.SOURCE);
            combine(s.op);
            code.lstore(RegionCode.RESULT);
        }
        setFlags(s);
    }

    /// Combines the two values on the stack.
    private void combine(Op op) {
        switch (op) {
            case ADD, ADC -> code.ladd();
            case AND, TEST -> code.land();
            case OR -> code.lor();
            case XOR -> code.lxor();
            default -> code.lsub();
        }
        if (op == Op.ADC || op == Op.SBB) {
            flags.pushCarry();
            code.loadConstant(63);
            code.lushr();
            if (op == Op.ADC) {
                code.ladd();
            } else {
                code.lsub();
            }
        }
    }

    private void setFlags(Step s) {
        if (!flags.isSeen()) {
            return;
        }
        switch (s.op) {
            case ADD -> flags.added(s.bytes);
            case ADC, SBB -> flags.carried(s.bytes, s.op == Op.ADC);
            case AND, OR, XOR, TEST -> flags.logical(s.bytes);
            default -> flags.subtracted(s.bytes);
        }
    }

    private void count(Step s) {
        open(s);
        code.lload(RegionCode.OLD);
        code.lconst_1();
        if (s.op == Op.INC) {
            code.ladd();
        } else {
            code.lsub();
        }
        code.lstore(RegionCode.RESULT);
        region.close(s);
        if (flags.isSeen()) {
            flags.pushCarry();
            flags.counted(s.bytes, s.op == Op.INC);
        }
    }

    private void negate(Step s) {
        open(s);
        code.lload(RegionCode.OLD);
        code.lstore(RegionCode.SOURCE);
        code.lconst_0();
        code.lstore(RegionCode.OLD);
        code.lload(RegionCode.OLD);
        code.lload(RegionCode.SOURCE);
        combine(Op.SUB);
        code.lstore(RegionCode.RESULT);
        region.close(s);
        if (flags.isSeen()) {
            flags.subtracted(s.bytes);
        }
    }

    /// Puts the first operand into OLD, with anything above it, and makes sure that it may be
    /// written.
    private void open(Step s) {
        if (s.kind0 == Step.MEMORY) {
            region.openMemory(s);
        } else {
            region.loadWideDestination(s);
        }
        code.lstore(RegionCode.OLD);
    }
}
