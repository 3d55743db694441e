package io.xenarium.lab01.check;

import io.xenarium.lab.Subject;
import io.xenarium.machine.Dice;
import io.xenarium.machine.Memory;
import io.xenarium.machine.code.Decoder;
import io.xenarium.machine.code.Disassembler;
import io.xenarium.machine.code.Interpreter;
import io.xenarium.machine.code.Mode;
import io.xenarium.machine.cpu.Cpu;
import io.xenarium.machine.cpu.CpuidPolicy;
import io.xenarium.machine.cpu.Exit;
import io.xenarium.machine.cpu.PageWalk;
import io.xenarium.machine.cpu.Registers;
import io.xenarium.parts.Processor;
import io.xenarium.toolstack.LentProcessor;
import io.xenarium.xen.PagingUnit;

/// A machine with page tables, code and data and no hypervisor: one of two that run the same
/// instructions, on the learner's processor and on the machine's own.
///
/// Code has two pages and then nothing; data has one page that may be written, one that may only be
/// read, and then nothing.
final class Twin {
    static final long CODE = 0x40_0000;
    static final int CODE_BYTES = 2 * Memory.FRAME_BYTES;
    static final long DATA = 0x60_0000;
    static final long READ_ONLY = DATA + Memory.FRAME_BYTES;
    static final long ABSENT = READ_ONLY + Memory.FRAME_BYTES;
    static final long NOT_CANONICAL = 0x8000_0000_0000L;

    private static final int FRAMES = 16;
    private static final int CODE_MFN = 1;
    private static final int DATA_MFN = 3;
    private static final int FIRST_TABLE_MFN = 8;
    private static final long ALL = PageWalk.P | PageWalk.RW | PageWalk.US;

    final Memory memory = new Memory(FRAMES);
    final Cpu cpu;
    private final long rootMaddr;
    private int nextTable = FIRST_TABLE_MFN;

    private Twin(Processor.Maker lent) {
        CpuidPolicy cpuid = CpuidPolicy.processor();
        Cpu bare =
                lent == null
                        ? new Interpreter(memory, cpuid)
                        : LentProcessor.cpu(memory, cpuid, lent);
        cpu = PagingUnit.into(bare, memory, Subject.current().reference().paging());
        rootMaddr = newTable();
        map(CODE, CODE_MFN, ALL);
        map(CODE + Memory.FRAME_BYTES, CODE_MFN + 1, ALL);
        map(DATA, DATA_MFN, ALL);
        map(READ_ONLY, DATA_MFN + 1, PageWalk.P | PageWalk.US);
    }

    /// With the processor that `maker` makes.
    static Twin of(Processor.Maker maker) {
        return new Twin(maker);
    }

    /// With the machine's own, which agrees with silicon.
    static Twin own() {
        return new Twin(null);
    }

    private void map(long vaddr, int mfn, long flags) {
        long table = rootMaddr;
        for (int level = 4; level > 1; level--) {
            long at = table + (vaddr >>> 12 + 9 * (level - 1) & 511) * 8;
            if (memory.getLong(at) == 0) {
                memory.setLong(at, newTable() | ALL);
            }
            table = memory.getLong(at) & PageWalk.ADDRESS;
        }
        memory.setLong(table + (vaddr >>> 12 & 511) * 8, (long) mfn << 12 | flags);
    }

    private long newTable() {
        return (long) nextTable++ << 12;
    }

    /// Puts code at `offset` of the code pages.
    void put(int offset, byte[] code) {
        memory.write(((long) CODE_MFN << 12) + offset, code);
    }

    /// Fills the data pages by `seed`.
    void fill(long seed) {
        Dice dice = new Dice(seed);
        for (int i = 0; i < 2 * Memory.FRAME_BYTES; i += 8) {
            memory.setLong(((long) DATA_MFN << 12) + i, dice.next());
        }
    }

    /// Registers of user code in these page tables.
    Registers registers() {
        Registers registers = new Registers();
        registers.cr3 = rootMaddr;
        registers.rip = CODE;
        return registers;
    }

    Exit run(Registers registers, long budget) {
        return cpu.run(registers, budget);
    }

    /// The first place of the data pages in which this twin differs from `other`: its address, or
    /// −1.
    long firstDifference(Twin other) {
        for (int i = 0; i < 2 * Memory.FRAME_BYTES; i += 8) {
            long at = ((long) DATA_MFN << 12) + i;
            if (memory.getLong(at) != other.memory.getLong(at)) {
                return DATA + i;
            }
        }
        return -1;
    }

    long data(long vaddr) {
        return memory.getLong(((long) DATA_MFN << 12) + vaddr - DATA);
    }

    /// The instruction at rip in words.
    String instruction(long rip) {
        int offset = (int) (rip - CODE);
        if (offset < 0 || offset >= CODE_BYTES) {
            return "what is at %#x".formatted(rip);
        }
        byte[] code = new byte[Math.min(Decoder.MAX_BYTES, CODE_BYTES - offset)];
        memory.read(((long) CODE_MFN << 12) + offset, code);
        var read = new Decoder().decode(code, 0, code.length, Mode.LONG);
        int[] shown = new int[Math.min(read.length(), code.length)];
        for (int i = 0; i < shown.length; i++) {
            shown[i] = code[i];
        }
        return "`%s` (%s)"
                .formatted(Disassembler.intel(read, Mode.LONG, rip).strip(), Names.bytes(shown));
    }
}
