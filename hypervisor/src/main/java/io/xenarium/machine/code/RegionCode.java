package io.xenarium.machine.code;

import io.xenarium.machine.cpu.Fault;
import io.xenarium.machine.cpu.FreePages;
import io.xenarium.machine.cpu.Registers;

import java.lang.classfile.CodeBuilder;
import java.lang.classfile.Label;
import java.lang.constant.ClassDesc;
import java.lang.constant.ConstantDescs;
import java.lang.constant.DynamicConstantDesc;
import java.lang.constant.MethodTypeDesc;
import java.util.ArrayList;
import java.util.List;

/// The bytecode of a region while it is written: where guest registers and other values are kept,
/// and the pieces that all instructions need: operands, addresses, memory accesses, ways out.
///
/// 1. An instruction changes no local that a guest can see before the last of its accesses that may
///    fault. So a handler finds the state from before the instruction.
/// 2. A handler costs nothing until it is needed: it pushes the number of its instruction's point
///    and goes to the one place that writes everything back.
final class RegionCode {
    static final ClassDesc REGION = desc(Region.class);
    static final ClassDesc CORE = desc(Core.class);
    static final ClassDesc FLAGS = desc(Flags.class);
    static final ClassDesc WORDS = desc(FlagWords.class);
    static final ClassDesc FAULT = desc(Fault.class);
    static final ClassDesc PAGES = desc(FreePages.class);
    static final ClassDesc CODE = desc(FreeCode.class);
    static final ClassDesc LONGS = ConstantDescs.CD_long.arrayType();

    // The locals: what the method is called with.
    static final int CORE_LOCAL = 1;
    static final int GPR_LOCAL = 2;
    static final int BASE = 3;
    static final int LEFT = 5;
    static final int ENTRY = 7;

    /// The first of the sixteen general registers.
    private static final int FIRST_REGISTER = 8;

    // The five words of FlagWords.
    static final int FLAG_A = 40;
    static final int FLAG_B = 42;
    static final int FLAG_R = 44;
    static final int FLAG_KIND = 46;
    static final int FLAG_FIX = 48;

    // Values on their way within one instruction.
    static final int OLD = 50;
    static final int SOURCE = 52;
    static final int RESULT = 54;
    static final int PLACE = 56;
    static final int TARGET = 58;

    // The bases of fs and gs.
    static final int FS_BASE = 60;
    static final int GS_BASE = 62;

    static final int FAULT_LOCAL = 64;
    static final int POINT = 65;

    private static final DynamicConstantDesc<?> PAGES_CONSTANT = constant(PAGES, 0);
    private static final DynamicConstantDesc<?> CODE_CONSTANT = constant(CODE, 1);

    final CodeBuilder code;
    final RegionPlan plan;

    /// Where everything is written back: with a point's number on the stack, or below it a fault.
    final Label leave;

    final Label raise;

    private final List<Runnable> deferred = new ArrayList<>();

    // What is being written.
    private RegionPart part;
    private int index;

    RegionCode(CodeBuilder code, RegionPlan plan) {
        this.code = code;
        this.plan = plan;
        leave = code.newLabel();
        raise = code.newLabel();
    }

    static ClassDesc desc(Class<?> type) {
        return type.describeConstable().orElseThrow();
    }

    private static DynamicConstantDesc<?> constant(ClassDesc type, int index) {
        return DynamicConstantDesc.ofNamed(
                ConstantDescs.ofConstantBootstrap(
                        ConstantDescs.CD_MethodHandles,
                        "classDataAt",
                        ConstantDescs.CD_Object,
                        ConstantDescs.CD_int),
                "_",
                type,
                index);
    }

    static int local(int register) {
        return FIRST_REGISTER + 2 * register;
    }

    /// Says which instruction is written now.
    void at(RegionPart newPart, int newIndex) {
        part = newPart;
        index = newIndex;
    }

    RegionPart part() {
        return part;
    }

