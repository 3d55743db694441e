package io.xenarium.machine.code;

import io.xenarium.machine.Memory;
import io.xenarium.machine.cpu.Cpu;
import io.xenarium.machine.cpu.CpuidPolicy;
import io.xenarium.machine.cpu.Exit;
import io.xenarium.machine.cpu.Fault;
import io.xenarium.machine.cpu.LinearMemory;
import io.xenarium.machine.cpu.PageWalk;
import io.xenarium.machine.cpu.Registers;
import io.xenarium.machine.cpu.Role;
import io.xenarium.terms.Check;

import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;

/// The processor, written to be read: it finds the block of decoded instructions at rip and
/// executes its steps one after the other.
///
/// 1. What a guest sees does not depend on how its run is cut: not on budgets, not on what is
///    decoded already.
/// 2. An instruction that faults has changed nothing; of a repeated string instruction that holds
///    for the iteration.
///
/// The commonest instructions are executed in [#execute] itself, where a reader can see how an
/// addition is done; all others in [IntegerOps], [ShiftOps], [MultiplyOps], [BitOps], [StringOps],
/// [ControlOps], [SegmentOps], [SystemOps], [DecimalOps], [X87Ops] and [VectorOps].
public final class Interpreter implements Cpu {
    private static final Exit BUDGET_SPENT = new Exit.BudgetSpent();

    private final LinearMemory memory;
    private final Fault fault = new Fault();
    private final Core core;
    private final Flags flags;
    private final BlockCache cache;
    private final Fetch fetch;

    private final IntegerOps integers;
    private final ShiftOps shifts;
    private final MultiplyOps products;
    private final BitOps bits;
    private final StringOps strings;
    private final ControlOps controls;
    private final SegmentOps segments;
    private final SystemOps systems;
    private final DecimalOps decimals;
    private final X87Ops x87;
    private final VectorOps vectors;
    private final LentState lent;
    private final InterruptDelivery delivery;
    private final Breakpoints breakpoints;

    /// The privilege of the last run.
    private int cpl = -1;

    /// Whether the next block may follow without a look at exits and the trap flag.
    private boolean goesOn;

    /// The block under way stops before this step. A store into its own code sets it to 0.
    private int end;

    private final Regions regions;

    /// @param memory the machine's memory
    /// @param cpuid what CPUID answers
    public Interpreter(Memory memory, CpuidPolicy cpuid) {
        this(memory, cpuid, Role.PV_GUEST, Microcode.NONE);
    }

    /// @param role who answers for what its code traps on
    public Interpreter(Memory memory, CpuidPolicy cpuid, Role role) {
        this(memory, cpuid, role, Microcode.NONE);
    }

    /// @param microcode who decodes and executes some of the instructions
    public Interpreter(Memory memory, CpuidPolicy cpuid, Microcode.Maker microcode) {
        this(memory, cpuid, Role.PV_GUEST, microcode);
    }

    private Interpreter(Memory memory, CpuidPolicy cpuid, Role role, Microcode.Maker microcode) {
        this(memory, new Kind(cpuid, role, microcode), Regions.NONE, Integer.MAX_VALUE);
    }

    /// What kind of processor it is.
    ///
    /// @param cpuid what CPUID answers
    /// @param role who answers for what its code traps on
    /// @param microcode who decodes and executes some of the instructions
    record Kind(CpuidPolicy cpuid, Role role, Microcode.Maker microcode) {}

    /// An interpreter for code that is not translated.
    ///
    /// @param patience how often a block is executed before it is shown to `regions`
    Interpreter(Memory memory, Kind kind, Regions regions, int patience) {
        this.regions = regions;
        this.memory = new LinearMemory(memory, fault);
        core = new Core(this.memory, fault, kind.cpuid, kind.role);
        breakpoints = new Breakpoints(core);
        delivery = new InterruptDelivery(core, breakpoints);
        flags = core.flags;
        lent = new LentState(core);
        cache = new BlockCache(memory, this.memory, kind.microcode.make(lent), patience);
        fetch = new Fetch(core, cache);
        integers = new IntegerOps(core);
        shifts = new ShiftOps(core);
        products = new MultiplyOps(core);
        bits = new BitOps(core);
        strings = new StringOps(core);
        controls = new ControlOps(core);
        segments = new SegmentOps(core);
        systems = new SystemOps(core, delivery, breakpoints);
        decimals = new DecimalOps(core);
        x87 = new X87Ops(core);
        vectors = new VectorOps(core);
        memory.onCodeStore(this::dropCode);
    }

