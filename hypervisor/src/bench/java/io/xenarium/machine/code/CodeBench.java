package io.xenarium.machine.code;

import io.xenarium.lab03.FourLevels;
import io.xenarium.machine.Memory;
import io.xenarium.machine.cpu.CpuidPolicy;
import io.xenarium.machine.cpu.PageWalk;
import io.xenarium.machine.cpu.Registers;
import io.xenarium.xen.PagingUnit;

import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

import java.util.concurrent.TimeUnit;

/// What one instruction costs to decode and to execute.
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class CodeBench {
    private static final int BUDGET = 10_000;
    private static final long CODE = 0x40_0000;
    private static final int CODE_MFN = 100;
    private static final int TABLES = 1;

    /// add rax, [rsp]; dec rcx; jnz, and a jump back to the begin.
    private static final int[] LOOP = {
        0x48, 0x03, 0x04, 0x24, 0x48, 0xff, 0xc9, 0x75, 0xf7, 0xeb, 0xf5
    };

    private final Memory memory = new Memory(256);
    private final Registers registers = new Registers();
    private final Interpreter interpreter = new Interpreter(memory, CpuidPolicy.processor());
    private final Decoder decoder = new Decoder();
    private final byte[] bytes = new byte[32];

    /// Puts the loop at [#CODE] and a stack behind it.
    @Setup(Level.Trial)
    public void prepare() {
        long flags = PageWalk.P | PageWalk.RW | PageWalk.US;
        long top = (long) TABLES << 12;
        memory.setLong(top, top + 0x1000 | flags);
        memory.setLong(top + 0x1000, top + 0x2000 | flags);
        memory.setLong(top + 0x2000 + 8 * (CODE >>> 21), top + 0x3000 | flags);
        memory.setLong(top + 0x3000, (long) CODE_MFN << 12 | flags);
        memory.setLong(top + 0x3008, CODE_MFN + 1L << 12 | flags);
        for (int i = 0; i < LOOP.length; i++) {
            bytes[i] = (byte) LOOP[i];
            memory.setByte(((long) CODE_MFN << 12) + i, bytes[i]);
        }
        interpreter.walkBy(new PagingUnit(memory, new FourLevels.Maker()));
        registers.cr3 = top;
        registers.rip = CODE;
        registers.gpr[Registers.RSP] = CODE + 0x1800;
    }

    @Benchmark
    public Object decodeOneInstruction() {
        return decoder.decode(bytes, 0, 16, io.xenarium.machine.code.Mode.LONG);
    }

    @Benchmark
    @OperationsPerInvocation(BUDGET)
    public Object interpretOneInstruction() {
        return interpreter.run(registers, BUDGET);
    }

    @Benchmark
    public Object enterAndLeave() {
        return interpreter.run(registers, 1);
    }
}
