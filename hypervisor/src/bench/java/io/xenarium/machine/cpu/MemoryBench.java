package io.xenarium.machine.cpu;

import io.xenarium.lab03.FourLevels;
import io.xenarium.machine.Memory;
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

import java.util.concurrent.TimeUnit;

/// What an access to memory costs on each of its ways: a page that is free, a page that is in the
/// TLB, and one that needs a walk.
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class MemoryBench {
    /// More pages than the TLB has places, so that going through them misses every time.
    private static final int PAGES = 16_384;

    private static final int TABLES = 1;

    private final Memory memory = new Memory(PAGES + 64);
    private final Registers registers = new Registers();
    private final LinearMemory linear = new LinearMemory(memory, new Fault());
    private final PageWalk walk = new PagingUnit(memory, new FourLevels.Maker());
    private long next;

    /// Maps the pages one to one from address 0 on.
    @Setup(Level.Trial)
    public void map() {
        long flags = PageWalk.P | PageWalk.RW | PageWalk.US;
        long top = (long) TABLES << 12;
        memory.setLong(top, top + 0x1000 | flags);
        memory.setLong(top + 0x1000, top + 0x2000 | flags);
        for (int i = 0; i < PAGES / 512; i++) {
            long table = top + 0x3000 + 4096L * i;
            memory.setLong(top + 0x2000 + 8L * i, table | flags);
            for (int j = 0; j < 512; j++) {
                memory.setLong(table + 8L * j, (512L * i + j) << 12 | flags);
            }
        }
        registers.cr3 = top;
        linear.walkBy(walk);
        linear.enter(registers);
    }

    @Benchmark
    public long readOfAFreePage() {
        return linear.read64(0x1000_0);
    }

    @Benchmark
    public boolean pageWalk() {
        return walk.translate(registers, 0x1234_000, PageWalk.USER);
    }

    @Benchmark
    public long readThatMissesTheTlb() {
        next = next + 4096 & (long) PAGES * 4096 - 1;
        return linear.read64(next | 8);
    }

    @Benchmark
    public long flushAndReadSixteenPages() {
        linear.flush();
        long sum = 0;
        for (int i = 0; i < 16; i++) {
            sum += linear.read8(0x40_0000 + i * 4096L);
        }
        return sum;
    }
}