    @Override
    public Exit run(Registers registers, long budget) {
        Check.that(budget > 0, "a run needs a budget: %d", budget);
        enter(registers, budget);
        try {
            while (core.exit == null && core.retired < budget) {
                advance(budget);
            }
        } finally {
            leave();
        }
        return core.exit != null ? core.exit : BUDGET_SPENT;
    }

    /// Decodes all code anew from now on, and shows a block to `regions` after so many executions.
    void forgetCode(int patience) {
        cache.dropAll(patience);
        fetch.forget();
    }

    @Override
    public long retired() {
        return core.retired;
    }

    @Override
    public void flush() {
        memory.flush();
        fetch.forget();
    }

    @Override
    public void flush(long vaddr) {
        memory.flush(vaddr);
        fetch.forget();
    }

    @Override
    public void walkBy(PageWalk walk) {
        memory.walkBy(walk);
    }

    @Override
    public void onPageTableStore(PageTableStores hook) {
        memory.onPageTableStore(hook);
    }

    Core core() {
        return core;
    }

    Fetch fetch() {
        return fetch;
    }

    private void enter(Registers registers, long budget) {
        boolean isLong = registers.inLongMode();
        if (registers != core.registers || isLong != core.isLong || registers.cpl != cpl) {
            fetch.forget();
        }
        fetch.leave();
        cpl = registers.cpl;
        core.registers = registers;
        System.arraycopy(registers.gpr, 0, core.gpr, 0, core.gpr.length);
        core.rip = registers.rip;
        flags.set(registers.rflags & ~Flags.RF);
        core.retired = 0;
        core.repeated = 0;
        core.exit = null;
        core.isLong = isLong;
        core.holdsTraps = false;
        core.modeChanged = false;
        core.pauses = false;
        core.holdsInterruptsAt = registers.system.holdsInterrupts ? 0 : -1;
        core.resumesAt = (registers.rflags & Flags.RF) != 0 ? 0 : -1;
        memory.enter(registers);
        core.watchAlignment();
    }

    private void leave() {
        System.arraycopy(core.gpr, 0, core.registers.gpr, 0, core.gpr.length);
        core.registers.rip = core.rip;
        boolean resumes = core.resumesAt == core.retired;
        core.registers.rflags = flags.get() | (resumes ? Flags.RF : 0);
        core.registers.system.holdsInterrupts = core.holdsInterruptsAt == core.retired;
        core.registers.tsc += core.retired;
    }

    /// Goes on until somebody has to be asked what happens next. An exception is the hypervisor's,
    /// or the processor delivers it itself.
    private void advance(long budget) {
        try {
            if (delivery.isInterruptDue()) {
                delivery.interrupt();
            } else if (breakpoints.wantSteps()) {
                breakpoints.before();
                proceed(core.retired + 1);
                breakpoints.behind();
            } else {
                boolean isOne = delivery.isInterruptHeld() || core.isCodeLimited();
                proceed(isOne ? core.retired + 1 : budget);
            }
        } catch (Fault raised) {
            if (core.isBare()) {
                delivery.deliver(raised);
            } else {
                core.exit = new Exit.Fault(raised.vector(), raised.error(), raised.address());
            }
        }
        if (core.modeChanged) {
            changeMode();
        }
    }

    /// Executes up to `limit`. An instruction that has to ask the hypervisor is executed only as
    /// the first of a run: then the registers, and the hypervisor's clock, are those of this
    /// instruction, however the run was cut. Where it comes later, the run ends before it.
    private void proceed(long limit) {
        try {
            execute(limit);
        } catch (Fault raised) {
            if (!raised.isPostponed()) {
                throw raised;
            }
            if (core.retired > 0) {
                core.exit = BUDGET_SPENT;
                return;
            }
            memory.letAsk(true);
            try {
                execute(1);
            } finally {
                memory.letAsk(false);
            }
        }
    }