    /// Writes `piece` later, away from the ways that are often taken.
    void defer(Runnable piece) {
        deferred.add(piece);
    }

    void writeDeferred() {
        for (int i = 0; i < deferred.size(); i++) {
            deferred.get(i).run();
        }
    }

    // --- points -------------------------------------------------------------------------------

    /// The point before the instruction.
    int pointHere(boolean isStack) {
        Step s = part.step(index);
        return plan.point(
                new RegionPoint(part.at + s.start, part.at, part.count - index, s, isStack, false));
    }

    /// The point behind the instruction, which has put its target into rip.
    int dynamicPoint() {
        return plan.point(
                new RegionPoint(0, part.at, part.count - index - 1, part.step(index), false, true));
    }

    /// Ends the region at an address, `unexecuted` instructions before the end of the block.
    void exit(long at, int unexecuted) {
        Step s = part.step(Math.min(index, part.block.steps.length - 1));
        int point = plan.point(new RegionPoint(at, part.at, unexecuted, s, false, false));
        code.loadConstant(point);
        code.goto_(leave);
    }

    /// Writes `access`, which may fault.
    void faulting(Runnable access) {
        faulting(false, () -> {}, access);
    }

    void faultingOnStack(Runnable access) {
        faulting(true, () -> {}, access);
    }

    /// Writes `access`; where it faults, `before` is done first.
    void faulting(boolean isStack, Runnable before, Runnable access) {
        int point = pointHere(isStack);
        Label start = code.newBoundLabel();
        access.run();
        Label end = code.newBoundLabel();
        Label handler = code.newLabel();
        code.exceptionCatch(start, end, handler, FAULT);
        defer(() -> {
            code.labelBinding(handler);
            before.run();
            code.loadConstant(point);
            code.goto_(raise);
        });
    }

    // --- values -------------------------------------------------------------------------------

    /// Cuts the value on the stack to its low `bytes` bytes.
    void cut(int bytes) {
        if (bytes < 8) {
            code.loadConstant((1L << 8 * bytes) - 1);
            code.land();
        }
    }

    /// Spreads the sign of the low `bytes` bytes.
    void extend(int bytes) {
        if (bytes == 8) {
            return;
        }
        code.l2i();
        if (bytes == 2) {
            code.i2s();
        } else if (bytes == 1) {
            code.i2b();
        }
        code.i2l();
    }

    /// Pushes a register, zero-extended.
    void loadRegister(int kind, int number) {
        code.lload(local(number));
        switch (kind) {
            case Step.R64 -> {}
            case Step.R32 -> cut(4);
            case Step.R16 -> cut(2);
            case Step.R8 -> cut(1);
            default -> {
                code.loadConstant(8);
                code.lushr();
                cut(1);
            }
        }
    }

    /// Stores the low bits of the value on the stack into a register.
    void storeRegister(int kind, int number) {
        switch (kind) {
            case Step.R64 -> {}
            case Step.R32 -> cut(4);
            case Step.R16 -> insert(number, 0xffffL, 0);
            case Step.R8 -> insert(number, 0xffL, 0);
            default -> insert(number, 0xff00L, 8);
        }
        code.lstore(local(number));
    }

    private void insert(int number, long mask, int shift) {
        if (shift > 0) {
            code.loadConstant(shift);
            code.lshl();
        }
        code.loadConstant(mask);
        code.land();
        code.lload(local(number));
        code.loadConstant(~mask);
        code.land();
        code.lor();
    }

    /// Pushes the second operand, zero-extended; a constant is sign-extended.
    void loadSource(Step s) {
        load(s, s.kind1, s.number1);
    }

    /// Pushes the first operand.
    void loadDestination(Step s) {
        load(s, s.kind0, s.number0);
    }

    private void load(Step s, int kind, int number) {
        switch (kind) {
            case Step.MEMORY -> readMemory(s);
            case Step.IMMEDIATE -> code.loadConstant(s.immediate);
            default -> loadRegister(kind, number);
        }
    }

