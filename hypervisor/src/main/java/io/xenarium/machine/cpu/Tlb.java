package io.xenarium.machine.cpu;

import io.xenarium.machine.Kept;
import io.xenarium.terms.Check;

import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.Arrays;

/// A translation look-aside buffer: what the processor remembers of page walks. A guest can see a
/// stale entry, so the content is part of its state. Large pages are kept as pages of 4 KiB, one
/// for each that was touched.
///
/// 1. An entry stands at the place that its page number's low bits say, so a new one drops at most
///    one old one.
/// 2. What is dropped depends on the guest's accesses only, never on how its run was cut.
final class Tlb implements Kept {
    /// Bits of an entry below the frame's address: the page may be written.
    static final long WRITABLE = 1;

    static final long USER = 2;
    static final long NO_EXECUTE = 4;

    /// The page table entry has its dirty bit set, so a write needs no walk.
    static final long DIRTY = 8;

    static final long FRAME = ~0xfffL;

    private static final long NO_PAGE = -1;

    private final long[] pages;
    private final long[] entries;
    private final int[] filled;
    private int filledCount;
    private boolean hasLarge;

    /// @param size how many entries, a power of two
    Tlb(int size) {
        pages = new long[size];
        entries = new long[size];
        filled = new int[size];
        Arrays.fill(pages, NO_PAGE);
    }

    int slot(long vaddr) {
        return (int) (vaddr >>> 12) & pages.length - 1;
    }

    /// Whether the slot of `vaddr` holds its page.
    boolean holds(long vaddr) {
        return pages[slot(vaddr)] == vaddr >>> 12;
    }

    /// The entry in the slot of `vaddr`; only meaningful where it [#holds] it.
    long entry(long vaddr) {
        return entries[slot(vaddr)];
    }

    /// Remembers what `walk` found for `vaddr`.
    void fill(long vaddr, PageWalk walk) {
        long entry = walk.maddr() & FRAME;
        entry |= walk.isWritable() ? WRITABLE : 0;
        entry |= walk.isUser() ? USER : 0;
        entry |= walk.isNoExecute() ? NO_EXECUTE : 0;
        entry |= walk.isDirty() ? DIRTY : 0;
        hasLarge |= walk.isLarge();
        put(slot(vaddr), vaddr >>> 12, entry);
    }

    void flush() {
        for (int i = 0; i < filledCount; i++) {
            pages[filled[i]] = NO_PAGE;
        }
        filledCount = 0;
        hasLarge = false;
    }

    /// Drops one page. Where large pages are kept in pieces, everything goes: the guest asked for
    /// all pieces of the page, and dropping more than asked is always allowed.
    ///
    /// @return whether everything went
    boolean flush(long vaddr) {
        if (hasLarge) {
            flush();
            return true;
        }
        if (holds(vaddr)) {
            pages[slot(vaddr)] = NO_PAGE;
            entries[slot(vaddr)] = 0;
        }
        return false;
    }

    private void put(int slot, long page, long entry) {
        if (pages[slot] == NO_PAGE) {
            remember(slot);
        }
        pages[slot] = page;
        entries[slot] = entry;
    }

    /// Notes that the slot is in use, so that a flush need not visit every slot.
    private void remember(int slot) {
        if (filledCount == filled.length) {
            filledCount = 0;
            for (int i = 0; i < pages.length; i++) {
                if (pages[i] != NO_PAGE) {
                    filled[filledCount++] = i;
                }
            }
        }
        filled[filledCount++] = slot;
    }

    @Override
    public void save(DataOutput out) throws IOException {
        out.writeBoolean(hasLarge);
        int used = 0;
        for (long page : pages) {
            used += page == NO_PAGE ? 0 : 1;
        }
        out.writeInt(used);
        for (int i = 0; i < pages.length; i++) {
            if (pages[i] != NO_PAGE) {
                out.writeInt(i);
                out.writeLong(pages[i]);
                out.writeLong(entries[i]);
            }
        }
    }

    @Override
    public void load(DataInput in) throws IOException {
        flush();
        hasLarge = in.readBoolean();
        int used = in.readInt();
        Check.that(used >= 0 && used <= pages.length, "a TLB cannot hold %d entries", used);
        for (int i = 0; i < used; i++) {
            put(in.readInt(), in.readLong(), in.readLong());
        }
    }
}