    /// Executes block after block until as many instructions have retired as `limit` says, or one
    /// wants something else to happen. Stops early where it pleases, but never in an instruction.
    private void execute(long limit) {
        final long[] gpr = core.gpr;
        Step[] steps = null;
        Block block = null;
        long before = 0;
        int i = 0;
        core.limit = limit;
        goesOn = true;
        try {
            do {
                i = 0;
                if (block == null || core.rip != core.blockRip || !fetch.stays(block)) {
                    block = fetch.next();
                }
                if (--block.patience < 0 && regions.execute(block, limit)) {
                    block = null;
                    continue;
                }
                steps = block.steps;
                before = core.retired;
                end = (int) Math.min(steps.length, limit - before);
                do {
                    Step s = steps[i++];
                    switch (s.form) {
                        case Form.NOTHING -> {}
                        case Form.MOVE_REGISTER -> gpr[s.number0] = gpr[s.number1] & s.sourceMask;
                        case Form.MOVE_CONSTANT -> gpr[s.number0] = s.immediate & s.mask;
                        case Form.LOAD_64 -> gpr[s.number0] = memory.read64(core.address(s));
                        case Form.LOAD_32 -> gpr[s.number0] = memory.read32(core.address(s));
                        case Form.LOAD_16 -> gpr[s.number0] = memory.read16(core.address(s));
                        case Form.LOAD_8 -> gpr[s.number0] = memory.read8(core.address(s));
                        case Form.STORE_64 ->
                                memory.write64(core.addressForWrite(s), gpr[s.number1]);
                        case Form.STORE_32 ->
                                memory.write32(core.addressForWrite(s), gpr[s.number1]);
                        case Form.STORE_8 -> memory.write8(core.addressForWrite(s), gpr[s.number1]);
                        case Form.STORE_CONSTANT ->
                                memory.write(core.addressForWrite(s), s.memoryBytes, s.immediate);
                        case Form.LOAD_ADDRESS -> gpr[s.number0] = core.offset(s) & s.mask;
                        case Form.MOVE_SIGNED ->
                                gpr[s.number0] =
                                        IntegerOps.signExtend(core.source(s), s.bytes1) & s.mask;
                        case Form.ADD + Form.FROM_REGISTER -> add(gpr, s, gpr[s.number1]);
                        case Form.ADD + Form.FROM_CONSTANT -> add(gpr, s, s.immediate);
                        case Form.ADD + Form.FROM_MEMORY -> add(gpr, s, load(s));
                        case Form.SUBTRACT + Form.FROM_REGISTER -> subtract(gpr, s, gpr[s.number1]);
                        case Form.SUBTRACT + Form.FROM_CONSTANT -> subtract(gpr, s, s.immediate);
                        case Form.SUBTRACT + Form.FROM_MEMORY -> subtract(gpr, s, load(s));
                        case Form.COMPARE + Form.FROM_REGISTER ->
                                compare(gpr[s.number0], gpr[s.number1], s);
                        case Form.COMPARE + Form.FROM_CONSTANT ->
                                compare(gpr[s.number0], s.immediate, s);
                        case Form.COMPARE + Form.FROM_MEMORY -> compare(gpr[s.number0], load(s), s);
                        case Form.COMPARE_MEMORY -> {
                            long a = load(s);
                            compare(a, core.source(s), s);
                        }
                        case Form.AND + Form.FROM_REGISTER ->
                                combine(gpr, s, gpr[s.number0] & gpr[s.number1]);
                        case Form.AND + Form.FROM_CONSTANT ->
                                combine(gpr, s, gpr[s.number0] & s.immediate);
                        case Form.AND + Form.FROM_MEMORY ->
                                combine(gpr, s, gpr[s.number0] & load(s));
                        case Form.OR + Form.FROM_REGISTER ->
                                combine(gpr, s, gpr[s.number0] | gpr[s.number1]);
                        case Form.OR + Form.FROM_CONSTANT ->
                                combine(gpr, s, gpr[s.number0] | s.immediate);
                        case Form.OR + Form.FROM_MEMORY ->
                                combine(gpr, s, gpr[s.number0] | load(s));
                        case Form.XOR + Form.FROM_REGISTER ->
                                combine(gpr, s, gpr[s.number0] ^ gpr[s.number1]);
                        case Form.XOR + Form.FROM_CONSTANT ->
                                combine(gpr, s, gpr[s.number0] ^ s.immediate);
                        case Form.XOR + Form.FROM_MEMORY ->
                                combine(gpr, s, gpr[s.number0] ^ load(s));
                        case Form.TEST + Form.FROM_REGISTER ->
                                flags.logical(gpr[s.number0] & gpr[s.number1], s.shift);
                        case Form.TEST + Form.FROM_CONSTANT ->
                                flags.logical(gpr[s.number0] & s.immediate, s.shift);
                        case Form.TEST + Form.FROM_MEMORY ->
                                flags.logical(gpr[s.number0] & load(s), s.shift);
                        case Form.INCREMENT -> {
                            long a = gpr[s.number0];
                            gpr[s.number0] = a + 1 & s.mask;
                            flags.incremented(a, a + 1, s.shift);
                        }
                        case Form.DECREMENT -> {
                            long a = gpr[s.number0];
                            gpr[s.number0] = a - 1 & s.mask;
                            flags.decremented(a, a - 1, s.shift);
                        }
                        case Form.SHIFT_LEFT -> shiftLeft(gpr, s);
                        case Form.SHIFT_RIGHT -> shiftRight(gpr, s);
                        case Form.PUSH -> push(gpr, gpr[s.number0]);
                        case Form.POP -> {
                            long value = pop(gpr);
                            gpr[s.number0] = value;
                        }
                        case Form.CALL -> {
                            long next = core.blockRip + s.next;
                            long target = core.requireTarget(next + s.immediate, 8);
                            push(gpr, next);
                            core.rip = target;
                        }
                        case Form.RETURN -> core.rip = popTarget(gpr);
                        case Form.JUMP -> branch(s);
                        case Form.JUMP_IF + Form.BELOW -> branchIf(flags.carry(), s);
                        case Form.JUMP_IF + Form.NOT_BELOW -> branchIf(!flags.carry(), s);
                        case Form.JUMP_IF + Form.ZERO -> branchIf(flags.zero(), s);
                        case Form.JUMP_IF + Form.NOT_ZERO -> branchIf(!flags.zero(), s);
                        case Form.JUMP_IF + Form.LESS -> branchIf(flags.less(), s);
                        case Form.JUMP_IF + Form.NOT_LESS -> branchIf(!flags.less(), s);
                        case Form.JUMP_IF_ANY -> branchIf(flags.holds(s.condition), s);
                        default -> {
                            core.retired = before + i - 1;
                            core.rip = core.blockRip + s.next;
                            operate(s);
                        }
                    }
                } while (i < end);
                finish(steps[i - 1], before + i);
            } while (goesOn && core.retired < limit);
        } catch (Fault raised) {
            if (i > 0) {
                interrupted(steps[i - 1], before + i - 1, raised);
            }
            throw raised;
        }
    }

