package io.xenarium.lab04;

import io.xenarium.parts.PvMmu;
import io.xenarium.terms.DomId;
import io.xenarium.terms.Errno;
import io.xenarium.terms.Maddr;
import io.xenarium.terms.Mfn;
import io.xenarium.terms.NotYet;
import io.xenarium.terms.Vaddr;
import io.xenarium.trace.MemoryEvent.FrameType;

import java.util.Optional;

/// Direct paging as Xen does it: types and counts, and a look at every entry.
///
/// 1. What is taken first is given back last: the type before the first look at a table, and after
///    the last.
/// 2. Whatever was read may have changed by the time it is used; what was taken cannot.
/// 3. An entry is taken before it is written, and what it replaces is given back afterwards.
///
/// Easy to get wrong: a refusal in the middle of a table. All that was taken for the entries before
/// has to go back, down to the tables that were made on the way. Xen: get_page_type, put_page_type,
/// promote_l4_table, mod_l1_entry in xen/arch/x86/mm.c.
public final class DirectPaging implements PvMmu {
    private static final Use UNUSED = new Use(FrameType.NONE, 0);

    private final Platform platform;

    private DirectPaging(Platform platform) {
        this.platform = platform;
    }

    private static Mfn frame(long entry) {
        return new Mfn((entry & ADDRESS) >>> 12);
    }

    private static boolean isPresent(long entry) {
        return (entry & PRESENT) != 0;
    }

    private static boolean isWritable(long entry) {
        return (entry & WRITABLE) != 0;
    }

    private static boolean isTable(FrameType type) {
        return switch (type) {
            case L1, L2, L3, L4 -> true;
            default -> false;
        };
    }

    /// What the entries of a table lead to: tables of the level below, or no table.
    private static FrameType below(FrameType level) {
        return switch (level) {
            case L4 -> FrameType.L3;
            case L3 -> FrameType.L2;
            case L2 -> FrameType.L1;
            default -> FrameType.NONE;
        };
    }

    @Override
    public long getPageType(DomId owner, Mfn frame, FrameType type) {
        throw new NotYet(
                "04.1",
                "getPageType(): hold the frame (else EINVAL); while it is used as "
                        + "something else, release it and answer EINVAL; change its use to one "
                        + "more of this type, and look anew where somebody was quicker; the "
                        + "first use of any type but WRITABLE forgets stores, and the first as "
                        + "a table goes on with promote()");
    }

    @Override
    public void putPageType(Mfn frame) {
        // As soon as a frame has no type, somebody may map it and write into it.
        throw new NotYet(
                "04.2",
                "putPageType(): read the use; with the last one as a table its "
                        + "entries give back what they hold, releaseEntries(); change the use "
                        + "to one less, to UNUSED with the last, and look anew where somebody "
                        + "was quicker; then release the frame");
    }

    @Override
    public long validateEntry(Mfn table, long entry, DomId owner) {
        throw new NotYet(
                "04.3",
                "validateEntry(): not present is harmless; refused bits are EINVAL; "
                        + "an entry above L1 takes its frame as a table of the level below() "
                        + "for the table's owner, or holds it as a linear one where that is "
                        + "EINVAL; one of L1 goes to validateLeaf()");
    }

    private static boolean isRefused(FrameType level, long entry) {
        long refused = level == FrameType.L1 ? REFUSED_IN_L1 : REFUSED_ABOVE;
        return isPresent(entry) && (entry & refused) != 0;
    }

    private long validateLeaf(Mfn table, long entry, DomId owner) {
        // getPageType() takes a reference of its own: one of the two is to go back.
        throw new NotYet(
                "04.3",
                "validateLeaf(): memory of another than the table's owner is held as "
                        + "foreign; hold the frame, or answer why not; if the entry is "
                        + "writable, get the frame as WRITABLE instead, and answer EBUSY where "
                        + "it is something else");
    }

    @Override
    public void releaseEntry(Mfn table, long entry) {
        throw new NotYet(
                "04.3",
                "releaseEntry(): the same cases as in validateEntry(), the other way "
                        + "round; how an entry was held shows from the entry, the level, and "
                        + "who owns frame and table");
    }

    /// Looks at all entries of a frame that has just become a table.
    private long promote(DomId owner, Mfn table) {
        throw new NotYet(
                "04.4",
                "promote(): validate every entry that is not Xen's; where one is "
                        + "refused, give back those before it, change the table to UNUSED, "
                        + "release it, and answer why");
    }

    /// Gives back what the entries below `end` hold.
    private void releaseEntries(Mfn table, int end) {
        throw new NotYet(
                "04.4",
                "releaseEntries(): from the last one down, releaseEntry() for every "
                        + "present entry that is not Xen's");
    }

    @Override
    public long pinTable(DomId domain, Mfn frame, FrameType level) {
        throw new NotYet(
                "04.4",
                "pinTable(): get the frame as a table, or answer why not; pin it; if "
                        + "it was pinned already give it back and answer EINVAL");
    }

    @Override
    public long unpinTable(DomId domain, Mfn frame) {
        throw new NotYet(
                "04.4",
                "unpinTable(): EINVAL where the frame is not the domain's or not "
                        + "pinned; else give back what pinTable() took");
    }

    @Override
    public long mmuUpdate(DomId domain, Maddr place, long entry, boolean keepsMarks, DomId owner) {
        // While you hold the frame as what you saw, nobody can make it anything else.
        throw new NotYet(
                "04.5",
                "mmuUpdate(): hold the frame as what it is, as WRITABLE where it has "
                        + "no type; in WRITABLE memory store the value; in a table write() it "
                        + "asStored(), but EINVAL above L1 for memory of others; in anything "
                        + "else EINVAL; put the frame back in any case");
    }

    /// Writes an entry into a table that is held, with all that belongs to it.
    private long write(Mfn table, int index, long entry, boolean keepsMarks, DomId owner) {
        throw new NotYet(
                "04.5",
                "write(): EINVAL for Xen's own entries and for refused bits; if the "
                        + "entry uses another frame than before, or in another way (HARMLESS), "
                        + "validate it; replace the one that was there, with its marks where "
                        + "they are kept; then release that one. If somebody was quicker, give "
                        + "back what was taken, and look anew");
    }

    @Override
    public long updateVaMapping(DomId domain, Vaddr vaddr, long entry, DomId owner) {
        throw new NotYet(
                "04.6",
                "updateVaMapping(): find the leaf entry of the address; where there "
                        + "is none, or it lies in no L1 table, EINVAL; else it is an "
                        + "mmuUpdate() that keeps no marks");
    }

    /// Makes the part. Found by `ServiceLoader`.
    public static final class Maker implements PvMmu.Maker {
        @Override
        public PvMmu make(Platform platform) {
            return new DirectPaging(platform);
        }
    }
}
