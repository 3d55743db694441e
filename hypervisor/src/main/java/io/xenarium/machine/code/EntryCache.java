package io.xenarium.machine.code;

import java.util.Arrays;

/// Where regions were entered lately, by linear address: the short way from the end of one region
/// to the begin of the next, past [Fetch] and the blocks.
///
/// What it answers is what the long way would find: the page must be one of [FreeCode] and in the
/// same frame, and the region must not be dropped. So it can be forgotten at any time.
final class EntryCache {
    private static final int PLACES = 4096;

    private final FreeCode free;
    private final long[] rips = new long[PLACES];
    private final RegionEntry[] entries = new RegionEntry[PLACES];

    EntryCache(FreeCode free) {
        this.free = free;
    }

    /// How a region is entered at `rip`, or null where that must be looked up.
    RegionEntry at(long rip) {
        int place = place(rip);
        RegionEntry entry = entries[place];
        if (entry == null || rips[place] != rip) {
            return null;
        }
        boolean isValid = free.holds(rip & -4096L, entry.mfn()) && !entry.region().isDropped();
        return isValid ? entry : null;
    }

    void put(long rip, RegionEntry entry) {
        rips[place(rip)] = rip;
        entries[place(rip)] = entry;
    }

    /// Forgets all: other regions may be better now.
    void forget() {
        Arrays.fill(entries, null);
    }

    private static int place(long rip) {
        return (int) (rip ^ rip >>> 12) & PLACES - 1;
    }
}
