package io.xenarium.xen;

import static io.xenarium.abi.GrantEntry.ACCEPT_TRANSFER;
import static io.xenarium.abi.GrantEntry.PERMIT_ACCESS;
import static io.xenarium.abi.GrantEntry.READING;
import static io.xenarium.abi.GrantEntry.READONLY;
import static io.xenarium.abi.GrantEntry.SUB_PAGE;
import static io.xenarium.abi.GrantEntry.TRANSFER_COMMITTED;
import static io.xenarium.abi.GrantEntry.TRANSFER_COMPLETED;
import static io.xenarium.abi.GrantEntry.TRANSITIVE;
import static io.xenarium.abi.GrantEntry.TYPE;
import static io.xenarium.abi.GrantEntry.WRITING;
import static io.xenarium.abi.GrantStatus.BAD_PAGE;
import static io.xenarium.abi.GrantStatus.BAD_REF;
import static io.xenarium.abi.GrantStatus.GENERAL_ERROR;
import static io.xenarium.abi.GrantStatus.OKAY;
import static io.xenarium.abi.GrantStatus.TRY_AGAIN;

import io.xenarium.abi.GrantEntry;
import io.xenarium.abi.GrantEntry2;
import io.xenarium.machine.Memory;
import io.xenarium.terms.DomId;
import io.xenarium.xen.ActiveGrant.Extent;
import io.xenarium.xen.ActiveGrant.Pin;

import java.util.Optional;

/// Whether an entry of a grant table may be used, and the marks that say that it is.
///
/// The guest can change its table at any moment, so what an entry says counts only in the instant
/// in which its marks are set; from then on the [ActiveGrant] counts. Answers are GNTST_* and an
/// answer other than okay changes nothing. Xen: _set_status, acquire_grant_for_copy and
/// release_grant_for_copy in xen/common/grant_table.c.
final class Grants {
    private final Memory memory;
    private final FrameTable frames;
    private final Domains domains;

    Grants(Xen xen, Domains domains) {
        this.domains = domains;
        memory = xen.memory();
        frames = xen.frames();
    }

    /// Takes a pin on entry `ref` of `granter` so that `user` can map the frame.
    int pinToMap(Domain granter, long ref, DomId user, Pin pin) {
        GrantTable table = granter.grants();
        int refusal = usable(table, ref, user, pin);
        if (refusal != OKAY) {
            return refusal;
        }
        int entry = (int) ref;
        if (table.active(entry).filter(grant -> grant.extent().isPart()).isPresent()) {
            return GENERAL_ERROR;
        }
        boolean isNew = needsEntry(table, entry, pin);
        if (isNew) {
            refusal = check(table, entry, user, pin.isWrite(), true);
        }
        return refusal == OKAY ? take(granter, entry, user, pin, isNew) : refusal;
    }

    /// Takes a pin for the time of one copy. Parts of frames, and the grants of third domains that
    /// `granter` passes on, can be copied too.
    int pinToCopy(Domain granter, long ref, DomId user, Pin pin) {
        return pinToCopy(granter, ref, user, pin, true);
    }

    private int pinToCopy(Domain granter, long ref, DomId user, Pin pin, boolean mayPassOn) {
        GrantTable table = granter.grants();
        int refusal = usable(table, ref, user, pin);
        if (refusal != OKAY) {
            return refusal;
        }
        int entry = (int) ref;
        boolean isNew = needsEntry(table, entry, pin);
        if (isNew) {
            refusal = check(table, entry, user, pin.isWrite(), false);
        }
        if (refusal != OKAY) {
            return refusal;
        }
        if (isTransitive(table, entry)) {
            return mayPassOn ? passOn(granter, entry, user, pin) : GENERAL_ERROR;
        }
        return take(granter, entry, user, pin, isNew);
    }

    /// Gives back what [#pinToMap] took.
    void unpin(Domain granter, int ref, Pin pin) {
        GrantTable table = granter.grants();
        ActiveGrant grant = table.active(ref).orElseThrow();
        grant.unpin(pin);
        settle(table, grant);
    }

    /// Gives back what [#pinToCopy] took, from a third domain as well.
    void unpinCopy(Domain granter, int ref, Pin pin) {
        Extent extent = granter.grants().active(ref).orElseThrow().extent();
        unpin(granter, ref, pin);
        if (!extent.source().equals(granter.id())) {
            unpin(domains.get(extent.source()), extent.sourceRef(), pin);
        }
    }

    private static int usable(GrantTable table, long ref, DomId user, Pin pin) {
        if (!table.holds(ref)) {
            return BAD_REF;
        }
        boolean isTaken =
                table.isUsedByOther((int) ref, user)
                        || table.active((int) ref).filter(grant -> grant.isFull(pin)).isPresent();
        return isTaken ? GENERAL_ERROR : OKAY;
    }

    /// Whether the entry has to allow this: what it allowed to others before does not count anew.
    private static boolean needsEntry(GrantTable table, int ref, Pin pin) {
        Optional<ActiveGrant> grant = table.active(ref);
        return grant.isEmpty() || pin.isWrite() && !grant.get().isWritten();
    }

