package io.xenarium.machine.code;

import io.xenarium.machine.cpu.LinearMemory;

import java.util.Arrays;

/// Pages from which 64-bit code may be fetched without a further look, and the frames they are in.
/// A record for the same reason as [io.xenarium.machine.cpu.FreePages].
///
/// @param tag the page in each place, or [#NEVER]
/// @param mfn its frame
record FreeCode(long[] tag, int[] mfn) {
    /// A tag that no page has.
    static final long NEVER = 1;

    static FreeCode none() {
        FreeCode none =
                new FreeCode(
                        new long[LinearMemory.CODE_ENTRIES], new int[LinearMemory.CODE_ENTRIES]);
        Arrays.fill(none.tag, NEVER);
        return none;
    }

    static int slot(long vaddr) {
        return (int) (vaddr >>> 12) & LinearMemory.CODE_ENTRIES - 1;
    }

    /// Whether the page at `vaddr` may be fetched from and is in frame `frameMfn`.
    boolean holds(long vaddr, int frameMfn) {
        int slot = (int) (vaddr >>> 12) & LinearMemory.CODE_ENTRIES - 1;
        return tag[slot] == vaddr && mfn[slot] == frameMfn;
    }
}
