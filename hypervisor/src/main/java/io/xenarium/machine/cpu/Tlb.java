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
public final class Tlb implements Kept {
    /// Bits of an entry below the frame's address: the page may be written.
    public static final long WRITABLE = 1;

    public static final long USER = 2;
    public static final long NO_EXECUTE = 4;

    /// The page table entry has its dirty bit set, so a write needs no walk.
    public static final long DIRTY = 8;

    public static final long FRAME = ~0xfffL;

    private static final long NO_PAGE = -1;

    /// Someone who keeps what follows from this TLB.
    interface Listener {
        /// Nobody.
        Listener NONE =
                new Listener() {
                    @Override
                    public void changed(int slot) {}

                    @Override
                    public void flushed() {}
                };

        /// Another page stands in the slot now, or none.
        void changed(int slot);

        /// Every slot is empty.
        void flushed();
    }

    private final Listener listener;
    private final long[] pages;
    private final long[] entries;
    private final int[] filled;
    private int filledCount;
    private boolean hasLarge;

    /// @param size how many entries, a power of two
    Tlb(int size, Listener listener) {
        this.listener = listener;
        pages = new long[size];
        entries = new long[size];
        filled = new int[size];
        Arrays.fill(pages, NO_PAGE);
    }

    /// How many slots there are: a power of two.
    public int size() {
        return pages.length;
    }

    int slot(long vaddr) {
        return (int) (vaddr >>> 12) & pages.length - 1;
    }

    /// Whether the slot of `vaddr` holds its page.
    public boolean holds(long vaddr) {
        return pages[slot(vaddr)] == vaddr >>> 12;
    }

    /// The entry in the slot of `vaddr`; only meaningful where it [#holds] it.
    long entry(long vaddr) {
        return entries[slot(vaddr)];
    }

    /// Empties every slot.
    public void flush() {
        for (int i = 0; i < filledCount; i++) {
            pages[filled[i]] = NO_PAGE;
        }
        listener.flushed();
        filledCount = 0;
        hasLarge = false;
    }

    /// Empties one slot.
    public void clear(int slot) {
        pages[slot] = NO_PAGE;
        entries[slot] = 0;
        listener.changed(slot);
    }

    /// Notes that pieces of large pages are in it.
    public void noteLarge() {
        hasLarge = true;
    }

    /// Whether pieces of large pages were put in since the last [#flush].
    public boolean hasLarge() {
        return hasLarge;
    }

    /// Puts a page into a slot, whatever stood there.
    ///
    /// @param page its number
    /// @param entry the machine address of its frame, and its rights
    public void put(int slot, long page, long entry) {
        if (pages[slot] == NO_PAGE) {
            remember(slot);
        }
        pages[slot] = page;
        entries[slot] = entry;
        listener.changed(slot);
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
