package io.xenarium.machine.cpu;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.xenarium.lab03.FourLevels;
import io.xenarium.machine.Memory;
import io.xenarium.xen.PagingUnit;

import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

import org.junit.jupiter.api.Test;

import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;

/// The walk, and memory behind it with its TLB, against the specification ([PlainWalk]), in
/// [RandomTables]: any address, canonical or not, through four levels that refer to one another
/// anyhow, with pages of every size, rights, reserved bits, and every kind of access.
class PageWalkTest {
    private static PagingUnit unit(Memory memory) {
        return new PagingUnit(memory, new FourLevels.Maker());
    }

    @Provide
    Arbitrary<RandomTables> tables() {
        return Arbitraries.longs().map(RandomTables::new);
    }

    @Property(tries = 500)
    void endsAsTheSpecificationSays(@ForAll("tables") RandomTables tables) {
        byte[] before = tables.contents();
        PagingUnit unit = unit(tables.memory);
        for (int i = 0; i < 50; i++) {
            long vaddr = tables.canonical();
            int access = tables.access();
            PlainWalk expected = new PlainWalk(tables.memory, tables.registers, vaddr, access);
            PageWalk.Result result = unit.look(tables.registers, vaddr, access);
            assertEquals(expected.vector >= 0 ? expected.error : -1, result.error());
            if (expected.vector < 0) {
                assertEquals(expected.maddr, result.maddr());
                assertEquals(expected.pageBytes, result.pageBytes());
            }
            List<Long> places =
                    result.levels().stream()
                            .map(l -> (l.tableMfn() << 12) + l.index() * 8L)
                            .toList();
            assertEquals(expected.places, places);
        }
        assertArrayEquals(before, tables.contents(), "looking has changed something");
    }

    @Property(tries = 500)
    void setsAccessedAndDirtyOnlyWhereTheAccessIsAllowed(@ForAll("tables") RandomTables tables) {
        PageWalk walk = unit(tables.memory);
        for (int i = 0; i < 20; i++) {
            long vaddr = tables.canonical();
            int access = tables.access();
            PlainWalk expected = new PlainWalk(tables.memory, tables.registers, vaddr, access);
            Memory wanted = tables.copy();
            expected.mark(wanted);
            boolean isAllowed = walk.translate(tables.registers, vaddr, access);
            assertEquals(expected.vector < 0, isAllowed);
            assertArrayEquals(RandomTables.contents(wanted), tables.contents());
        }
    }

    /// Loads, stores and fetches one after the other, with what the TLB has kept of those before.
    @Property(tries = 300)
    void memoryWithItsTlbDoesAsTheSpecificationSays(@ForAll("tables") RandomTables tables) {
        Fault fault = new Fault();
        LinearMemory linear = new LinearMemory(tables.memory, fault);
        linear.walkBy(unit(tables.memory));
        Random random = new Random(tables.seed);
        for (int i = 0; i < 40; i++) {
            long vaddr = random.nextInt(8) == 0 ? tables.anything() : tables.canonical();
            int access = tables.access();
            tables.registers.cpl = (access & PageWalk.USER) != 0 ? 3 : 0;
            linear.enter(tables.registers);
            PlainWalk expected = new PlainWalk(tables.memory, tables.registers, vaddr, access);
            Memory wanted = tables.copy();
            expected.mark(wanted);
            byte stored = (byte) random.nextInt();
            if (expected.vector < 0 && (access & PageWalk.WRITE) != 0) {
                wanted.setByte(expected.maddr, stored);
            }
            String what = "access %x to %x".formatted(access, vaddr);
            assertEquals(text(expected, wanted, access), does(linear, access, vaddr, stored), what);
            assertArrayEquals(RandomTables.contents(wanted), tables.contents(), what);
            if (expected.vector < 0 && tables.isTable(expected.maddr)) {
                linear.flush();
            }
        }
    }

    private static String text(PlainWalk expected, Memory wanted, int access) {
        if (expected.vector >= 0) {
            return "vector %d error %x".formatted(expected.vector, expected.error);
        }
        boolean isRead = (access & (PageWalk.WRITE | PageWalk.FETCH)) == 0;
        boolean isFetch = (access & PageWalk.FETCH) != 0;
        return isFetch
                ? "at %x".formatted(expected.maddr)
                : isRead ? "reads %x".formatted(wanted.getByte(expected.maddr)) : "done";
    }

    private static String does(LinearMemory linear, int access, long vaddr, byte stored) {
        try {
            if ((access & PageWalk.FETCH) != 0) {
                return "at %x".formatted(linear.fetchAddress(vaddr));
            }
            if ((access & PageWalk.WRITE) != 0) {
                linear.write8(vaddr, stored);
                return "done";
            }
            return "reads %x".formatted((byte) linear.read8(vaddr));
        } catch (Fault fault) {
            assertEquals(fault.vector() == Fault.PF ? vaddr : 0, fault.address());
            return "vector %d error %x".formatted(fault.vector(), fault.error());
        }
    }

    /// Random tables lead to pages of every size and to faults of every kind often enough.
    @Test
    void everyOutcomeOccurs() {
        Map<String, Integer> outcomes = new TreeMap<>();
        for (int i = 0; i < 2000; i++) {
            RandomTables tables = new RandomTables(i);
            for (int j = 0; j < 10; j++) {
                long vaddr = tables.anything();
                int access = tables.access();
                PlainWalk walk = new PlainWalk(tables.memory, tables.registers, vaddr, access);
                String outcome = walk.vector == Fault.GP ? "#GP" : "#PF %x".formatted(walk.error);
                outcome = walk.vector < 0 ? "page of " + walk.pageBytes : outcome;
                outcomes.merge(outcome, 1, Integer::sum);
            }
        }
        String all =
                "#GP,#PF 0,#PF 10,#PF 11,#PF 14,#PF 15,#PF 19,#PF 1d,#PF 2,#PF 3,#PF 4,#PF 5,#PF 6,"
                        + "#PF 7,#PF 9,#PF b,#PF d,#PF f,"
                        + "page of 1073741824,page of 2097152,page of 4096";
        assertEquals(all, String.join(",", outcomes.keySet()));
        assertTrue(outcomes.values().stream().allMatch(n -> n > 10), outcomes.toString());
    }

    @Test
    void reportsEveryLevelItRead() {
        Memory memory = new Memory(64);
        long[] entries = {0x10_067, 0x11_067, 0x12_067, 0x13_067};
        int[] indices = {0x24, 0xd1, 0xb3, 0x189};
        Registers registers = new Registers();
        registers.cr0 = PageWalk.CR0_PG;
        registers.cr3 = 1 << 12;
        long table = registers.cr3;
        for (int i = 0; i < 4; i++) {
            memory.setLong(table + indices[i] * 8L, entries[i]);
            table = entries[i] & PageWalk.ADDRESS;
        }
        PageWalk.Result result = unit(memory).look(registers, 0x1234_5678_9abcL, PageWalk.USER);
        assertTrue(result.isAllowed());
        assertEquals(4096, result.pageBytes());
        assertEquals(4, result.levels().size());
        assertEquals(new PageWalk.Level(4, 1, 0x24, 0x10_067), result.levels().getFirst());
        assertEquals(new PageWalk.Level(1, 0x12, 0x189, 0x13_067), result.levels().getLast());
    }
}
