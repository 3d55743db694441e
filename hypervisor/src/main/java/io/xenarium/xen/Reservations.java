package io.xenarium.xen;

import java.util.Optional;

/// How much memory a domain has: extents that it gets, gives back, or exchanges (public/memory.h).
/// Xen: increase_reservation and its neighbours in common/memory.c.
///
/// Each of them does extent after extent until one cannot be done, and answers how many were. Of an
/// extent that cannot be done nothing is done. A frame that a domain gives back is free, and
/// somebody else's, only when nothing refers to it any more.
final class Reservations {
    static final int INCREASE = 0;
    static final int DECREASE = 1;
    static final int POPULATE = 6;

    /// {u64 list of extents, u64 how many @8, u32 order @16, u32 flags @20, u16 domain @24}.
    static final int BYTES = 32;

    private static final int LIST = 0;
    private static final int COUNT = 8;
    private static final int ORDER = 16;
    private static final int FLAGS = 20;
    private static final int DOMAIN = 24;

    /// As many extents as the number of the operation has room to say how many are done.
    private static final long COUNT_MAX = 0x3ff_ffff;

    private static final int ON_DEMAND = 1 << 16;

    private final FrameTable frames;
    private final GuestMemory guest;
    private final PageTables mmu;
    private final Owners owners;

    Reservations(Xen xen, Owners owners) {
        this.owners = owners;
        frames = xen.frames();
        guest = xen.guest();
        mmu = xen.mmu();
    }

    /// What a guest asks for.
    ///
    /// @param mfnEnd frames must lie below this
    private record Wish(
            Domain domain, long list, long count, int order, boolean isOnDemand, long mfnEnd) {
        long pages() {
            return 1L << order;
        }

        boolean isTooLarge() {
            return order < 0 || order > Limits.EXTENT_ORDER;
        }
    }

    /// Carries out extents from number `first` on. Returns how many are done in all, which is less
    /// than were asked for where one failed, or where a piece of the work is done.
    ///
    /// @param pieces takes whether to go on later, with the extent of the number returned
    long adjust(Vcpu caller, int operation, long at, long first, Pieces pieces) {
        Optional<Wish> read = read(caller, at);
        if (read.isEmpty() || first >= read.get().count) {
            return first;
        }
        Wish wish = read.get();
        boolean hasList = operation != INCREASE || wish.list != 0;
        if (wish.isTooLarge() || hasList && !GuestMemory.isGuests(wish.list + first * 8)) {
            return first;
        }
        long pages = 0;
        for (long i = first; i < wish.count; i++) {
            if (pages >= Limits.PIECE) {
                pieces.goOn();
                return i;
            }
            pages += wish.pages();
            if (!one(caller, operation, wish, i)) {
                return i;
            }
        }
        return wish.count;
    }

    /// Told that a piece of the work is done and more is left.
    @FunctionalInterface
    interface Pieces {
        void goOn();
    }

    private Optional<Wish> read(Vcpu caller, long at) {
        long count;
        Wish wish;
        try {
            count = guest.getLong(caller, at + COUNT);
            int flags = guest.getInt(caller, at + FLAGS);
            Optional<Domain> domain = owners.any(caller, guest.getShort(caller, at + DOMAIN));
            if (domain.isEmpty() || !owners.mayControl(caller.domain(), domain.get().id())) {
                return Optional.empty();
            }
            wish =
                    new Wish(
                            domain.get(),
                            guest.getLong(caller, at + LIST),
                            count,
                            guest.getInt(caller, at + ORDER),
                            (flags & ON_DEMAND) != 0,
                            mfnEnd(flags));
        } catch (BadPointer unusable) {
            return Optional.empty();
        }
        boolean isUsable = count >= 0 && count <= COUNT_MAX && wish.mfnEnd > 0;
        return isUsable ? Optional.of(wish) : Optional.empty();
    }

    /// The lowest byte of the flags says how many bits the frames' addresses may have, or 0.
    private long mfnEnd(int flags) {
        int bits = flags & 0xff;
        if (bits == 0 || bits >= 52) {
            return frames.frames();
        }
        return bits <= 12 ? 0 : Math.min(frames.frames(), 1L << bits - 12);
    }

    private boolean one(Vcpu caller, int operation, Wish wish, long index) {
        if (operation != DECREASE && wish.domain.isStarved()) {
            return false;
        }
        long slot = wish.list + index * 8;
        try {
            return switch (operation) {
                case INCREASE -> increase(caller, wish, slot);
                case DECREASE -> decrease(wish, guest.getLong(caller, slot));
                default -> populate(caller, wish, slot);
            };
        } catch (BadPointer unusable) {
            return false;
        }
    }

    private boolean increase(Vcpu caller, Wish wish, long slot) {
        if (wish.list != 0) {
            guest.require(caller, slot, 8, true);
        }
        long first = take(wish);
        if (first != FrameTable.NO_RUN && wish.list != 0) {
            guest.putLong(caller, slot, first);
        }
        return first != FrameTable.NO_RUN;
    }

    private boolean populate(Vcpu caller, Wish wish, long slot) {
        guest.require(caller, slot, 8, true);
        long pfn = guest.getLong(caller, slot);
        long first = wish.isOnDemand ? FrameTable.NO_RUN : take(wish);
        if (first == FrameTable.NO_RUN) {
            return false;
        }
        for (int i = 0; i < wish.pages(); i++) {
            frames.setPfn(first + i, pfn + i);
        }
        guest.putLong(caller, slot, first);
        return true;
    }

    private long take(Wish wish) {
        Domain domain = wish.domain;
        boolean isAllowed = frames.owned(domain.id()) + wish.pages() <= domain.config().pages();
        return isAllowed
                ? frames.allocateRun(domain.id(), wish.order, wish.mfnEnd)
                : FrameTable.NO_RUN;
    }

    private boolean decrease(Wish wish, long first) {
        for (long mfn = first; mfn < first + wish.pages(); mfn++) {
            if (!frames.isOwnedBy(mfn, wish.domain.id()) || frames.isShared(mfn)) {
                return false;
            }
        }
        for (long mfn = first; mfn < first + wish.pages(); mfn++) {
            giveBack(wish.domain, mfn);
        }
        return true;
    }

    private void giveBack(Domain domain, long mfn) {
        frames.setPfn(mfn, FrameTable.INVALID_PFN);
        if (frames.isPinned(mfn)) {
            mmu.unpin(domain, mfn);
        }
        if (frames.isOwnedBy(mfn, domain.id())) {
            frames.drop(mfn);
        }
    }
}
