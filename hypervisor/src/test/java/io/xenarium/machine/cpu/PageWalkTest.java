package io.xenarium.machine.cpu;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.xenarium.machine.Memory;

import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.Tuple;

import org.junit.jupiter.api.Test;

/// The walk against its specification, written down once more as plainly as can be.
class PageWalkTest {
    private static final int FRAMES = 64;
    private static final long VADDR = 0x0000_1234_5678_9abcL;

    /// Four entries, one for each level from the top, and how they are used.
    record Tables(long[] entries, int access, boolean protects, boolean hasNx) {}

    @Provide
    Arbitrary<Tables> tables() {
        Arbitrary<long[]> entries = entry().array(long[].class).ofSize(4);
        Arbitrary<Integer> access = Arbitraries.of(0, 2, 4, 6, 16, 20);
        Arbitrary<Boolean> sometimes = Arbitraries.of(true, false);
        return Combinators.combine(entries, access, sometimes, sometimes).as(Tables::new);
    }

    /// An entry that is mostly present and mostly allows things.
    private static Arbitrary<Long> entry() {
        Arbitrary<Long> mostly = Arbitraries.frequency(bit(9, 1L), bit(1, 0L));
        Arbitrary<Long> rights = Arbitraries.longs().between(0, 3).map(r -> (3 - r / 2) << 1);
        Arbitrary<Long> used = Arbitraries.longs().between(0, 3).map(b -> b << 5);
        Arbitrary<Long> large = Arbitraries.frequency(bit(4, 0L), bit(1, PageWalk.PS));
        Arbitrary<Long> odd =
                Arbitraries.frequency(
                        bit(12, 0L), bit(2, PageWalk.NX), bit(1, 1L << 45), bit(1, 1L << 13));
        Arbitrary<Long> frame = Arbitraries.longs().between(8, FRAMES + 3).map(f -> f << 12);
        return Combinators.combine(mostly, rights, used, large, odd, frame)
                .as((p, r, u, l, o, f) -> p | r | u | l | o | f);
    }

    private static Tuple.Tuple2<Integer, Long> bit(int weight, long bits) {
        return Tuple.of(weight, bits);
    }

    @Property(tries = 500)
    void endsAsTheSpecificationSays(@ForAll("tables") Tables tables) {
        Memory memory = new Memory(FRAMES);
        Registers registers = lay(memory, tables);
        Expected expected = Expected.of(memory, registers, tables);
        PageWalk.Result result = PageWalk.look(memory, registers, VADDR, tables.access);
        assertEquals(expected.error, result.error());
        if (expected.error < 0) {
            assertEquals(expected.maddr, result.maddr());
        }
    }

    @Property(tries = 500)
    void lookingChangesNothing(@ForAll("tables") Tables tables) {
        Memory memory = new Memory(FRAMES);
        Registers registers = lay(memory, tables);
        byte[] before = contents(memory);
        PageWalk.look(memory, registers, VADDR, tables.access);
        assertArrayEquals(before, contents(memory));
    }

    @Property(tries = 500)
    void setsAccessedAndDirtyOnlyWhereTheAccessIsAllowed(@ForAll("tables") Tables tables) {
        Memory memory = new Memory(FRAMES);
        Registers registers = lay(memory, tables);
        Expected expected = Expected.of(memory, registers, tables);
        byte[] before = contents(memory);
        PageWalk walk = new PageWalk(memory);
        assertEquals(expected.error < 0, walk.translate(registers, VADDR, tables.access));
        Memory wanted = new Memory(FRAMES);
        wanted.write(0, before);
        if (expected.error < 0) {
            expected.mark(wanted, (tables.access & PageWalk.WRITE) != 0);
        }
        assertArrayEquals(contents(wanted), contents(memory));
    }

    @Test
    void reportsEveryLevelItRead() {
        Memory memory = new Memory(FRAMES);
        long[] entries = {0x10_067, 0x11_067, 0x12_067, 0x13_067};
        Registers registers = lay(memory, new Tables(entries, PageWalk.USER, true, true));
        PageWalk.Result result = PageWalk.look(memory, registers, VADDR, PageWalk.USER);
        assertTrue(result.isAllowed());
        assertEquals(4096, result.pageBytes());
        assertEquals(4, result.levels().size());
        assertEquals(new PageWalk.Level(4, 1, 0x24, 0x10_067), result.levels().getFirst());
        assertEquals(new PageWalk.Level(1, 0x12, 0x189, 0x13_067), result.levels().getLast());
    }

