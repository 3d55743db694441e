package io.xenarium.lab03;

import io.xenarium.parts.Paging;
import io.xenarium.terms.Maddr;
import io.xenarium.terms.Mfn;
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
        // step: 03.1 walk(): from root() down, read the entry that the level's nine bits choose,
        // step: until one is not present, is reserved or leads nowhere, or maps a page
        // tag::lab-03-walk[]
        // ? Nothing is read of a frame that the machine does not have, the root included.
        List<Step> steps = new ArrayList<>(LEVELS);
        Mfn table = platform.root();
        if (!platform.holds(table)) {
            return new Walk.Reserved(steps);
        }
        for (int level = LEVELS; ; level--) {
            Maddr place = table.toMaddr().plus(index(vaddr, level) * 8L);
            long entry = platform.read(place);
            steps.add(new Step(level, place, entry));
            if ((entry & PRESENT) == 0) {
                return new Walk.Missing(steps);
            }
            boolean isPage = level == 1 || (entry & LARGE) != 0;
            Mfn next = isPage ? frame(vaddr, level, entry) : new Mfn((entry & ADDRESS) >>> 12);
            if (isReserved(entry, level) || !platform.holds(next)) {
                return new Walk.Reserved(steps);
            }
            if (isPage) {
                return new Walk.Mapped(steps, next);
            }
            table = next;
        }
        // end::lab-03-walk[]
    }

    /// Which of the 512 entries of a table of this level is the one for `vaddr`.
    private static int index(Vaddr vaddr, int level) {
        // step: 03.1 index(): nine bits of the address; those of L1 begin at bit 12
        // tag::lab-03-index[]
        return (int) (vaddr.value() >>> 12 + 9 * (level - 1)) & 511;
        // end::lab-03-index[]
    }

    /// The frame of 4 KiB in which `vaddr` lies, where this entry maps a page.
    private static Mfn frame(Vaddr vaddr, int level, long entry) {
        // step: 03.1 frame(): the entry's address says where the page begins; how far vaddr is into
        // step: the page comes from vaddr: 12 bits of it at L1, nine more with each level
        // tag::lab-03-frame[]
        // ? Below the address of a large page an entry has other bits: leave them out.
        long inPage = (1L << 12 + 9 * (level - 1)) - 1;
        return new Mfn((entry & ADDRESS & ~inPage | vaddr.value() & inPage) >>> 12);
        // end::lab-03-frame[]
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
        // step: 03.2 checkAccess(): ALLOWED where the walk is mapped and every level allows it;
        // step: else the access, WAS_PRESENT and WAS_RESERVED as they apply
        // tag::lab-03-check-access[]
        // ? A processor without a no-execute bit tells nothing of fetches.
        int told = platform.hasNoExecute() ? access : access & ~FETCHES;
        return switch (walk) {
            case Walk.Missing _ -> told;
            case Walk.Reserved _ -> told | WAS_PRESENT | WAS_RESERVED;
            case Walk.Mapped _ -> isAllowed(walk, access) ? ALLOWED : told | WAS_PRESENT;
        };
        // end::lab-03-check-access[]
    }

    private boolean isAllowed(Walk walk, int access) {
        // step: 03.2 isAllowed(): a program needs USER, a store WRITABLE, a fetch no NO_EXECUTE;
        // step: WRITABLE does not bind privileged code unless the platform protects writes
        // tag::lab-03-is-allowed[]
        boolean isUser = (access & BY_USER) != 0;
        if (isUser && !all(walk, USER)) {
            return false;
        }
        boolean mustBeWritable = (access & WRITES) != 0 && (isUser || platform.protectsWrites());
        if (mustBeWritable && !all(walk, WRITABLE)) {
            return false;
        }
        return (access & FETCHES) == 0 || !any(walk, NO_EXECUTE);
        // end::lab-03-is-allowed[]
    }

    /// Whether every entry of the walk has the bit.
    private static boolean all(Walk walk, long bit) {
        // step: 03.2 all(): one level without the bit is enough to say no
        // tag::lab-03-all[]
        for (Step step : walk.steps()) {
            if ((step.entry() & bit) == 0) {
                return false;
            }
        }
        return true;
        // end::lab-03-all[]
    }

    /// Whether some entry of the walk has the bit.
    private static boolean any(Walk walk, long bit) {
        // step: 03.2 any(): one level with the bit is enough to say yes
        // tag::lab-03-any[]
        for (Step step : walk.steps()) {
            if ((step.entry() & bit) != 0) {
                return true;
            }
        }
        return false;
        // end::lab-03-any[]
    }

    @Override
    public boolean setAccessedDirty(Walk.Mapped walk, int access) {
        // step: 03.3 setAccessedDirty(): ACCESSED in every entry, DIRTY in the last for a store,
        // step: by replace(), and only where a mark is missing; false where an entry has changed
        // tag::lab-03-set-accessed-dirty[]
        for (Step step : walk.steps()) {
            boolean isStoredTo = step == walk.last() && (access & WRITES) != 0;
            long marked = step.entry() | ACCESSED | (isStoredTo ? DIRTY : 0);
            if (marked != step.entry() && !platform.replace(step.place(), step.entry(), marked)) {
                return false;
            }
        }
        return true;
        // end::lab-03-set-accessed-dirty[]
    }

    @Override
    public void tlbFill(Tlb tlb, Vaddr vaddr, Walk.Mapped walk, int access) {
        // step: 03.4 tlbFill(): put the page into place(); its frame, the rights of all levels,
        // step: whether its entry is dirty, and whether it is a piece of a larger page
        // tag::lab-03-tlb-fill[]
        // ? The entries are as they were read: a store has made the last one dirty since.
        boolean isStoredTo = (access & WRITES) != 0;
        tlb.put(
                place(tlb, vaddr),
                new Translation(
                        new Vaddr(vaddr.value() & -4096),
                        walk.frame(),
                        all(walk, WRITABLE),
                        all(walk, USER),
                        any(walk, NO_EXECUTE),
                        isStoredTo || (walk.last().entry() & DIRTY) != 0,
                        walk.last().level() > 1));
        // end::lab-03-tlb-fill[]
    }

    /// Where the page around `vaddr` stands in a TLB, if it does.
    private static int place(Tlb tlb, Vaddr vaddr) {
        // step: 03.4 place(): the lowest bits of the page's number; places() is a power of two
        // tag::lab-03-place[]
        return (int) (vaddr.value() >>> 12) & tlb.places() - 1;
        // end::lab-03-place[]
    }

    @Override
    public void invlpg(Vaddr vaddr) {
        // step: 03.5 invlpg(): clear the page's place in each TLB that holds the page; a TLB that
        // step: has pieces of large pages is cleared as a whole
        // tag::lab-03-invlpg[]
        // ? In the page's place another page may stand, which stays.
        for (Tlb tlb : platform.tlbs()) {
            if (tlb.hasLarge()) {
                tlb.clear();
            } else if (tlb.holds(vaddr)) {
                tlb.clear(place(tlb, vaddr));
            }
        }
        // end::lab-03-invlpg[]
    }

    /// Makes the part. Found by `ServiceLoader`.
    public static final class Maker implements Paging.Maker {
        @Override
        public Paging make(Platform platform) {
            return new FourLevels(platform);
        }
    }
}
