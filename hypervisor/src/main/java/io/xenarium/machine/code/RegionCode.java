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
/// 1. The guest's registers live in the processor's array, and each change is stored there at once;
///    a local only remembers within a block what was loaded or stored last. So a region can be left
///    anywhere without writing anything back: by a way out, by a fault out of an access, or by a
///    call of the interpreter. The stores cost less than they seem to: nothing waits for them.
/// 2. An instruction changes nothing that a guest can see before the last of its accesses that may
///    fault. So a fault finds the state from before the instruction.
/// 3. What an access needs to say where it was, the number of its point and the budget that is
///    left, goes into its call, and is only looked at where it fails.
final class RegionCode {
    static final ClassDesc REGION = desc(Region.class);
    static final ClassDesc CORE = desc(Core.class);
    static final ClassDesc FLAGS = desc(Flags.class);
    static final ClassDesc WORDS = desc(FlagWords.class);
    static final ClassDesc FAULT = desc(Fault.class);
    static final ClassDesc LONGS = ConstantDescs.CD_long.arrayType();
    private static final ClassDesc MEMORY = desc(FreePages.class);
    private static final ClassDesc CODE = desc(FreeCode.class);

    private static final ClassDesc LONG = ConstantDescs.CD_long;
    private static final ClassDesc INT = ConstantDescs.CD_int;
    private static final ClassDesc VOID = ConstantDescs.CD_void;

    // The locals: what the method is called with.
    static final int BASE = 1;
    static final int LEFT = 3;
    static final int ENTRY = 5;

    /// The first of the sixteen general registers.
    private static final int FIRST_REGISTER = 6;

    // What is known of the flags within a block.
    static final int FLAG_A = 38;
    static final int FLAG_B = 40;
    static final int FLAG_R = 42;
    static final int FLAG_CARRY = 44;

    // Values on their way within one instruction.
    static final int OLD = 46;
    static final int SOURCE = 48;
    static final int RESULT = 50;
    static final int PLACE = 52;
    static final int TARGET = 54;
    static final int COUNT = 56;

    // The bases of fs and gs.
    static final int FS_BASE = 57;
    static final int GS_BASE = 59;

    private static final DynamicConstantDesc<?> MEMORY_CONSTANT = constant(MEMORY, 0);
    private static final DynamicConstantDesc<?> CODE_CONSTANT = constant(CODE, 1);
    private static final DynamicConstantDesc<?> CORE_CONSTANT = constant(CORE, 2);
    private static final DynamicConstantDesc<?> REGISTERS_CONSTANT = constant(LONGS, 3);
    private static final DynamicConstantDesc<?> FLAGS_CONSTANT = constant(FLAGS, 4);

    /// What a region's code takes for constant.
    static List<Object> constants(Core core, FreeCode free) {
        return List.of(core.memory.freePages(), free, core, core.gpr, core.flags);
    }

    final CodeBuilder code;
    final RegionPlan plan;

    /// The way out, with a point's number on the stack.
    final Label leave;

    private final List<Runnable> deferred = new ArrayList<>();

    /// Whether the class is to be read: then each instruction of the guest is a line of its source.
    private final boolean isListed;

    // What is being written.
    private RegionPart part;
    private int index;

    /// Which registers' locals hold what the processor's array holds.
    private int fresh;

