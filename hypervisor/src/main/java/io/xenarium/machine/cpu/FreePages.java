package io.xenarium.machine.cpu;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;

/// The fast path of guest memory: pages that may be read, or written, without any further look.
///
/// 1. A tag is the linear address of the page that is free, in the place that the low bits of its
///    number say, or [#NEVER]. What stands here is derived from the TLB and may be forgotten at any
///    time without a guest noticing.
/// 2. The tag is compared with the page of the access's *last* byte, so one compare also finds an
///    access that leaves its page.
///
/// It is a record because the JVM's compiler takes a record's fields for constants where the record
/// itself is one: translated code then knows the arrays' addresses.
///
/// @param segment the machine's memory
/// @param readTag pages that may be read
/// @param writeTag pages that may be written
/// @param offset machine address minus linear address, for a page with a tag
/// @param slow what an access does that finds no tag
public record FreePages(
        MemorySegment segment, long[] readTag, long[] writeTag, long[] offset, LinearMemory slow) {
    /// How many places there are: as many as in the data TLB.
    static final int ENTRIES = 16384;

    /// A tag that no page has.
    static final long NEVER = 1;

    private static final long PAGE = ~0xfffL;

    private static final ValueLayout.OfLong LONG =
            ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfInt INT =
            ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfShort SHORT =
            ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    static FreePages of(MemorySegment segment, LinearMemory slow) {
        return new FreePages(
                segment, new long[ENTRIES], new long[ENTRIES], new long[ENTRIES], slow);
    }

    static int slot(long vaddr) {
        return (int) (vaddr >>> 12) & ENTRIES - 1;
    }

    public long read8(long vaddr) {
        int slot = (int) (vaddr >>> 12) & ENTRIES - 1;
        if (readTag[slot] == (vaddr & PAGE)) {
            return segment.get(ValueLayout.JAVA_BYTE, vaddr + offset[slot]) & 0xff;
        }
        return slow.readSlowly(vaddr, 1);
    }

    public long read16(long vaddr) {
        int slot = (int) (vaddr >>> 12) & ENTRIES - 1;
        if (readTag[slot] == (vaddr + 1 & PAGE)) {
            return segment.get(SHORT, vaddr + offset[slot]) & 0xffff;
        }
        return slow.readSlowly(vaddr, 2);
    }

    public long read32(long vaddr) {
        int slot = (int) (vaddr >>> 12) & ENTRIES - 1;
        if (readTag[slot] == (vaddr + 3 & PAGE)) {
            return segment.get(INT, vaddr + offset[slot]) & 0xffff_ffffL;
        }
        return slow.readSlowly(vaddr, 4);
    }

    // tag::show-read[]
    public long read64(long vaddr) {
        int slot = (int) (vaddr >>> 12) & ENTRIES - 1;
        if (readTag[slot] == (vaddr + 7 & PAGE)) {
            return segment.get(LONG, vaddr + offset[slot]);
        }
        return slow.readSlowly(vaddr, 8);
    }

    // end::show-read[]

    public void write8(long vaddr, long value) {
        int slot = (int) (vaddr >>> 12) & ENTRIES - 1;
        if (writeTag[slot] == (vaddr & PAGE)) {
            segment.set(ValueLayout.JAVA_BYTE, vaddr + offset[slot], (byte) value);
        } else {
            slow.writeSlowly(vaddr, 1, value);
        }
    }

    public void write16(long vaddr, long value) {
        int slot = (int) (vaddr >>> 12) & ENTRIES - 1;
        if (writeTag[slot] == (vaddr + 1 & PAGE)) {
            segment.set(SHORT, vaddr + offset[slot], (short) value);
        } else {
            slow.writeSlowly(vaddr, 2, value);
        }
    }

    public void write32(long vaddr, long value) {
        int slot = (int) (vaddr >>> 12) & ENTRIES - 1;
        if (writeTag[slot] == (vaddr + 3 & PAGE)) {
            segment.set(INT, vaddr + offset[slot], (int) value);
        } else {
            slow.writeSlowly(vaddr, 4, value);
        }
    }

    public void write64(long vaddr, long value) {
        int slot = (int) (vaddr >>> 12) & ENTRIES - 1;
        if (writeTag[slot] == (vaddr + 7 & PAGE)) {
            segment.set(LONG, vaddr + offset[slot], value);
        } else {
            slow.writeSlowly(vaddr, 8, value);
        }
    }

    /// Checks that `bytes` bytes may be written at `vaddr`, for an instruction that reads them
    /// first. The result is for [#load] and [#store], until the next call.
    public long forWrite(long vaddr, int bytes) {
        int slot = (int) (vaddr >>> 12) & ENTRIES - 1;
        if (writeTag[slot] == (vaddr + bytes - 1 & PAGE)) {
            return vaddr + offset[slot];
        }
        return slow.forWriteSlowly(vaddr, bytes);
    }

    /// Reads what [#forWrite] checked.
    public long load(long place, int bytes) {
        if (place == LinearMemory.SPECIAL) {
            return slow.loadBytes(bytes);
        }
        return switch (bytes) {
            case 1 -> segment.get(ValueLayout.JAVA_BYTE, place) & 0xff;
            case 2 -> segment.get(SHORT, place) & 0xffff;
            case 4 -> segment.get(INT, place) & 0xffff_ffffL;
            default -> segment.get(LONG, place);
        };
    }

    /// Writes what [#forWrite] checked. Only a hypervisor that refuses a store into a page table
    /// can still make it fault.
    public void store(long place, int bytes, long value) {
        if (place == LinearMemory.SPECIAL) {
            slow.storeSpecially(bytes, value);
            return;
        }
        switch (bytes) {
            case 1 -> segment.set(ValueLayout.JAVA_BYTE, place, (byte) value);
            case 2 -> segment.set(SHORT, place, (short) value);
            case 4 -> segment.set(INT, place, (int) value);
            default -> segment.set(LONG, place, value);
        }
    }
}
