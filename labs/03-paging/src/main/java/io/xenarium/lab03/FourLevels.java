package io.xenarium.lab03;

import io.xenarium.parts.Paging;
import io.xenarium.terms.Maddr;
import io.xenarium.terms.Mfn;
import io.xenarium.terms.NotYet;
import io.xenarium.terms.Vaddr;

import java.util.ArrayList;
import java.util.List;

/// The walk through four levels of page tables.
///
/// 1. A walk writes nothing; only an access that was allowed leaves marks.
/// 2. What a page allows is what every level on the way to it allows.
/// 3. A store through a remembered page needs no walk only where the page's entry is dirty already.
///
/// Easy to get wrong: the rights of the last entry alone look right in every test in which the
/// upper levels allow everything, as they do in most systems. Sources: Intel SDM vol. 3, 4.5 to
/// 4.10.
public final class FourLevels implements Paging {
    private static final int LEVELS = 4;

    /// No address of our processor has more than 40 bits: bits 40 to 51 of an entry are reserved.
    private static final long TOO_HIGH = 0x000f_ff00_0000_0000L;

    private final Platform platform;

    private FourLevels(Platform platform) {
        this.platform = platform;
    }

    @Override
    public Walk walk(Vaddr vaddr) {
        // Nothing is read of a frame that the machine does not have, the root included.
        throw new NotYet(
                "03.1",
                "walk(): from root() down, read the entry that the level's nine bits "
                        + "choose, until one is not present, is reserved or leads nowhere, or "
                        + "maps a page");
    }

    /// Which of the 512 entries of a table of this level is the one for `vaddr`.
    private static int index(Vaddr vaddr, int level) {
        throw new NotYet(
                "03.1",
                "index(): nine bits of the address; those of L1 begin at bit 12");
    }

    /// The frame of 4 KiB in which `vaddr` lies, where this entry maps a page.
    private static Mfn frame(Vaddr vaddr, int level, long entry) {
        // Below the address of a large page an entry has other bits: leave them out.
        throw new NotYet(
                "03.1",
                "frame(): the entry's address says where the page begins; how far "
                        + "vaddr is into the page comes from vaddr: 12 bits of it at L1, nine "
                        + "more with each level");
    }

    /// Whether a bit is set that has no meaning.
    private boolean isReserved(long entry, int level) {
        if ((entry & TOO_HIGH) != 0 || entry < 0 && !platform.hasNoExecute()) {
            return true;
        }
        if (level == 1 || (entry & LARGE) == 0) {
            return false;
        }
        // Bit 12 of a large page's entry is a cache attribute; those between it and the address
        // are nothing.
        long between = (1L << 12 + 9 * (level - 1)) - 1 & -(1L << 13);
        return level == LEVELS || (entry & between) != 0;
    }

    @Override
    public int checkAccess(Walk walk, int access) {
        // A processor without a no-execute bit tells nothing of fetches.
        throw new NotYet(
                "03.2",
                "checkAccess(): ALLOWED where the walk is mapped and every level "
                        + "allows it; else the access, WAS_PRESENT and WAS_RESERVED as they "
                        + "apply");
    }

    private boolean isAllowed(Walk walk, int access) {
        throw new NotYet(
                "03.2",
                "isAllowed(): a program needs USER, a store WRITABLE, a fetch no "
                        + "NO_EXECUTE; WRITABLE does not bind privileged code unless the "
                        + "platform protects writes");
    }

    /// Whether every entry of the walk has the bit.
    private static boolean all(Walk walk, long bit) {
        throw new NotYet(
                "03.2",
                "all(): one level without the bit is enough to say no");
    }

    /// Whether some entry of the walk has the bit.
    private static boolean any(Walk walk, long bit) {
        throw new NotYet(
                "03.2",
                "any(): one level with the bit is enough to say yes");
    }

    @Override
    public boolean setAccessedDirty(Walk.Mapped walk, int access) {
        throw new NotYet(
                "03.3",
                "setAccessedDirty(): ACCESSED in every entry, DIRTY in the last for a "
                        + "store, by replace(), and only where a mark is missing; false where "
                        + "an entry has changed");
    }

    @Override
    public void tlbFill(Tlb tlb, Vaddr vaddr, Walk.Mapped walk, int access) {
        // The entries are as they were read: a store has made the last one dirty since.
        throw new NotYet(
                "03.4",
                "tlbFill(): put the page into place(); its frame, the rights of all "
                        + "levels, whether its entry is dirty, and whether it is a piece of a "
                        + "larger page");
    }

    /// Where the page around `vaddr` stands in a TLB, if it does.
    private static int place(Tlb tlb, Vaddr vaddr) {
        throw new NotYet(
                "03.4",
                "place(): the lowest bits of the page's number; places() is a power "
                        + "of two");
    }

    @Override
    public void invlpg(Vaddr vaddr) {
        // In the page's place another page may stand, which stays.
        throw new NotYet(
                "03.5",
                "invlpg(): clear the page's place in each TLB that holds the page; a "
                        + "TLB that has pieces of large pages is cleared as a whole");
    }

    /// Makes the part. Found by `ServiceLoader`.
    public static final class Maker implements Paging.Maker {
        @Override
        public Paging make(Platform platform) {
            return new FourLevels(platform);
        }
    }
}