    /// Counts what has been executed and sets rip behind the last step.
    private void finish(Step last, long retired) {
        if (!Form.setsRip(last.form)) {
            core.rip = core.blockRip + last.next;
        }
        core.retired = retired + core.repeated;
        core.repeated = 0;
        if (core.hasNotRetired) {
            core.hasNotRetired = false;
            core.retired--;
            core.rip = core.blockRip + last.start;
        }
    }

    /// A fault leaves rip at the instruction; a trap behind it; microcode says itself where.
    private void interrupted(Step s, long retired, Fault raised) {
        core.retired = retired + core.repeated;
        core.repeated = 0;
        boolean isLent = s.form == Form.LENT;
        core.rip = isLent ? core.rip : core.blockRip + s.start;
        if (core.isTrap) {
            core.isTrap = false;
            core.retired++;
            core.rip = isLent ? core.rip : core.blockRip + s.next;
        } else if (raised.isNonCanonical()
                && (s.memorySegment() == Registers.SS || Form.usesStack(s.form))) {
            raised.of(Fault.SS);
        }
    }

    private void operate(Step s) {
        perform(s);
        if (core.exit != null || core.pauses || flags.has(Flags.TF)) {
            core.pauses = false;
            goesOn = false;
        }
        if (core.modeChanged) {
            changeMode();
            goesOn &= !core.isCodeLimited();
        }
    }

