package io.xenarium.xen;

import io.xenarium.machine.Memory;
import io.xenarium.parts.PvMmu;
import io.xenarium.terms.Check;
import io.xenarium.terms.DomId;
import io.xenarium.terms.Errno;
import io.xenarium.terms.Maddr;
import io.xenarium.terms.Mfn;
import io.xenarium.terms.Vaddr;
import io.xenarium.trace.MemoryEvent.FrameType;

import java.util.Arrays;
import java.util.Optional;

/// What the hypervisor lends to [PvMmu]: the table of frames, and the entries of page tables.
///
/// 1. A *linear* entry, which shows a table of the table's own level read-only, holds a reference
///    on it as such, and none where the table shows itself. A table that shows another one of its
///    level is never shown itself, so no chain of tables is longer than twice the number of levels.
/// 2. The entries of a new table get what Xen adds when the whole request has been found good, so
///    that a refusal leaves them as they were.
final class MmuPlatform implements PvMmu.Platform {
    private static final int ENTRIES = 512;

    /// The frame number of an entry that says "nowhere".
    private static final long NOWHERE_MFN = 0xff_ffff_ffffL;

    /// As many as a table's count of linear entries can say.
    private static final int LINEAR_MAX = Short.MAX_VALUE;

    private final Memory memory;
    private final FrameTable frames;
    private final XenSlots slots;
    private final Tlbs tlbs;
    private final Chronicle chronicle;
    private final GuestMemory guest;
    private final PvMmu part;

    private Vcpu current;

    /// The tables that the request has made so far.
    private long[] made = new long[64];

    private int madeCount;

    MmuPlatform(
            Memory memory,
            FrameTable frames,
            XenSlots slots,
            Tlbs tlbs,
            GuestMemory guest,
            Chronicle chronicle,
            PvMmu.Maker maker) {
        this.memory = memory;
        this.frames = frames;
        this.slots = slots;
        this.tlbs = tlbs;
        this.guest = guest;
        this.chronicle = chronicle;
        part = maker.make(this);
    }

    PvMmu part() {
        return part;
    }

    /// The vCPU that asks.
    void workOn(Vcpu caller) {
        current = caller;
    }

    /// The request is over.
    void forgetMade() {
        madeCount = 0;
    }

    /// The request was good: makes Xen's changes to the entries of new tables.
    void finishTables(Domain domain) {
        for (int i = 0; i < madeCount; i++) {
            if (levelOf(made[i]) > 0) {
                adjust(domain, made[i]);
            }
        }
    }

    private void adjust(Domain domain, long tableMfn) {
        int level = levelOf(tableMfn);
        for (int i = 0; i < ENTRIES; i++) {
            long at = (tableMfn << 12) + i * 8L;
            long before = memory.getLong(at);
            long after = PageEntry.adjusted(before, level);
            if (before != after && !isXens(level, i)) {
                memory.setLong(at, after);
            }
        }
        if (level == 4) {
            slots.fill(tableMfn, domain);
        }
    }

    private void noteMade(long tableMfn) {
        if (madeCount == made.length) {
            made = Arrays.copyOf(made, made.length * 2);
        }
        made[madeCount++] = tableMfn;
    }

    private boolean isMade(long tableMfn) {
        for (int i = 0; i < madeCount; i++) {
            if (made[i] == tableMfn) {
                return true;
            }
        }
        return false;
    }

    /// 0 where the frame is no table.
    private int levelOf(long frameMfn) {
        return frames.type(frameMfn).level();
    }

    private static boolean isXens(int level, int index) {
        return level == 4 && index >= XenSlots.FIRST && index <= XenSlots.LAST;
    }

    @Override
    public DomId owner(Mfn frame) {
        return new DomId(frames.owner(frame.value()));
    }

    @Override
    public boolean isOwnedBy(Mfn frame, DomId domain) {
        return frames.isOwnedBy(frame.value(), domain);
    }

    @Override
    public long hold(Mfn frame, DomId owner) {
        long rc = whyNot(frame.value(), owner);
        if (rc == 0) {
            frames.hold(frame.value());
        }
        return rc;
    }

    private long whyNot(long frameMfn, DomId owner) {
        if (frameMfn == 0 || !frames.holds(frameMfn)) {
            // What is no memory, as the first frame counts, could be a device: nobody's here.
            return frameMfn == NOWHERE_MFN ? Errno.EINVAL.rc() : Errno.EPERM.rc();
        }
        return frames.isOwnedBy(frameMfn, owner) ? 0 : Errno.EBUSY.rc();
    }

    @Override
    public void release(Mfn frame) {
        frames.release(frame.value());
    }

    @Override
    public long holdForeign(Mfn frame, DomId owner, boolean isWritable) {
        long rc = whyNot(frame.value(), owner);
        if (rc != 0) {
            return rc;
        }
        if (isWritable && !frames.canBe(frame.value(), FrameType.WRITABLE)) {
            return Errno.EBUSY.rc();
        }
        frames.holdForeign(frame.value(), isWritable);
        return 0;
    }

