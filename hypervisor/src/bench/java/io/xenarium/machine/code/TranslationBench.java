package io.xenarium.machine.code;

import io.xenarium.lab03.FourLevels;
import io.xenarium.machine.Memory;
import io.xenarium.machine.cpu.CpuidPolicy;
import io.xenarium.machine.cpu.PageWalk;
import io.xenarium.machine.cpu.Registers;
import io.xenarium.machine.cpu.Role;
import io.xenarium.xen.PagingUnit;

import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

import java.util.List;
import java.util.concurrent.TimeUnit;

/// What a translation costs, from the list of blocks to the loaded class.
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Fork(1)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
public class TranslationBench {
    private static final long CODE = 0x40_0000;
    private static final int CODE_MFN = 100;
    private static final int TABLES = 1;
    private static final int BUDGET = 1000;

    /// add rax, [rsp]; dec rcx; jnz, and a jump back to the begin.
    private static final int[] LOOP = {
        0x48, 0x03, 0x04, 0x24, 0x48, 0xff, 0xc9, 0x75, 0xf7, 0xeb, 0xf5
    };

    private RegionPlan plan;
    private List<Object> constants;

    /// Has a translator plan the region of the loop.
    @Setup(Level.Trial)
    public void prepare() {
        Memory memory = new Memory(256);
        long flags = PageWalk.P | PageWalk.RW | PageWalk.US;
        long top = (long) TABLES << 12;
        memory.setLong(top, top + 0x1000 | flags);
        memory.setLong(top + 0x1000, top + 0x2000 | flags);
        memory.setLong(top + 0x2000 + 8 * (CODE >>> 21), top + 0x3000 | flags);
        memory.setLong(top + 0x3000, (long) CODE_MFN << 12 | flags);
        memory.setLong(top + 0x3008, CODE_MFN + 1L << 12 | flags);
        for (int i = 0; i < LOOP.length; i++) {
            memory.setByte(((long) CODE_MFN << 12) + i, (byte) LOOP[i]);
        }
        Registers registers = new Registers();
        registers.cr3 = top;
        registers.rip = CODE;
        registers.gpr[Registers.RSP] = CODE + 0x1800;
        Translations.Maker noting =
                (newPlan, newConstants) -> {
                    plan = newPlan;
                    constants = newConstants;
                    return RegionClass.make(newPlan, newConstants);
                };
        Translator translator =
                new Translator(
                        memory,
                        CpuidPolicy.processor(),
                        Role.PV_GUEST,
                        10,
                        Translations.Worker.AT_ONCE,
                        noting);
        PagingUnit.into(translator, memory, new FourLevels.Maker()).run(registers, BUDGET);
    }

    @Benchmark
    public Object makeARegionOfAFewInstructions() {
        return RegionClass.make(plan.again(), constants);
    }

    @Benchmark
    public Object writeItsClassForAReader() {
        return RegionClass.listed(plan);
    }
}
