package io.xenarium.machine.cpu;

import io.xenarium.machine.Memory;

import java.util.Random;

/// Page tables full of random entries, for random addresses. Every table may be reached at every
/// level, also as a page; six indices of each hold an entry that is mostly present.
final class RandomTables {
    static final int FRAMES = 12;
    private static final int TABLES = 6;
    private static final int[] INDICES = {0, 1, 170, 255, 256, 511};
    private static final int[] ACCESSES = {
        0,
        PageWalk.WRITE,
        PageWalk.FETCH,
        PageWalk.USER,
        PageWalk.USER | PageWalk.WRITE,
        PageWalk.USER | PageWalk.FETCH
    };

    final long seed;
    final Memory memory = new Memory(FRAMES);
    final Registers registers = new Registers();
    private final Random random;

    RandomTables(long seed) {
        this.seed = seed;
        random = new Random(seed);
        for (int table = 0; table < TABLES; table++) {
            for (int index : INDICES) {
                memory.setLong(table * 4096L + index * 8L, entry());
            }
        }
        registers.cr3 = random.nextInt(TABLES) << 12 | random.nextInt(4) << 3;
        registers.cr0 = PageWalk.CR0_PG | 1 | (random.nextBoolean() ? PageWalk.CR0_WP : 0);
        registers.cr4 = 0x620;
        registers.efer = 0x500 | (random.nextInt(4) != 0 ? PageWalk.EFER_NXE : 0);
    }

    /// An entry: mostly of a table or a page that the machine has, which mostly allows things.
    private long entry() {
        long entry = one(24) ? 0 : PageWalk.P;
        entry |= one(10) ? 0 : PageWalk.RW;
        entry |= one(10) ? 0 : PageWalk.US;
        entry |= one(16) ? PageWalk.NX : 0;
        entry |= one(3) ? PageWalk.ACCESSED : 0;
        entry |= one(3) ? PageWalk.DIRTY : 0;
        // Cache attributes, the global bit, those that are ignored.
        entry |= random.nextLong() & 0x7ff0_0000_0000_0f18L;
        boolean isLarge = one(4);
        boolean isAligned = isLarge && !one(6);
        boolean isTable = !isLarge && !one(4);
        int frames = isTable ? TABLES : one(30) ? FRAMES + 4 : FRAMES;
        long frame = random.nextInt(isAligned ? 1 : frames);
        entry |= isLarge ? PageWalk.PS : 0;
        entry |= isLarge && one(2) ? 1 << 12 : frame << 12;
        entry |= one(120) ? 1L << 40 + random.nextInt(12) : 0;
        entry |= one(120) ? 1L << 13 + random.nextInt(27) : 0;
        return entry;
    }

    private boolean one(int in) {
        return random.nextInt(in) == 0;
    }

    /// An address that is canonical. Large pages are larger than the machine, so that it is mostly
    /// low in its own.
    long canonical() {
        long low = random.nextInt(4096);
        for (int shift = 12; shift < 48; shift += 9) {
            int index = one(2) ? 0 : INDICES[random.nextInt(INDICES.length)];
            low |= (long) index << shift;
        }
        return low << 16 >> 16;
    }

    /// An address whose upper bits are anything, one time in four.
    long anything() {
        long vaddr = canonical();
        return one(4) ? vaddr ^ 1L << 47 + random.nextInt(17) : vaddr;
    }

    /// A set of bits of an error code.
    int access() {
        return ACCESSES[random.nextInt(ACCESSES.length)];
    }

    /// Whether a store there may change the tables.
    boolean isTable(long maddr) {
        return maddr >>> 12 < TABLES;
    }

    Memory copy() {
        Memory copy = new Memory(FRAMES);
        copy.write(0, contents());
        return copy;
    }

    byte[] contents() {
        return contents(memory);
    }

    static byte[] contents(Memory memory) {
        byte[] bytes = new byte[FRAMES * Memory.FRAME_BYTES];
        memory.read(0, bytes);
        return bytes;
    }
}