    @Override
    public void releaseForeign(Mfn frame, boolean isWritable) {
        frames.releaseForeign(frame.value(), isWritable);
    }

    @Override
    public PvMmu.Use use(Mfn frame) {
        return new PvMmu.Use(frames.type(frame.value()), frames.typeCount(frame.value()));
    }

    @Override
    public boolean change(Mfn frame, PvMmu.Use seen, PvMmu.Use now) {
        long frameMfn = frame.value();
        if (frames.type(frameMfn) != seen.type() || frames.typeCount(frameMfn) != seen.count()) {
            return false;
        }
        if (now.count() > seen.count()) {
            frames.holdType(frameMfn, now.type());
            if (seen.count() == 0 && now.type().level() > 0) {
                noteMade(frameMfn);
            }
        } else if (frames.releaseType(frameMfn) && seen.type().level() > 0) {
            endTable(frameMfn, seen.type());
        }
        boolean isSo = frames.type(frameMfn) == now.type();
        Check.that(
                isSo && frames.typeCount(frameMfn) == now.count(),
                "frame %#x cannot be used so",
                frameMfn);
        return true;
    }

    private void endTable(long tableMfn, FrameType level) {
        frames.setLinearCount(tableMfn, 0);
        // A table that is given up half-way has the guest's own entries there.
        if (level == FrameType.L4 && !isMade(tableMfn)) {
            slots.clear(tableMfn);
        }
    }

    @Override
    public void forgetStores(Mfn frame) {
        if (frames.isStale(frame.value())) {
            tlbs.flushAll();
        }
    }

    @Override
    public int entries() {
        return ENTRIES;
    }

    @Override
    public boolean isXens(Mfn table, int index) {
        return isXens(levelOf(table.value()), index);
    }

    @Override
    public long read(Mfn table, int index) {
        return memory.getLong((table.value() << 12) + index * 8L);
    }

    @Override
    public boolean replace(Mfn table, int index, long seen, long entry) {
        long at = (table.value() << 12) + index * 8L;
        if (memory.getLong(at) != seen) {
            return false;
        }
        memory.setLong(at, entry);
        chronicle.entryWritten(at, seen, entry);
        return true;
    }

    @Override
    public void store(Mfn frame, int index, long value) {
        memory.setLong((frame.value() << 12) + index * 8L, value);
    }

    @Override
    public long asStored(FrameType level, long entry) {
        return PageEntry.adjusted(entry, level.level());
    }

    @Override
    public boolean holdLinear(Mfn table, long entry) {
        long tableMfn = table.value();
        long shownMfn = PageEntry.mfn(entry);
        if (PageEntry.isWritable(entry) || shownMfn == tableMfn) {
            return !PageEntry.isWritable(entry);
        }
        FrameType type = frames.type(tableMfn);
        int owner = frames.owner(tableMfn);
        if (frames.owner(shownMfn) != owner || frames.type(shownMfn) != type) {
            return false;
        }
        int shows = frames.linearCount(tableMfn);
        int isShown = frames.linearCount(shownMfn);
        if (shows < 0 || shows == LINEAR_MAX || isShown > 0 || isShown == -LINEAR_MAX) {
            return false;
        }
        frames.setLinearCount(tableMfn, shows + 1);
        frames.setLinearCount(shownMfn, isShown - 1);
        frames.hold(shownMfn);
        frames.holdType(shownMfn, type);
        return true;
    }

    @Override
    public boolean releaseLinear(Mfn table, long entry) {
        long tableMfn = table.value();
        long shownMfn = PageEntry.mfn(entry);
        if (shownMfn == tableMfn) {
            return true;
        }
        if (frames.type(shownMfn) != frames.type(tableMfn)) {
            return false;
        }
        frames.setLinearCount(tableMfn, frames.linearCount(tableMfn) - 1);
        frames.setLinearCount(shownMfn, frames.linearCount(shownMfn) + 1);
        part.putPageType(new Mfn(shownMfn));
        return true;
    }

    @Override
    public boolean pin(Mfn frame) {
        return setPinned(frame.value(), true);
    }

    @Override
    public boolean unpin(Mfn frame) {
        return setPinned(frame.value(), false);
    }

    private boolean setPinned(long frameMfn, boolean isPinned) {
        if (frames.isPinned(frameMfn) == isPinned) {
            return false;
        }
        frames.setPinned(frameMfn, isPinned);
        return true;
    }

    @Override
    public Optional<Maddr> leafEntry(Vaddr vaddr) {
        long entryMaddr = guest.leafEntry(current, vaddr.value());
        return entryMaddr == GuestMemory.NOWHERE
                ? Optional.empty()
                : Optional.of(new Maddr(entryMaddr));
    }
}