    private static int check(
            GrantTable table, int ref, DomId user, boolean isWrite, boolean isMapping) {
        int flags = table.flags(ref);
        int kind = flags & (isMapping ? TYPE | SUB_PAGE : TYPE);
        boolean isVersion2 = table.version() == 2;
        boolean isOffered = kind == PERMIT_ACCESS || isVersion2 && !isMapping && kind == TRANSITIVE;
        boolean isPinned = isVersion2 && table.active(ref).isPresent();
        if (!isPinned && (!isOffered || table.domid(ref) != user.value())) {
            return GENERAL_ERROR;
        }
        return isWrite && (flags & READONLY) != 0 ? GENERAL_ERROR : OKAY;
    }

    private int take(Domain granter, int ref, DomId user, Pin pin, boolean isNew) {
        GrantTable table = granter.grants();
        if (table.active(ref).isEmpty()) {
            Extent extent = extent(granter, ref);
            if (!frames.isOwnedBy(extent.mfn(), granter.id())) {
                return BAD_PAGE;
            }
            table.begin(new ActiveGrant(ref, user, extent));
        }
        table.active(ref).orElseThrow().pin(pin);
        if (isNew) {
            table.setMarks(ref, pin.isWrite() ? READING | WRITING : READING);
        }
        return OKAY;
    }

    private static void settle(GrantTable table, ActiveGrant grant) {
        if (!grant.isWritten()) {
            table.clearMarks(grant.ref(), WRITING);
        }
        if (!grant.isPinned()) {
            table.clearMarks(grant.ref(), READING);
            table.end(grant);
        }
    }

    private Extent extent(Domain granter, int ref) {
        GrantTable table = granter.grants();
        boolean isPart = table.version() == 2 && (table.flags(ref) & SUB_PAGE) != 0;
        if (!isPart) {
            return Extent.whole(table.entryFrame(ref), granter.id(), ref);
        }
        long entry = table.entryMaddr(ref);
        int start = memory.getShort(entry + GrantEntry2.OFFSET) & 0xffff;
        int length = memory.getShort(entry + GrantEntry2.LENGTH) & 0xffff;
        return new Extent(table.entryFrame(ref), start, length, true, granter.id(), ref);
    }

    private static boolean isTransitive(GrantTable table, int ref) {
        return table.version() == 2 && (table.flags(ref) & TYPE) == TRANSITIVE;
    }

    private Optional<Domain> thirdDomain(GrantTable table, int ref) {
        int third = memory.getShort(table.entryMaddr(ref) + GrantEntry2.TRANSITIVE_DOMID) & 0xffff;
        return domains.find(third);
    }

    private int thirdRef(GrantTable table, int ref) {
        return memory.getInt(table.entryMaddr(ref) + GrantEntry2.TRANSITIVE_REF);
    }

    /// The entry says that another domain granted something to `granter`, and that `user` may have
    /// it. It goes one step far: what the other domain itself was granted cannot be passed on.
    private int passOn(Domain granter, int ref, DomId user, Pin pin) {
        GrantTable table = granter.grants();
        Optional<Domain> third = thirdDomain(table, ref);
        if (third.isEmpty() || third.get() == granter) {
            return GENERAL_ERROR;
        }
        long thirdRef = thirdRef(table, ref) & 0xffff_ffffL;
        int status = pinToCopy(third.get(), thirdRef, granter.id(), pin, false);
        if (status != OKAY) {
            return status;
        }
        Extent its = third.get().grants().active((int) thirdRef).orElseThrow().extent();
        Extent extent =
                new Extent(
                        its.mfn(),
                        its.start(),
                        its.length(),
                        true,
                        third.get().id(),
                        (int) thirdRef);
        Optional<ActiveGrant> before = table.active(ref);
        if (before.isPresent() && !before.get().extent().equals(extent)) {
            unpin(third.get(), (int) thirdRef, pin);
            return TRY_AGAIN;
        }
        boolean isNew = needsEntry(table, ref, pin);
        if (before.isEmpty()) {
            table.begin(new ActiveGrant(ref, user, extent));
        }
        table.active(ref).orElseThrow().pin(pin);
        if (isNew) {
            table.setMarks(ref, pin.isWrite() ? READING | WRITING : READING);
        }
        return OKAY;
    }

    /// Commits entry `ref` of `receiver` to take a frame from `giver`, if it waits for one.
    boolean commitTransfer(Domain receiver, long ref, DomId giver) {
        GrantTable table = receiver.grants();
        if (!table.holds(ref)) {
            return false;
        }
        boolean isWaiting =
                table.flags((int) ref) == ACCEPT_TRANSFER
                        && table.domid((int) ref) == giver.value();
        if (isWaiting) {
            addFlag(table, (int) ref, TRANSFER_COMMITTED);
        }
        return isWaiting;
    }

    /// Tells the receiver in its entry which frame it got.
    void completeTransfer(Domain receiver, int ref, long frameMfn) {
        GrantTable table = receiver.grants();
        long entry = table.entryMaddr(ref);
        if (table.version() == 1) {
            memory.setInt(entry + GrantEntry.FRAME, (int) frameMfn);
        } else {
            memory.setLong(entry + GrantEntry2.FRAME, frameMfn);
        }
        addFlag(table, ref, TRANSFER_COMPLETED);
    }

    private void addFlag(GrantTable table, int ref, int flag) {
        long at = table.entryMaddr(ref) + GrantEntry.FLAGS;
        memory.setShort(at, (short) (memory.getShort(at) | flag));
    }
}