    /// Executes an instruction that the loop does not execute itself.
    void perform(Step s) {
        boolean isKnown =
                switch (s.form) {
                    case Form.INTEGER -> integers.execute(s);
                    case Form.SHIFT -> shifts.execute(s);
                    case Form.MULTIPLY -> products.execute(s);
                    case Form.BIT -> bits.execute(s);
                    case Form.STRING -> strings.execute(s);
                    case Form.CONTROL -> controls.execute(s);
                    case Form.SEGMENT -> segments.execute(s);
                    case Form.SYSTEM -> systems.execute(s);
                    case Form.DECIMAL -> decimals.execute(s);
                    case Form.X87 -> x87.execute(s);
                    case Form.VECTOR -> vectors.execute(s);
                    case Form.LENT -> {
                        lent.execute(s);
                        yield true;
                    }
                    case Form.TOO_LONG -> throw fault.of(Fault.GP);
                    default -> false;
                };
        if (!isKnown) {
            throw fault.of(Fault.UD);
        }
    }

    /// Code may be read in another way, or by another privilege, than before.
    private void changeMode() {
        core.modeChanged = false;
        core.isLong = core.registers.inLongMode();
        fetch.forget();
    }

    private long load(Step s) {
        return memory.read(core.address(s), s.memoryBytes);
    }

    private void add(long[] gpr, Step s, long b) {
        long a = gpr[s.number0];
        long r = a + b;
        gpr[s.number0] = r & s.mask;
        flags.added(a, b, r, s.shift);
    }

    private void subtract(long[] gpr, Step s, long b) {
        long a = gpr[s.number0];
        long r = a - b;
        gpr[s.number0] = r & s.mask;
        flags.subtracted(a, b, r, s.shift);
    }

    private void compare(long a, long b, Step s) {
        flags.subtracted(a, b, a - b, s.shift);
    }

    private void combine(long[] gpr, Step s, long r) {
        gpr[s.number0] = r & s.mask;
        flags.logical(r, s.shift);
    }

    /// Shifts by a constant that is neither 0 nor more than the operand has bits.
    private void shiftLeft(long[] gpr, Step s) {
        long a = gpr[s.number0];
        long r = a << s.count;
        gpr[s.number0] = r & s.mask;
        boolean carry = a << s.shift << s.count - 1 < 0;
        flags.computed(r, s.shift, carry, carry != r << s.shift < 0, true);
    }

    private void shiftRight(long[] gpr, Step s) {
        long a = gpr[s.number0] & s.mask;
        long r = a >>> s.count;
        gpr[s.number0] = r;
        boolean carry = (a >>> s.count - 1 & 1) != 0;
        boolean overflow = (r << s.shift << 1 ^ r << s.shift) < 0;
        flags.computed(r, s.shift, carry, overflow, true);
    }

    /// Pushes in 64-bit code. An address that is not canonical becomes a stack fault later.
    private void push(long[] gpr, long value) {
        long rsp = gpr[Registers.RSP] - 8;
        memory.write64(rsp, value);
        gpr[Registers.RSP] = rsp;
    }

    private long pop(long[] gpr) {
        long rsp = gpr[Registers.RSP];
        long value = memory.read64(rsp);
        gpr[Registers.RSP] = rsp + 8;
        return value;
    }

    private long popTarget(long[] gpr) {
        long rsp = gpr[Registers.RSP];
        long target = core.requireTarget(memory.read64(rsp), 8);
        gpr[Registers.RSP] = rsp + 8;
        return target;
    }

    private void branchIf(boolean isTaken, Step s) {
        if (isTaken) {
            branch(s);
        } else {
            core.rip = core.blockRip + s.next;
        }
    }

    private void branch(Step s) {
        core.rip = core.requireTarget(core.blockRip + s.next + s.immediate, 8);
    }

    /// A frame with decoded code is about to change: if it is the one that executes, its next
    /// instruction is decoded again.
    private void dropCode(int frameMfn) {
        cache.drop(frameMfn);
        end = 0;
        fetch.forget();
    }

    @Override
    public void save(DataOutput out) throws IOException {
        memory.save(out);
    }

    @Override
    public void load(DataInput in) throws IOException {
        memory.load(in);
        fetch.forget();
    }
}