    RegionCode(CodeBuilder code, RegionPlan plan, boolean isListed) {
        this.code = code;
        this.plan = plan;
        this.isListed = isListed;
        leave = code.newLabel();
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

    /// What a local is called.
    static String name(int local) {
        if (local >= FIRST_REGISTER && local < FLAG_A) {
            return RegisterSpelling.general((local - FIRST_REGISTER) / 2, 8);
        }
        return switch (local) {
            case 0 -> "this";
            case BASE -> "base";
            case LEFT -> "left";
            case ENTRY -> "entry";
            case FLAG_A -> "flagA";
            case FLAG_B -> "flagB";
            case FLAG_R -> "flagResult";
            case FLAG_CARRY -> "flagCarry";
            case OLD -> "old";
            case SOURCE -> "source";
            case RESULT -> "result";
            case PLACE -> "place";
            case TARGET -> "target";
            case COUNT -> "count";
            case FS_BASE -> "fsBase";
            case GS_BASE -> "gsBase";
            default -> "local" + local;
        };
    }

    /// Says which instruction is written now.
    void at(RegionPart newPart, int newIndex) {
        part = newPart;
        index = newIndex;
        if (isListed) {
            code.lineNumber(part.line + index);
        }
    }

    /// Says that what is written now belongs to none of the instructions.
    void atFrame() {
        if (isListed) {
            code.lineNumber(RegionListing.FRAME);
        }
    }

    RegionPart part() {
        return part;
    }

    /// Forgets what the locals of some registers hold: something else has stored there, or
    /// execution may come from elsewhere.
    void forget(int registers) {
        fresh &= ~registers;
    }

    /// Writes `piece` later, away from the ways that are often taken.
    void defer(Runnable piece) {
        RegionPart from = part;
        int number = index;
        deferred.add(() -> {
            at(from, number);
            piece.run();
        });
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

    /// Ends the region at an address, with all executed that has been counted.
    void exit(long at) {
        Step s = part.step(Math.min(index, part.block.steps.length - 1));
        int point = plan.point(new RegionPoint(at, part.at, 0, s, false, false));
        code.loadConstant(point);
        code.goto_(leave);
    }

    /// Pushes what an access needs where it fails.
    private void pushWhere(boolean isStack) {
        code.lload(LEFT);
        code.loadConstant(pointHere(isStack));
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

    /// Pushes all of a register.
    void loadRegister(int number) {
        if ((fresh & 1 << number) == 0) {
            fresh |= 1 << number;
            code.ldc(REGISTERS_CONSTANT);
            code.loadConstant(number);
            code.laload();
            code.lstore(local(number));
        }
        code.lload(local(number));
    }

    /// Pushes a register, zero-extended.
    void loadRegister(int kind, int number) {
        loadRegister(number);
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
        fresh |= 1 << number;
        code.ldc(REGISTERS_CONSTANT);
        code.loadConstant(number);
        code.lload(local(number));
        code.lastore();
    }

    private void insert(int number, long mask, int shift) {
        if (shift > 0) {
            code.loadConstant(shift);
            code.lshl();
        }
        code.loadConstant(mask);
        code.land();
        loadRegister(number);
        code.loadConstant(~mask);
        code.land();
        code.lor();
    }

    /// Pushes the second operand; bits above it may hold anything.
    void loadWideSource(Step s) {
        loadWide(s, s.kind1, s.number1);
    }

    /// Pushes the first operand; bits above it may hold anything.
    void loadWideDestination(Step s) {
        loadWide(s, s.kind0, s.number0);
    }

    private void loadWide(Step s, int kind, int number) {
        switch (kind) {
            case Step.R64, Step.R32, Step.R16, Step.R8 -> loadRegister(number);
            default -> load(s, kind, number);
        }
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

    /// Has each of the constants loaded once.
    void meetConstants() {
        loadMemory();
        loadCore();
        loadFlags();
        loadFreeCode();
        code.ldc(REGISTERS_CONSTANT);
        code.pop2();
        code.pop2();
        code.pop();
    }

    void loadMemory() {
        code.ldc(MEMORY_CONSTANT);
    }

    void loadCore() {
        code.ldc(CORE_CONSTANT);
    }

    void loadFlags() {
        code.ldc(FLAGS_CONSTANT);
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
            loadRegister(s.base);
            if (s.displacement != 0) {
                code.loadConstant(s.displacement);
                code.ladd();
            }
        } else {
            code.loadConstant(s.displacement);
        }
        if (s.index != Operand.NONE) {
            loadRegister(s.index);
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
        loadMemory();
        loadAddress(s);
        read(s.memoryBytes, false);
    }

    /// Reads so many bytes: memory and address are on the stack.
    void read(int bytes, boolean isStack) {
        pushWhere(isStack);
        code.invokevirtual(MEMORY, "read" + 8 * bytes, signature(LONG, LONG, LONG, INT));
    }

    /// Writes so many bytes: memory, address and value are on the stack.
    void write(int bytes, boolean isStack) {
        pushWhere(isStack);
        code.invokevirtual(MEMORY, "write" + 8 * bytes, signature(VOID, LONG, LONG, LONG, INT));
    }

    /// Makes sure that so many bytes may be written, and pushes their place: memory and address are
    /// on the stack.
    private void open(int bytes, boolean isStack) {
        code.loadConstant(bytes);
        pushWhere(isStack);
        code.invokevirtual(MEMORY, "forWrite", signature(LONG, LONG, INT, LONG, INT));
    }

    /// Makes sure that the memory operand may be written, remembers its PLACE and pushes what it
    /// holds.
    void openMemory(Step s) {
        loadMemory();
        loadAddress(s);
        open(s.memoryBytes, false);
        code.lstore(PLACE);
        loadMemory();
        code.lload(PLACE);
        code.invokevirtual(MEMORY, "load" + 8 * s.memoryBytes, signature(LONG, LONG));
    }

    /// Makes sure that 8 bytes of the stack may be written, before anything else is checked.
    void requireWritable(Runnable loadPlace) {
        loadMemory();
        loadPlace.run();
        open(8, true);
        code.pop2();
    }

    /// Stores RESULT into the first operand; memory is at PLACE.
    void close(Step s) {
        if (s.kind0 == Step.MEMORY) {
            closeMemory(s);
        } else {
            code.lload(RESULT);
            storeRegister(s.kind0, s.number0);
        }
    }

    private void closeMemory(Step s) {
        loadMemory();
        code.lload(PLACE);
        code.lload(RESULT);
        pushWhere(false);
        code.invokevirtual(
                MEMORY, "store" + 8 * s.memoryBytes, signature(VOID, LONG, LONG, LONG, INT));
    }

    /// Pushes whether the page at the address on the stack may be fetched from and is in the frame
    /// whose number lies above it; below both is [#loadFreeCode].
    void holdsCode() {
        code.invokevirtual(CODE, "holds", signature(ConstantDescs.CD_boolean, LONG, INT));
    }

    static MethodTypeDesc signature(ClassDesc result, ClassDesc... parameters) {
        return MethodTypeDesc.of(result, parameters);
    }
}
