package io.xenarium.machine.cpu;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.xenarium.lab03.FourLevels;
import io.xenarium.machine.Memory;
import io.xenarium.xen.PagingUnit;

import org.junit.jupiter.api.Test;

/// Loads and stores by virtual address, where the shortcuts of the fast path could go wrong.
class LinearMemoryTest {
    private static final long LEAF = 0x67;
    private static final int TABLES = 4;
    private static final int SECOND_L1 = 5;
    private static final int PLAIN = 8;
    private static final int WATCHED = 9;

    /// Two pages that share their place in the buffer: 16 MiB apart.
    private static final long NEAR = 0x1000;

    private static final long FAR = NEAR + (16 << 20);

    private final Memory memory = new Memory(16);
    private final LinearMemory linear = new LinearMemory(memory, new Fault());

    LinearMemoryTest() {
        linear.walkBy(new PagingUnit(memory, new FourLevels.Maker()));
        for (int table = 0; table < TABLES; table++) {
            memory.setLong(table << 12, (table + 1) << 12 | LEAF);
        }
        memory.setLong((2 << 12) + 8 * 8, SECOND_L1 << 12 | LEAF);
        memory.setLong((3 << 12) + 8, PLAIN << 12 | LEAF);
        memory.setLong((SECOND_L1 << 12) + 8, WATCHED << 12 | LEAF);
        Registers registers = new Registers();
        registers.cr3 = 0;
        registers.cr0 = 0x8005_003bL;
        registers.cr4 = 0x620;
        registers.efer = 0xd01;
        registers.cpl = 3;
        linear.enter(registers);
    }

    @Test
    void aStoreGoesToItsOwnFrameThoughAWatchedPageTookItsPlaceInBetween() {
        memory.raise(WATCHED, Memory.PAGE_TABLE);
        linear.rearm();
        linear.write64(NEAR, 1);
        linear.write64(FAR, 2);
        linear.read64(FAR);
        linear.write64(NEAR, 3);
        assertEquals(3, memory.getLong(PLAIN << 12));
        assertEquals(2, memory.getLong(WATCHED << 12));
    }
}