    // --- memory -------------------------------------------------------------------------------

    void loadPages() {
        code.ldc(PAGES_CONSTANT);
    }

    /// Pushes what says from which pages code may be fetched.
    void loadFreeCode() {
        code.ldc(CODE_CONSTANT);
    }

    /// Pushes the linear address of the memory operand.
    void loadAddress(Step s) {
        loadOffset(s);
        if (s.segment >= Registers.FS) {
            code.lload(s.segment == Registers.FS ? FS_BASE : GS_BASE);
            code.ladd();
        }
    }

    /// Pushes the memory operand's offset in its segment.
    void loadOffset(Step s) {
        if (s.isFromNext) {
            code.lload(BASE);
            code.loadConstant(part.at + s.next + s.displacement);
            code.ladd();
        } else if (s.base != Operand.NONE) {
            code.lload(local(s.base));
            if (s.displacement != 0) {
                code.loadConstant(s.displacement);
                code.ladd();
            }
        } else {
            code.loadConstant(s.displacement);
        }
        if (s.index != Operand.NONE) {
            code.lload(local(s.index));
            if (s.scale > 0) {
                code.loadConstant(s.scale);
                code.lshl();
            }
            code.ladd();
        }
        cut(s.addressBytes);
    }

    /// Pushes what the memory operand holds.
    void readMemory(Step s) {
        loadPages();
        loadAddress(s);
        faulting(() -> read(s.memoryBytes));
    }

    /// Calls the read of so many bytes: pages and address are on the stack.
    void read(int bytes) {
        code.invokevirtual(
                PAGES, "read" + 8 * bytes, signature(ConstantDescs.CD_long, ConstantDescs.CD_long));
    }

    /// Calls the write of so many bytes: pages, address and value are on the stack.
    void write(int bytes) {
        code.invokevirtual(
                PAGES,
                "write" + 8 * bytes,
                signature(ConstantDescs.CD_void, ConstantDescs.CD_long, ConstantDescs.CD_long));
    }

    /// Makes sure that the memory operand may be written, remembers its PLACE and pushes what it
    /// holds.
    void openMemory(Step s) {
        loadPages();
        loadAddress(s);
        code.loadConstant(s.memoryBytes);
        faulting(() ->
                code.invokevirtual(
                        PAGES,
                        "forWrite",
                        signature(
                                ConstantDescs.CD_long,
                                ConstantDescs.CD_long,
                                ConstantDescs.CD_int)));
        code.lstore(PLACE);
        loadPages();
        code.lload(PLACE);
        code.loadConstant(s.memoryBytes);
        code.invokevirtual(
                PAGES,
                "load",
                signature(ConstantDescs.CD_long, ConstantDescs.CD_long, ConstantDescs.CD_int));
    }

    /// Makes sure that 8 bytes of the stack may be written, before anything else is checked.
    void requireWritable(Runnable loadPlace) {
        loadPages();
        loadPlace.run();
        code.loadConstant(8);
        faultingOnStack(() ->
                code.invokevirtual(
                        PAGES,
                        "forWrite",
                        signature(
                                ConstantDescs.CD_long,
                                ConstantDescs.CD_long,
                                ConstantDescs.CD_int)));
        code.pop2();
    }

    /// Stores RESULT into the memory operand at PLACE.
    void closeMemory(Step s) {
        loadPages();
        code.lload(PLACE);
        code.loadConstant(s.memoryBytes);
        code.lload(RESULT);
        faulting(() ->
                code.invokevirtual(
                        PAGES,
                        "store",
                        signature(
                                ConstantDescs.CD_void,
                                ConstantDescs.CD_long,
                                ConstantDescs.CD_int,
                                ConstantDescs.CD_long)));
    }

    static MethodTypeDesc signature(ClassDesc result, ClassDesc... parameters) {
        return MethodTypeDesc.of(result, parameters);
    }
}
