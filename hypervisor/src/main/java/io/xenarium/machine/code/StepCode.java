package io.xenarium.machine.code;

import java.lang.classfile.CodeBuilder;
import java.lang.classfile.Label;
import java.lang.constant.ClassDesc;
import java.lang.constant.ConstantDescs;

/// Writes the bytecode of one instruction after the other: data movement, arithmetic and logic
/// here, the rest in [ShiftCode], [ProductCode] and [BranchCode]. Where none of them has a
/// translation, the region calls the interpreter's operation.
final class StepCode {
    private final RegionCode region;
    private final CodeBuilder code;
    private final FlagCode flags;
    private final ShiftCode shifts;
    private final ProductCode products;
    private final BranchCode branches;

    /// Whether someone may look at the flags that the instruction leaves.
    private boolean isSeen;

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
        boolean[] seen = FlagUse.seen(part);
        for (int i = 0; i < part.count; i++) {
            region.at(part, i);
            isSeen = seen[i];
            Step s = part.step(i);
            if (!branches.write(s) && !hasTranslation(s)) {
                operate(s);
            }
        }
        if (!part.isWhole()) {
            region.exit(part.before(part.count), 0);
        } else if (!BranchCode.isBranch(part.last())) {
            region.at(part, part.count - 1);
            branches.goOn(part.behind(part.count - 1));
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
        return isSimple(s)
                && (move(s) || arithmetic(s) || shifts.write(s, isSeen) || products.write(s));
    }

    /// Calls the interpreter's operation.
    private void operate(Step s) {
        int used = RegisterUse.of(s);
        store(used);
        flags.store();
        code.aload(0);
        code.loadConstant(region.pointHere(false));
        code.lload(RegionCode.LEFT);
        Runnable reload =
                () -> {
                    load(used);
                    flags.load();
                };
        if (s.form == Form.STRING && Form.endsBlock(s)) {
            operateRepeated(reload);
            return;
        }
        region.faulting(false, reload, () -> call("operate", ConstantDescs.CD_void));
        reload.run();
    }

    /// The budget may end between two iterations.
    private void operateRepeated(Runnable reload) {
        region.faulting(false, reload, () -> call("operateRepeated", ConstantDescs.CD_long));
        code.lstore(RegionCode.TARGET);
        reload.run();
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

    /// Writes registers back.
    void store(int registers) {
        for (int r = 0; r < 16; r++) {
            if ((registers & 1 << r) != 0) {
                code.aload(RegionCode.GPR_LOCAL);
                code.loadConstant(r);
                code.lload(RegionCode.local(r));
                code.lastore();
            }
        }
    }

    void load(int registers) {
        for (int r = 0; r < 16; r++) {
            if ((registers & 1 << r) != 0) {
                code.aload(RegionCode.GPR_LOCAL);
                code.loadConstant(r);
                code.laload();
                code.lstore(RegionCode.local(r));
            }
        }
    }

    // --- data movement ------------------------------------------------------------------------

    private boolean move(Step s) {
        switch (s.op) {
            case NOP, ENDBR64, ENDBR32 -> {}
            case MOV, MOVZX, MOVNTI -> {
                region.loadSource(s);
                setDestination(s);
            }
            case MOVSX, MOVSXD -> {
                // With 16 bits it reads more than its operand, see IntegerOps.
                if (s.op == Op.MOVSXD && s.bytes == 2) {
                    return false;
                }
                region.loadSource(s);
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
        region.loadPages();
        region.loadAddress(s);
        code.lload(RegionCode.RESULT);
        region.faulting(() -> region.write(s.memoryBytes));
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
        Label holds = code.newLabel();
        flags.branchIf(s.condition, holds);
        region.loadDestination(s);
        code.lstore(RegionCode.SOURCE);
        code.labelBinding(holds);
        code.lload(RegionCode.SOURCE);
        region.storeRegister(s.kind0, s.number0);
    }

    private void widen(Step s) {
        code.lload(RegionCode.local(0));
        region.extend(s.bytes / 2);
        region.storeRegister(kind(s.bytes), 0);
    }

    private void spreadSign(Step s) {
        code.lload(RegionCode.local(0));
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
        close(s);
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
                close(s);
            }
            default -> {
                return false;
            }
        }
        return true;
    }

    private void binary(Step s) {
        region.loadSource(s);
        code.lstore(RegionCode.SOURCE);
        open(s);
        combine(s.op);
        close(s);
        setFlags(s);
    }

    private void test(Step s) {
        region.loadDestination(s);
        code.lstore(RegionCode.OLD);
        region.loadSource(s);
        code.lstore(RegionCode.SOURCE);
        combine(s.op);
        setFlags(s);
    }

    /// Computes `RESULT` of `OLD` and `SOURCE`.
    private void combine(Op op) {
        code.lload(RegionCode.OLD);
        code.lload(RegionCode.SOURCE);
        switch (op) {
            case ADD, ADC -> code.ladd();
            case AND, TEST -> code.land();
            case OR -> code.lor();
            case XOR -> code.lxor();
            default -> code.lsub();
        }
        if (op == Op.ADC || op == Op.SBB) {
            flags.push("below");
            code.loadConstant(63);
            code.lushr();
            if (op == Op.ADC) {
                code.ladd();
            } else {
                code.lsub();
            }
        }
        code.lstore(RegionCode.RESULT);
    }

    private void setFlags(Step s) {
        if (!isSeen) {
            return;
        }
        switch (s.op) {
            case ADD, ADC -> flags.added(s.bytes, s.op == Op.ADC);
            case AND, OR, XOR, TEST -> flags.logical(s.bytes);
            default -> flags.subtracted(s.bytes, s.op == Op.SBB);
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
        close(s);
        if (isSeen) {
            flags.counted(s.bytes, s.op == Op.INC);
        }
    }

    private void negate(Step s) {
        open(s);
        code.lload(RegionCode.OLD);
        code.lstore(RegionCode.SOURCE);
        code.lconst_0();
        code.lstore(RegionCode.OLD);
        combine(Op.SUB);
        close(s);
        if (isSeen) {
            flags.subtracted(s.bytes, false);
        }
    }

    /// Puts the first operand into OLD, and makes sure that it may be written.
    private void open(Step s) {
        if (s.kind0 == Step.MEMORY) {
            region.openMemory(s);
        } else {
            region.loadDestination(s);
        }
        code.lstore(RegionCode.OLD);
    }

    /// Stores RESULT into the first operand.
    private void close(Step s) {
        if (s.kind0 == Step.MEMORY) {
            region.closeMemory(s);
        } else {
            code.lload(RegionCode.RESULT);
            region.storeRegister(s.kind0, s.number0);
        }
    }
}
