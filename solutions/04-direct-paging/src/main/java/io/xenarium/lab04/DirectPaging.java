package io.xenarium.lab04;

import io.xenarium.parts.PvMmu;
import io.xenarium.terms.DomId;
import io.xenarium.terms.Errno;
import io.xenarium.terms.Maddr;
import io.xenarium.terms.Mfn;
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
        // step: 04.1 getPageType(): hold the frame (else EINVAL); while it is used as something
        // step: else, release it and answer EINVAL; change its use to one more of this type, and
        // step: look anew where somebody was quicker; the first use of any type but WRITABLE
        // step: forgets stores, and the first as a table goes on with promote()
        // tag::lab-04-get[]
        if (platform.hold(frame, owner) != 0) {
            return Errno.EINVAL.rc();
        }
        Use seen;
        do {
            seen = platform.use(frame);
            if (seen.count() > 0 && seen.type() != type) {
                platform.release(frame);
                return Errno.EINVAL.rc();
            }
        } while (!platform.change(frame, seen, new Use(type, seen.count() + 1)));
        if (seen.count() > 0 || type == FrameType.WRITABLE) {
            return 0;
        }
        platform.forgetStores(frame);
        return isTable(type) ? promote(owner, frame) : 0;
        // end::lab-04-get[]
    }

    @Override
    public void putPageType(Mfn frame) {
        // step: 04.2 putPageType(): read the use; with the last one as a table its entries give
        // step: back what they hold, releaseEntries(); change the use to one less, to UNUSED with
        // step: the last, and look anew where somebody was quicker; then release the frame
        // tag::lab-04-put[]
        // ? As soon as a frame has no type, somebody may map it and write into it.
        Use seen;
        Use now;
        do {
            seen = platform.use(frame);
            boolean isLast = seen.count() == 1;
            now = isLast ? UNUSED : new Use(seen.type(), seen.count() - 1);
            if (isLast && isTable(seen.type())) {
                releaseEntries(frame, platform.entries());
            }
        } while (!platform.change(frame, seen, now));
        platform.release(frame);
        // end::lab-04-put[]
    }

    @Override
    public long validateEntry(Mfn table, long entry, DomId owner) {
        // step: 04.3 validateEntry(): not present is harmless; refused bits are EINVAL; an entry
        // step: above L1 takes its frame as a table of the level below() for the table's owner,
        // step: or holds it as a linear one where that is EINVAL; one of L1 goes to validateLeaf()
        // tag::lab-04-validate[]
        FrameType level = platform.use(table).type();
        if (!isPresent(entry)) {
            return 0;
        }
        if (isRefused(level, entry)) {
            return Errno.EINVAL.rc();
        }
        if (level == FrameType.L1) {
            return validateLeaf(table, entry, owner);
        }
        long rc = getPageType(platform.owner(table), frame(entry), below(level));
        boolean isLinear = rc == Errno.EINVAL.rc() && platform.holdLinear(table, entry);
        return isLinear ? 0 : rc;
        // end::lab-04-validate[]
    }

    private static boolean isRefused(FrameType level, long entry) {
        long refused = level == FrameType.L1 ? REFUSED_IN_L1 : REFUSED_ABOVE;
        return isPresent(entry) && (entry & refused) != 0;
    }

    private long validateLeaf(Mfn table, long entry, DomId owner) {
        // step: 04.3 validateLeaf(): memory of another than the table's owner is held as foreign;
        // step: hold the frame, or answer why not; if the entry is writable, get the frame as
        // step: WRITABLE instead, and answer EBUSY where it is something else
        // tag::lab-04-leaf[]
        // ? getPageType() takes a reference of its own: one of the two is to go back.
        if (!platform.isOwnedBy(table, owner)) {
            return platform.holdForeign(frame(entry), owner, isWritable(entry));
        }
        long rc = platform.hold(frame(entry), owner);
        if (rc != 0 || !isWritable(entry)) {
            return rc;
        }
        rc = getPageType(owner, frame(entry), FrameType.WRITABLE);
        platform.release(frame(entry));
        return rc == 0 ? 0 : Errno.EBUSY.rc();
        // end::lab-04-leaf[]
    }

    @Override
    public void releaseEntry(Mfn table, long entry) {
        // step: 04.3 releaseEntry(): the same cases as in validateEntry(), the other way round; how
        // step: an entry was held shows from the entry, the level, and who owns frame and table
        // tag::lab-04-release[]
        if (!isPresent(entry)) {
            return;
        }
        Mfn frame = frame(entry);
        if (platform.use(table).type() != FrameType.L1) {
            if (!platform.releaseLinear(table, entry)) {
                putPageType(frame);
            }
        } else if (!platform.isOwnedBy(frame, platform.owner(table))) {
            platform.releaseForeign(frame, isWritable(entry));
        } else if (isWritable(entry)) {
            putPageType(frame);
        } else {
            platform.release(frame);
        }
        // end::lab-04-release[]
    }

    /// Looks at all entries of a frame that has just become a table.
    private long promote(DomId owner, Mfn table) {
        // step: 04.4 promote(): validate every entry that is not Xen's; where one is refused, give
        // step: back those before it, change the table to UNUSED, release it, and answer why
        // tag::lab-04-promote[]
        for (int i = 0; i < platform.entries(); i++) {
            long entry = platform.read(table, i);
            if (!isPresent(entry) || platform.isXens(table, i)) {
                continue;
            }
            long rc = validateEntry(table, entry, owner);
            if (rc != 0) {
                releaseEntries(table, i);
                platform.change(table, platform.use(table), UNUSED);
                platform.release(table);
                return rc;
            }
        }
        return 0;
        // end::lab-04-promote[]
    }

    /// Gives back what the entries below `end` hold.
    private void releaseEntries(Mfn table, int end) {
        // step: 04.4 releaseEntries(): from the last one down, releaseEntry() for every present
        // step: entry that is not Xen's
        // tag::lab-04-release-all[]
        for (int i = end - 1; i >= 0; i--) {
            long entry = platform.read(table, i);
            if (isPresent(entry) && !platform.isXens(table, i)) {
                releaseEntry(table, entry);
            }
        }
        // end::lab-04-release-all[]
    }

    @Override
    public long pinTable(DomId domain, Mfn frame, FrameType level) {
        // step: 04.4 pinTable(): get the frame as a table, or answer why not; pin it; if it was
        // step: pinned already give it back and answer EINVAL
        // tag::lab-04-pin[]
        long rc = getPageType(domain, frame, level);
        if (rc != 0 || platform.pin(frame)) {
            return rc;
        }
        putPageType(frame);
        return Errno.EINVAL.rc();
        // end::lab-04-pin[]
    }

    @Override
    public long unpinTable(DomId domain, Mfn frame) {
        // step: 04.4 unpinTable(): EINVAL where the frame is not the domain's or not pinned; else
        // step: give back what pinTable() took
        // tag::lab-04-unpin[]
        if (!platform.isOwnedBy(frame, domain) || !platform.unpin(frame)) {
            return Errno.EINVAL.rc();
        }
        putPageType(frame);
        return 0;
        // end::lab-04-unpin[]
    }

    @Override
    public long mmuUpdate(DomId domain, Maddr place, long entry, boolean keepsMarks, DomId owner) {
        // step: 04.5 mmuUpdate(): hold the frame as what it is, as WRITABLE where it has no type;
        // step: in WRITABLE memory store the value; in a table write() it asStored(), but EINVAL
        // step: above L1 for memory of others; in anything else EINVAL; put the frame back in any
        // step: case
        // tag::lab-04-update[]
        // ? While you hold the frame as what you saw, nobody can make it anything else.
        Mfn frame = place.toMfn();
        int index = (int) (place.value() & 0xfff) / Long.BYTES;
        FrameType seen = platform.use(frame).type();
        FrameType type = seen == FrameType.NONE ? FrameType.WRITABLE : seen;
        boolean isTable = isTable(type);
        boolean mayBe = type == FrameType.WRITABLE || type == FrameType.L1;
        if (!mayBe && !(isTable && owner.equals(domain))) {
            return Errno.EINVAL.rc();
        }
        long rc = getPageType(domain, frame, type);
        if (rc != 0) {
            return rc;
        }
        if (isTable) {
            rc = write(frame, index, platform.asStored(type, entry), keepsMarks, owner);
        } else {
            platform.store(frame, index, entry);
        }
        putPageType(frame);
        return rc;
        // end::lab-04-update[]
    }

    /// Writes an entry into a table that is held, with all that belongs to it.
    private long write(Mfn table, int index, long entry, boolean keepsMarks, DomId owner) {
        // step: 04.5 write(): EINVAL for Xen's own entries and for refused bits; if the entry uses
        // step: another frame than before, or in another way (HARMLESS), validate it; replace the
        // step: one that was there, with its marks where they are kept; then release that one. If
        // step: somebody was quicker, give back what was taken, and look anew
        // tag::lab-04-write[]
        if (platform.isXens(table, index) || isRefused(platform.use(table).type(), entry)) {
            return Errno.EINVAL.rc();
        }
        while (true) {
            long before = platform.read(table, index);
            boolean isNewUse = !isPresent(entry) || ((before ^ entry) & ~HARMLESS) != 0;
            long rc = isNewUse ? validateEntry(table, entry, owner) : 0;
            if (rc != 0) {
                return rc;
            }
            long marks = keepsMarks ? before & (ACCESSED | DIRTY) : 0;
            boolean isWritten = platform.replace(table, index, before, entry | marks);
            if (isNewUse) {
                releaseEntry(table, isWritten ? before : entry);
            }
            if (isWritten) {
                return 0;
            }
        }
        // end::lab-04-write[]
    }

    @Override
    public long updateVaMapping(DomId domain, Vaddr vaddr, long entry, DomId owner) {
        // step: 04.6 updateVaMapping(): find the leaf entry of the address; where there is none, or
        // step: it lies in no L1 table, EINVAL; else it is an mmuUpdate() that keeps no marks
        // tag::lab-04-va[]
        Optional<Maddr> place = platform.leafEntry(vaddr);
        if (place.isEmpty() || platform.use(place.get().toMfn()).type() != FrameType.L1) {
            return Errno.EINVAL.rc();
        }
        return mmuUpdate(domain, place.get(), entry, false, owner);
        // end::lab-04-va[]
    }

    /// Makes the part. Found by `ServiceLoader`.
    public static final class Maker implements PvMmu.Maker {
        @Override
        public PvMmu make(Platform platform) {
            return new DirectPaging(platform);
        }
    }
}
