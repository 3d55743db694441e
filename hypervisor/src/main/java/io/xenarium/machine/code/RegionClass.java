package io.xenarium.machine.code;

import io.xenarium.machine.cpu.Registers;
import io.xenarium.terms.Bug;

import java.lang.classfile.Attributes;
import java.lang.classfile.ClassFile;
import java.lang.classfile.CodeBuilder;
import java.lang.classfile.Label;
import java.lang.classfile.MethodModel;
import java.lang.classfile.attribute.CodeAttribute;
import java.lang.classfile.instruction.SwitchCase;
import java.lang.constant.ClassDesc;
import java.lang.constant.ConstantDescs;
import java.lang.constant.MethodTypeDesc;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.util.ArrayList;
import java.util.List;

/// Makes the class of a region: a hidden one, which the JVM unloads when nobody uses it any more.
///
/// The method goes to the entry, and has one way out.
final class RegionClass {
    /// HotSpot's compilers leave methods alone that have more bytecode.
    static final int CODE_BYTES_MAX = 8000;

    private static final ClassDesc NAME =
            ClassDesc.of(Region.class.getPackageName(), "TranslatedRegion");
    private static final ClassDesc PLAN = RegionCode.desc(RegionPlan.class);
    private static final MethodTypeDesc RUN =
            RegionCode.signature(
                    ConstantDescs.CD_int,
                    ConstantDescs.CD_long,
                    ConstantDescs.CD_long,
                    ConstantDescs.CD_int);
    private static final MethodHandles.Lookup LOOKUP = MethodHandles.lookup();

    private final RegionPlan plan;
    private final boolean isListed;

    private RegionClass(RegionPlan plan, boolean isListed) {
        this.plan = plan;
        this.isListed = isListed;
    }

    /// Writes and defines the class of a plan, and makes its only instance.
    ///
    /// @param constants what the code takes for constant, as [RegionCode#constants] gives it
    static Region make(RegionPlan plan, List<Object> constants) {
        byte[] bytes = new RegionClass(plan, false).write();
        int length = codeBytes(bytes);
        while (length > CODE_BYTES_MAX && plan.parts().size() > 1) {
            plan.shorten(0.95 * CODE_BYTES_MAX / length);
            bytes = new RegionClass(plan, false).write();
            length = codeBytes(bytes);
        }
        plan.became(length, bytes.length);
        return define(bytes, plan, constants);
    }

    /// The class of a plan as it was made, written once more for a reader: each instruction of the
    /// guest is a line of its source.
    static byte[] listed(RegionPlan plan) {
        return new RegionClass(plan.again(), true).write();
    }

    /// The same, and has the JVM compile it.
    static Region makeWarm(RegionPlan plan, List<Object> constants) {
        Region region = make(plan, constants);
        region.warm();
        return region;
    }

    private static int codeBytes(byte[] bytes) {
        int most = 0;
        for (MethodModel method : ClassFile.of().parse(bytes).methods()) {
            CodeAttribute code = method.findAttribute(Attributes.code()).orElseThrow();
            most = Math.max(most, code.codeLength());
        }
        return most;
    }

    private static Region define(byte[] bytes, RegionPlan plan, List<Object> constants) {
        try {
            MethodHandles.Lookup made =
                    LOOKUP.defineHiddenClassWithClassData(bytes, constants, false);
            return (Region)
                    made.findConstructor(
                                    made.lookupClass(),
                                    MethodType.methodType(void.class, RegionPlan.class))
                            .invoke(plan);
        } catch (Throwable wrong) {
            throw new Bug("a region's class is not accepted", wrong);
        }
    }

    private byte[] write() {
        return ClassFile.of()
                .build(
                        NAME,
                        made -> {
                            made.withFlags(ClassFile.ACC_FINAL);
                            made.withSuperclass(RegionCode.REGION);
                            made.withMethodBody(
                                    ConstantDescs.INIT_NAME,
                                    MethodTypeDesc.of(ConstantDescs.CD_void, PLAN),
                                    0,
                                    RegionClass::writeConstructor);
                            made.withMethodBody("run", RUN, 0, this::writeRun);
                        });
    }

    private static void writeConstructor(CodeBuilder code) {
        code.aload(0);
        code.aload(1);
        code.invokespecial(
                RegionCode.REGION,
                ConstantDescs.INIT_NAME,
                MethodTypeDesc.of(ConstantDescs.CD_void, PLAN));
        code.return_();
    }

    private void writeRun(CodeBuilder code) {
        RegionCode region = new RegionCode(code, plan, isListed);
        region.atFrame();
        FlagCode flags = new FlagCode(region);
        BranchCode branches = new BranchCode(region, flags);
        StepCode steps = new StepCode(region, flags, branches);
        writeNoEntry(region);
        loadBase(region, Registers.FS, RegionCode.FS_BASE);
        loadBase(region, Registers.GS, RegionCode.GS_BASE);
        writeEntries(code, branches);
        for (RegionPart part : plan.parts()) {
            region.at(part, 0);
            code.labelBinding(branches.label(part));
            writeBudget(region, part);
            steps.write(part);
        }
        region.writeDeferred();
        writeEnd(region);
    }

    /// Leaves at once where nothing is to be executed, but not before the JVM has found out what
    /// the constants are: its quick compiler makes slow code of those that it has not met yet.
    private static void writeNoEntry(RegionCode region) {
        CodeBuilder code = region.code;
        Label begin = code.newLabel();
        code.iload(RegionCode.ENTRY);
        code.ifge(begin);
        region.meetConstants();
        code.loadConstant(0);
        code.ireturn();
        code.labelBinding(begin);
    }

    private static void loadBase(RegionCode region, int segment, int local) {
        if (!region.plan.uses(segment)) {
            return;
        }
        CodeBuilder code = region.code;
        region.loadCore();
        code.getfield(RegionCode.CORE, "registers", RegionCode.desc(Registers.class));
        code.getfield(RegionCode.desc(Registers.class), "segmentBase", RegionCode.LONGS);
        code.loadConstant(segment);
        code.laload();
        code.lstore(local);
    }

    private void writeEntries(CodeBuilder code, BranchCode branches) {
        List<SwitchCase> cases = new ArrayList<>();
        for (RegionPart entry : plan.entries()) {
            cases.add(SwitchCase.of(entry.entry, branches.label(entry)));
        }
        Label root = branches.label(plan.entries().getFirst());
        code.iload(RegionCode.ENTRY);
        code.tableswitch(0, cases.size() - 1, root, cases);
    }

    private static void writeBudget(RegionCode region, RegionPart part) {
        CodeBuilder code = region.code;
        if (part.isChecked) {
            Label spent = code.newLabel();
            code.lload(RegionCode.LEFT);
            code.loadConstant((long) part.need);
            code.lcmp();
            code.iflt(spent);
            region.defer(() -> {
                code.labelBinding(spent);
                region.exit(part.at);
            });
        }
        code.lload(RegionCode.LEFT);
        code.loadConstant((long) part.count);
        code.lsub();
        code.lstore(RegionCode.LEFT);
    }

    /// Leaves what is left of the budget behind and returns the point's number.
    private static void writeEnd(RegionCode region) {
        CodeBuilder code = region.code;
        region.atFrame();
        code.labelBinding(region.leave);
        region.loadCore();
        code.lload(RegionCode.LEFT);
        code.putfield(RegionCode.CORE, "left", ConstantDescs.CD_long);
        code.ireturn();
    }
}
