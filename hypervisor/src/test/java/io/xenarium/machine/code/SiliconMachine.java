package io.xenarium.machine.code;

import io.xenarium.machine.Memory;
import io.xenarium.machine.cpu.Cpu;
import io.xenarium.machine.cpu.Exit;
import io.xenarium.machine.cpu.PageWalk;
import io.xenarium.machine.cpu.Registers;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.function.Function;

/// Our processor as it executes [SiliconCase]s, with memory laid out as the native program has it.
final class SiliconMachine {
    private static final int CODE_MFN = 0x10;
    private static final int DATA_MFN = 0x20;
    private static final long BUDGET = 100_000;

    /// What stands behind the code: INT3.
    private static final byte[] FILLER = new byte[SiliconCase.CODE_BYTES + 32];

    static {
        Arrays.fill(FILLER, (byte) 0xcc);
    }

    /// Selectors of user code and data as Linux has them; the rest is null.
    private static final int CODE_64_SELECTOR = 0x33;

    private static final int CODE_32_SELECTOR = 0x23;
    private static final int DATA_SELECTOR = 0x2b;

    private final Memory memory;
    private final Cpu cpu;
    private final Registers r;
    private final MemorySegment data;

    private long[] pristine;
    private long pristineSeed;

    /// @param engine makes the processor for a memory
    SiliconMachine(Function<Memory, Cpu> engine) {
        BareMachine machine = new BareMachine(256, engine);
        machine.map(SiliconCase.CODE, CODE_MFN, BareMachine.USER_PAGE);
        machine.map(SiliconMemory.DATA, DATA_MFN, 2, BareMachine.USER_PAGE | PageWalk.NX);
        memory = machine.memory;
        cpu = machine.cpu;
        r = machine.registers;
        data = memory.segment().asSlice((long) DATA_MFN << 12, SiliconMemory.BYTES);
    }

    /// Executes a case.
    ///
    /// @param cuts how far each piece of the run goes: a run that is cut must give the same
    SiliconResult execute(SiliconCase c, long... cuts) {
        prepare(c);
        Exit exit;
        int pieces = 0;
        long steps = 0;
        do {
            exit = cpu.run(r, cuts.length == 0 ? BUDGET : cuts[pieces++ % cuts.length]);
            steps += cpu.retired();
        } while (exit instanceof Exit.BudgetSpent && steps < BUDGET);
        boolean isEnd =
                exit instanceof Exit.Fault f
                        && f.vector() == 14
                        && r.rip == SiliconCase.STUB + (c.isLong() ? 0 : 16);
        int vector = -1;
        int error = 0;
        long address = 0;
        if (!isEnd && exit instanceof Exit.Fault fault) {
            vector = fault.vector();
            error = fault.error();
            address = fault.address();
        } else if (!isEnd) {
            vector = 100;
        }
        return new SiliconResult(
                SiliconResult.units(r),
                r.gpr.clone(),
                r.rflags,
                vector,
                error,
                address,
                isEnd ? SiliconCase.CODE + c.code().length : r.rip,
                dataHash());
    }

    private void prepare(SiliconCase c) {
        if (pristine == null || c.memorySeed() != pristineSeed) {
            pristine = SiliconMemory.words(c.memorySeed());
            pristineSeed = c.memorySeed();
        }
        MemorySegment.copy(pristine, 0, data, ValueLayout.JAVA_LONG, 0, pristine.length);
        long at = (long) CODE_MFN << 12;
        memory.write(at, FILLER);
        memory.write(at, c.code());
        memory.write(at + c.code().length, c.tail());
        prepareRegisters(c);
        prepareUnits(c.state());
    }

    private void prepareRegisters(SiliconCase c) {
        SiliconState state = c.state();
        for (int i = 0; i < 16; i++) {
            r.gpr[i] = state.gpr(i);
        }
        r.rflags = state.flags();
        r.rip = SiliconCase.CODE;
        r.setFlat(Registers.SS, DATA_SELECTOR, Registers.DATA_FLAT);
        if (c.isLong()) {
            r.setFlat(Registers.CS, CODE_64_SELECTOR, Registers.CODE_64);
            for (int segment : new int[] {Registers.DS, Registers.ES, Registers.FS, Registers.GS}) {
                r.setNull(segment, 0);
            }
            r.segmentBase[Registers.FS] = SiliconMemory.FS_BASE;
            r.segmentBase[Registers.GS] = SiliconMemory.GS_BASE;
        } else {
            r.setFlat(Registers.CS, CODE_32_SELECTOR, Registers.CODE_32);
            for (int segment : new int[] {Registers.DS, Registers.ES, Registers.FS, Registers.GS}) {
                r.setFlat(segment, DATA_SELECTOR, Registers.DATA_FLAT);
            }
        }
    }

    private void prepareUnits(SiliconState state) {
        r.fcw = state.fcw();
        r.fsw = state.fsw();
        r.ftw = state.ftw();
        r.fop = 0;
        r.fip = 0;
        r.fcs = 0;
        r.fdp = 0;
        r.fds = 0;
        r.mxcsr = state.mxcsr();
        for (int i = 0; i < 8; i++) {
            int physical = (r.fsw >> 11) + i & 7;
            r.x87[2 * physical] = state.significand(i);
            r.x87[2 * physical + 1] = state.head(i);
        }
        for (int i = 0; i < 32; i++) {
            r.xmm[i] = state.unit(20 + i);
        }
    }

    private long dataHash() {
        if (MemorySegment.ofArray(pristine).mismatch(data) < 0) {
            return 0;
        }
        long[] words = new long[SiliconMemory.WORDS];
        Arrays.setAll(words, i -> data.get(ValueLayout.JAVA_LONG_UNALIGNED, 8L * i));
        return SiliconMemory.hash(words);
    }
}