    private static byte[] contents(Memory memory) {
        byte[] bytes = new byte[memory.frames() * Memory.FRAME_BYTES];
        memory.read(0, bytes);
        return bytes;
    }

    private static Registers lay(Memory memory, Tables tables) {
        Registers registers = new Registers();
        registers.cr3 = 1 << 12;
        registers.cr0 = PageWalk.CR0_PG | (tables.protects ? PageWalk.CR0_WP : 0);
        registers.efer = tables.hasNx ? PageWalk.EFER_NXE : 0;
        long table = registers.cr3;
        for (int i = 0; i < 4; i++) {
            if (!memory.holds(table >>> 12)) {
                break;
            }
            memory.setLong(table + (VADDR >>> 39 - 9 * i & 511) * 8, tables.entries[i]);
            table = tables.entries[i] & PageWalk.ADDRESS;
        }
        return registers;
    }

    /// The specification (Intel SDM vol. 3, 4.5 to 4.7), step by step.
    private static final class Expected {
        int error = -1;
        long maddr;
        final long[] places = new long[4];
        int used;

        static Expected of(Memory memory, Registers registers, Tables tables) {
            Expected e = new Expected();
            e.walk(memory, registers, tables);
            return e;
        }

        private void walk(Memory memory, Registers registers, Tables tables) {
            boolean user = true;
            boolean writable = true;
            boolean executable = true;
            long table = registers.cr3;
            long entry = 0;
            int level = 4;
            for (; level > 0; level--) {
                int low = 12 + 9 * (level - 1);
                places[used] = table + (VADDR >>> low & 511) * 8;
                if (places[used] >= FRAMES * 4096L) {
                    error = code(tables, 9);
                    return;
                }
                entry = memory.getLong(places[used++]);
                boolean isPage = level == 1 || (entry & 0x80) != 0;
                if ((entry & 1) == 0 || isReserved(entry, level, isPage, tables.hasNx)) {
                    error = code(tables, (entry & 1) == 0 ? 0 : 9);
                    return;
                }
                user &= (entry & 4) != 0;
                writable &= (entry & 2) != 0;
                executable &= entry >= 0;
                if (isPage) {
                    break;
                }
                table = entry & 0x000f_ffff_ffff_f000L;
            }
            arrive(tables, entry, 1L << 12 + 9 * (level - 1), user, writable, executable);
        }

        private void arrive(
                Tables tables,
                long entry,
                long pageBytes,
                boolean user,
                boolean writable,
                boolean executable) {
            boolean isUser = (tables.access & 4) != 0;
            boolean isWrite = (tables.access & 2) != 0;
            boolean isFetch = (tables.access & 16) != 0;
            maddr = (entry & 0x000f_ffff_ffff_f000L & -pageBytes) + (VADDR & pageBytes - 1);
            boolean isRefused =
                    isUser && !user
                            || isWrite && !writable && (isUser || tables.protects)
                            || isFetch && !executable;
            if (maddr >= FRAMES * 4096L) {
                error = code(tables, 9);
            } else if (isRefused) {
                error = code(tables, 1);
            }
        }

        private static boolean isReserved(long entry, int level, boolean isPage, boolean hasNx) {
            return (entry & 0x000f_ff00_0000_0000L) != 0
                    || !hasNx && entry < 0
                    || level == 4 && isPage
                    || level == 3 && isPage && (entry & 0x3fff_e000) != 0
                    || level == 2 && isPage && (entry & 0x001f_e000) != 0;
        }

        private static int code(Tables tables, int why) {
            return why | (tables.hasNx ? tables.access : tables.access & ~16);
        }

        void mark(Memory memory, boolean isWrite) {
            for (int i = 0; i < used; i++) {
                boolean isLast = i == used - 1;
                long bits = 0x20 | (isLast && isWrite ? 0x40 : 0);
                memory.setLong(places[i], memory.getLong(places[i]) | bits);
            }
        }
    }
}
