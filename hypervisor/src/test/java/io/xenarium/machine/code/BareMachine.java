package io.xenarium.machine.code;

import io.xenarium.lab03.FourLevels;
import io.xenarium.machine.Memory;
import io.xenarium.machine.cpu.Cpu;
import io.xenarium.machine.cpu.CpuidPolicy;
import io.xenarium.machine.cpu.Exit;
import io.xenarium.machine.cpu.PageWalk;
import io.xenarium.machine.cpu.Registers;
import io.xenarium.machine.cpu.Role;
import io.xenarium.xen.PagingUnit;

import java.util.function.Function;

/// A processor, memory and page tables, and nothing else: what a test of instructions needs.
///
/// Tables are taken from the upper half of memory as they are needed; linear pages are mapped
/// explicitly.
final class BareMachine {
    static final long USER_PAGE = PageWalk.P | PageWalk.RW | PageWalk.US;

    final Memory memory;
    final Cpu cpu;
    final Registers registers;
    private int nextTable;

    BareMachine() {
        this(Kind.INTERPRETER);
    }

    BareMachine(Kind kind) {
        this(2048, kind::processor);
    }

    BareMachine(int frames) {
        this(frames, Kind.INTERPRETER::processor);
    }

    /// @param engine makes the processor for a memory
    BareMachine(int frames, Function<Memory, Cpu> engine) {
        memory = new Memory(frames);
        cpu = paged(engine.apply(memory));
        registers = new Registers();
        nextTable = frames / 2;
        registers.cr3 = (long) newTable() << 12;
    }

    private BareMachine(BareMachine machine, Cpu cpu) {
        memory = machine.memory;
        registers = machine.registers;
        nextTable = machine.nextTable;
        this.cpu = paged(cpu);
    }

    /// The processor, with the reference's way through this machine's page tables.
    <C extends Cpu> C paged(C processor) {
        return PagingUnit.into(processor, memory, new FourLevels.Maker());
    }

    /// The same machine with another processor.
    BareMachine with(Cpu other) {
        return new BareMachine(this, other);
    }

    /// The engines that are tested. The translator translates everything before it executes it.
    enum Kind {
        INTERPRETER,
        TRANSLATOR;

        Cpu processor(Memory memory) {
            return this == TRANSLATOR
                    ? new Translator(memory, CpuidPolicy.processor(), Role.PV_GUEST, 0)
                    : new Interpreter(memory, CpuidPolicy.processor());
        }
    }

    /// Maps the page at `vaddr` to a frame; the upper levels allow everything.
    void map(long vaddr, int mfn, long flags) {
        memory.setLong(entry(vaddr), (long) mfn << 12 | flags);
    }

    /// Maps `pages` pages to frames that follow one another.
    void map(long vaddr, int mfn, int pages, long flags) {
        for (int i = 0; i < pages; i++) {
            map(vaddr + i * 4096L, mfn + i, flags);
        }
    }

    /// The machine address of the last-level entry for `vaddr`.
    long entry(long vaddr) {
        long table = registers.cr3;
        for (int level = 4; level > 1; level--) {
            long at = table + (vaddr >>> 12 + 9 * (level - 1) & 511) * 8;
            if ((memory.getLong(at) & PageWalk.P) == 0) {
                memory.setLong(at, (long) newTable() << 12 | USER_PAGE);
            }
            table = memory.getLong(at) & PageWalk.ADDRESS;
        }
        return table + (vaddr >>> 12 & 511) * 8;
    }

    /// Puts instructions at a machine address.
    void code(long maddr, int... bytes) {
        byte[] code = new byte[bytes.length];
        for (int i = 0; i < bytes.length; i++) {
            code[i] = (byte) bytes[i];
        }
        memory.write(maddr, code);
    }

    Exit run(long budget) {
        return cpu.run(registers, budget);
    }

    private int newTable() {
        int mfn = nextTable++;
        memory.clear(mfn);
        return mfn;
    }
}
