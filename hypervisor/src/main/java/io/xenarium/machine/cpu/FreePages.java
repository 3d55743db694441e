package io.xenarium.machine.cpu;

import java.lang.foreign.MemorySegment;

/// The fast path of guest memory: pages that may be read, or written, without any further look.
///
/// 1. A tag is the linear address of the page that is free, in the place that the low bits of its
///    number say, or [#NEVER]. What stands here is derived from the TLB and may be forgotten at any
///    time without a guest noticing.
/// 2. The tag is compared with the page of the access's *last* byte, so one compare also finds an
///    access that leaves its page.
///
/// 3. Every access is told where it is: `left` and `point`, which only matter where it is slow and
///    fails. Translated code gives the number of its point in its region and the budget that is
///    left there; who has no need of them gives [Fault#NOWHERE].
///
/// It is a record because the JVM's compiler takes a record's fields for constants where the record
/// itself is one: translated code then knows the arrays' addresses.
///
/// @param segment the machine's memory, which lives as long as someone has this
/// @param base where it begins in this process
/// @param readTag pages that may be read
/// @param writeTag pages that may be written
/// @param offset machine address minus linear address, for a page with a tag
/// @param slow what an access does that finds no tag
public record FreePages(
        MemorySegment segment,
        long base,
        long[] readTag,
        long[] writeTag,
        long[] offset,
        LinearMemory slow) {
    /// How many places there are: as many as in the data TLB.
    static final int ENTRIES = 16384;

    /// A tag that no page has.
    static final long NEVER = 1;

    /// In place of a page that went: nothing is free here, but the place is known to have had a
    /// tag.
    static final long STALE = 3;

    private static final long PAGE = ~0xfffL;

    static FreePages of(MemorySegment segment, LinearMemory slow) {
        return new FreePages(
                segment,
                segment.address(),
                new long[ENTRIES],
                new long[ENTRIES],
                new long[ENTRIES],
                slow);
    }

    static int slot(long vaddr) {
        return (int) (vaddr >>> 12) & ENTRIES - 1;
    }

    public long read8(long vaddr, long left, int point) {
        int slot = (int) (vaddr >>> 12) & ENTRIES - 1;
        if (readTag[slot] == (vaddr & PAGE)) {
            return RawMemory.get8(base + vaddr + offset[slot]);
        }
        return slow.readSlowly(vaddr, 1, left, point);
    }

    public long read16(long vaddr, long left, int point) {
        int slot = (int) (vaddr >>> 12) & ENTRIES - 1;
        if (readTag[slot] == (vaddr + 1 & PAGE)) {
            return RawMemory.get16(base + vaddr + offset[slot]);
        }
        return slow.readSlowly(vaddr, 2, left, point);
    }

    public long read32(long vaddr, long left, int point) {
        int slot = (int) (vaddr >>> 12) & ENTRIES - 1;
        if (readTag[slot] == (vaddr + 3 & PAGE)) {
            return RawMemory.get32(base + vaddr + offset[slot]);
        }
        return slow.readSlowly(vaddr, 4, left, point);
    }

    // tag::show-read[]
    public long read64(long vaddr, long left, int point) {
        int slot = (int) (vaddr >>> 12) & ENTRIES - 1;
        if (readTag[slot] == (vaddr + 7 & PAGE)) {
            return RawMemory.get64(base + vaddr + offset[slot]);
        }
        return slow.readSlowly(vaddr, 8, left, point);
    }

    // end::show-read[]

    public void write8(long vaddr, long value, long left, int point) {
        int slot = (int) (vaddr >>> 12) & ENTRIES - 1;
        if (writeTag[slot] == (vaddr & PAGE)) {
            RawMemory.put8(base + vaddr + offset[slot], value);
        } else {
            slow.writeSlowly(vaddr, 1, value, left, point);
        }
    }

    public void write16(long vaddr, long value, long left, int point) {
        int slot = (int) (vaddr >>> 12) & ENTRIES - 1;
        if (writeTag[slot] == (vaddr + 1 & PAGE)) {
            RawMemory.put16(base + vaddr + offset[slot], value);
        } else {
            slow.writeSlowly(vaddr, 2, value, left, point);
        }
    }

    public void write32(long vaddr, long value, long left, int point) {
        int slot = (int) (vaddr >>> 12) & ENTRIES - 1;
        if (writeTag[slot] == (vaddr + 3 & PAGE)) {
            RawMemory.put32(base + vaddr + offset[slot], value);
        } else {
            slow.writeSlowly(vaddr, 4, value, left, point);
        }
    }

    public void write64(long vaddr, long value, long left, int point) {
        int slot = (int) (vaddr >>> 12) & ENTRIES - 1;
        if (writeTag[slot] == (vaddr + 7 & PAGE)) {
            RawMemory.put64(base + vaddr + offset[slot], value);
        } else {
            slow.writeSlowly(vaddr, 8, value, left, point);
        }
    }

    /// Checks that `bytes` bytes may be written at `vaddr`, for an instruction that reads them
    /// first. The result is for the loads and stores below, until the next call.
    public long forWrite(long vaddr, int bytes, long left, int point) {
        int slot = (int) (vaddr >>> 12) & ENTRIES - 1;
        if (writeTag[slot] == (vaddr + bytes - 1 & PAGE)) {
            return vaddr + offset[slot];
        }
        return slow.forWriteSlowly(vaddr, bytes, left, point);
    }

    // What #forWrite checked is read and written by these. Only a hypervisor that refuses a store
    // into a page table can still make a store fault.

    public long load8(long place) {
        return place == LinearMemory.SPECIAL ? slow.loadBytes(1) : RawMemory.get8(base + place);
    }

    public long load16(long place) {
        return place == LinearMemory.SPECIAL ? slow.loadBytes(2) : RawMemory.get16(base + place);
    }

    public long load32(long place) {
        return place == LinearMemory.SPECIAL ? slow.loadBytes(4) : RawMemory.get32(base + place);
    }

    public long load64(long place) {
        return place == LinearMemory.SPECIAL ? slow.loadBytes(8) : RawMemory.get64(base + place);
    }

    public void store8(long place, long value, long left, int point) {
        if (place == LinearMemory.SPECIAL) {
            slow.storeSpecially(1, value, left, point);
        } else {
            RawMemory.put8(base + place, value);
        }
    }

    public void store16(long place, long value, long left, int point) {
        if (place == LinearMemory.SPECIAL) {
            slow.storeSpecially(2, value, left, point);
        } else {
            RawMemory.put16(base + place, value);
        }
    }

    public void store32(long place, long value, long left, int point) {
        if (place == LinearMemory.SPECIAL) {
            slow.storeSpecially(4, value, left, point);
        } else {
            RawMemory.put32(base + place, value);
        }
    }

    public void store64(long place, long value, long left, int point) {
        if (place == LinearMemory.SPECIAL) {
            slow.storeSpecially(8, value, left, point);
        } else {
            RawMemory.put64(base + place, value);
        }
    }

    /// How many bytes from `vaddr` on, at most `bytes`, can be read one by one with no page walk
    /// and without a fault; 0 if none.
    public int forReading(long vaddr, int bytes) {
        boolean isFree = readTag[slot(vaddr)] == (vaddr & PAGE);
        return isFree ? Math.min(bytes, 4096 - (int) (vaddr & ~PAGE)) : 0;
    }

    /// The same for writing.
    public int forWriting(long vaddr, int bytes) {
        boolean isFree = writeTag[slot(vaddr)] == (vaddr & PAGE);
        return isFree ? Math.min(bytes, 4096 - (int) (vaddr & ~PAGE)) : 0;
    }

    /// Stores `value` again and again into `count` bytes that are [#forWriting].
    ///
    /// @param bytes 1, 2, 4 or 8, of which `count` is a multiple
    public void fill(long vaddr, int count, long value, int bytes) {
        long at = vaddr + offset[slot(vaddr)];
        if (bytes == 1) {
            segment.asSlice(at, count).fill((byte) value);
            return;
        }
        for (long end = at + count; at < end; at += bytes) {
            switch (bytes) {
                case 2 -> RawMemory.put16(base + at, value);
                case 4 -> RawMemory.put32(base + at, value);
                default -> RawMemory.put64(base + at, value);
            }
        }
    }

    /// Copies `count` bytes between free places, if that is the same as copying them one by one
    /// upwards; returns false if it is not.
    public boolean copy(long from, long to, int count) {
        long source = from + offset[slot(from)];
        long target = to + offset[slot(to)];
        if (target > source && target < source + count) {
            return false;
        }
        MemorySegment.copy(segment, source, segment, target, count);
        return true;
    }
}
