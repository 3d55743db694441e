package io.xenarium.xen;

import io.xenarium.terms.DomId;
import io.xenarium.terms.Errno;

import java.util.Optional;

/// XENMEM_exchange: a domain gives extents of one size and gets as much memory in extents of
/// another (public/memory.h). Xen: memory_exchange in common/memory.c.
///
/// The unit is a *chunk*, the larger of the two sizes: it is exchanged as a whole or not at all. A
/// frame can be given only while nobody uses it.
final class Exchanges {
    /// Two reservations, what goes in and what comes out, and u64 how many of the first are done.
    private static final int OUT = Reservations.BYTES;

    private static final int DONE = 2 * Reservations.BYTES;

    private static final int LIST = 0;
    private static final int COUNT = 8;
    private static final int ORDER = 16;
    private static final int DOMAIN = 24;

    private final FrameTable frames;
    private final GuestMemory guest;
    private final Owners owners;

    Exchanges(Xen xen, Owners owners) {
        this.owners = owners;
        frames = xen.frames();
        guest = xen.guest();
    }

    /// One of the two lists of extents.
    private record Extents(long list, long count, int order, int domain) {
        boolean overflows() {
            return count < 0 || count > Long.MAX_VALUE >>> order;
        }
    }

    /// What is asked for; a chunk is 2^inPerChunk extents in and 2^outPerChunk extents out.
    private record Wish(Extents in, Extents out, long done) {
        int inPerChunk() {
            return Math.max(0, out.order - in.order);
        }

        int outPerChunk() {
            return Math.max(0, in.order - out.order);
        }

        long chunks() {
            return in.count >>> inPerChunk();
        }
    }

    /// The structure lies at `at`. How many extents in were exchanged is written there, whatever
    /// the answer.
    long exchange(Vcpu caller, long at, Reservations.Pieces pieces) {
        Wish wish =
                new Wish(
                        extents(caller, at),
                        extents(caller, at + OUT),
                        guest.getLong(caller, at + DONE));
        guest.require(caller, at + DONE, 8, true);
        long rc = check(wish);
        if (rc != 0) {
            return rc;
        }
        Optional<Domain> domain = owners.any(caller, wish.in.domain);
        if (domain.isEmpty()) {
            return Errno.ESRCH.rc();
        }
        if (!owners.mayControl(caller.domain(), domain.get().id())) {
            return Errno.EPERM.rc();
        }
        return goThrough(caller, domain.get().id(), wish, at, pieces);
    }

    private Extents extents(Vcpu caller, long at) {
        return new Extents(
                guest.getLong(caller, at + LIST),
                guest.getLong(caller, at + COUNT),
                guest.getInt(caller, at + ORDER),
                guest.getShort(caller, at + DOMAIN));
    }

    private static long check(Wish wish) {
        int largest =
                Integer.compareUnsigned(wish.in.order, wish.out.order) > 0
                        ? wish.in.order
                        : wish.out.order;
        if (Integer.compareUnsigned(largest, Limits.EXTENT_ORDER) > 0) {
            return Errno.EPERM.rc();
        }
        boolean isWrong =
                Long.compareUnsigned(wish.done, wish.in.count) > 0
                        || wish.in.domain != wish.out.domain
                        || wish.in.overflows()
                        || wish.out.overflows()
                        || wish.in.count << wish.in.order != wish.out.count << wish.out.order;
        if (isWrong) {
            return Errno.EINVAL.rc();
        }
        boolean areGuests =
                GuestMemory.isGuests(wish.in.list) && GuestMemory.isGuests(wish.out.list);
        return areGuests ? 0 : Errno.EFAULT.rc();
    }

    private long goThrough(
            Vcpu caller, DomId domain, Wish wish, long at, Reservations.Pieces pieces) {
        long rc = 0;
        long chunk = wish.done >>> wish.inPerChunk();
        long pages = 0;
        while (rc == 0 && chunk < wish.chunks() && pages < Limits.PIECE) {
            try {
                rc = one(caller, domain, wish, chunk);
            } catch (BadPointer unusable) {
                rc = Errno.EFAULT.rc();
            }
            chunk += rc == 0 ? 1 : 0;
            pages += 1L << wish.in.order + wish.inPerChunk();
        }
        boolean isAll = rc == 0 && chunk == wish.chunks();
        guest.putLong(caller, at + DONE, isAll ? wish.in.count : chunk << wish.inPerChunk());
        if (rc == 0 && !isAll) {
            pieces.goOn();
        }
        return rc;
    }

    private long one(Vcpu caller, DomId domain, Wish wish, long chunk) {
        long[] given = new long[1 << wish.inPerChunk()];
        for (int i = 0; i < given.length; i++) {
            long slot = wish.in.list + ((chunk << wish.inPerChunk()) + i) * 8;
            given[i] = guest.getLong(caller, slot);
        }
        if (!areGivable(domain, given, wish.in.order)) {
            return Errno.EINVAL.rc();
        }
        long[] pfns = new long[1 << wish.outPerChunk()];
        long slots = wish.out.list + (chunk << wish.outPerChunk()) * 8;
        guest.require(caller, slots, pfns.length * 8L, true);
        for (int i = 0; i < pfns.length; i++) {
            pfns[i] = guest.getLong(caller, slots + i * 8L);
        }
        long[] taken = new long[pfns.length];
        if (!take(domain, taken, wish.out.order)) {
            return Errno.ENOMEM.rc();
        }
        drop(given, wish.in.order);
        for (int i = 0; i < pfns.length; i++) {
            for (int j = 0; j < 1 << wish.out.order; j++) {
                frames.setPfn(taken[i] + j, pfns[i] + j);
            }
            guest.putLong(caller, slots + i * 8L, taken[i]);
        }
        return 0;
    }

    private boolean areGivable(DomId domain, long[] firsts, int order) {
        for (int i = 0; i < firsts.length; i++) {
            for (long mfn = firsts[i]; mfn < firsts[i] + (1L << order); mfn++) {
                if (!frames.isOwnedBy(mfn, domain) || !frames.isUnused(mfn)) {
                    return false;
                }
            }
            for (int j = 0; j < i; j++) {
                if (Math.abs(firsts[i] - firsts[j]) < 1L << order) {
                    return false;
                }
            }
        }
        return true;
    }

    private boolean take(DomId domain, long[] firsts, int order) {
        for (int i = 0; i < firsts.length; i++) {
            firsts[i] = frames.allocateRun(domain, order, frames.frames());
            if (firsts[i] == FrameTable.NO_RUN) {
                drop(java.util.Arrays.copyOf(firsts, i), order);
                return false;
            }
        }
        return true;
    }

    private void drop(long[] firsts, int order) {
        for (long first : firsts) {
            for (int i = 0; i < 1 << order; i++) {
                frames.setPfn(first + i, FrameTable.INVALID_PFN);
                frames.drop(first + i);
            }
        }
    }
}
