package io.xenarium.xen;

import static io.xenarium.abi.GrantEntry.ACCEPT_TRANSFER;
import static io.xenarium.abi.GrantEntry.PERMIT_ACCESS;
import static io.xenarium.abi.GrantEntry.SUB_PAGE;
import static io.xenarium.abi.GrantEntry.TRANSFER_COMMITTED;
import static io.xenarium.abi.GrantEntry.TRANSFER_COMPLETED;
import static io.xenarium.abi.GrantEntry.TRANSITIVE;
import static io.xenarium.abi.GrantEntry.TYPE;

import io.xenarium.abi.GrantEntry;
import io.xenarium.abi.GrantEntry2;
import io.xenarium.machine.Memory;
import io.xenarium.parts.Grants.Header;
import io.xenarium.terms.DomId;
import io.xenarium.xen.ActiveGrant.Extent;

import java.util.Optional;

/// Entries of grant tables in both layouts: what they say, the marks on them, and the uses that are
/// made of them. Whether one may be used is decided by [io.xenarium.parts.Grants].
///
/// Xen: shared_entry_header, _set_status_v1 and _set_status_v2 in xen/common/grant_table.c.
final class GrantEntries {
    private final Memory memory;
    private final FrameTable frames;
    private final Domains domains;

    GrantEntries(Xen xen, Domains domains) {
        this.domains = domains;
        memory = xen.memory();
        frames = xen.frames();
    }

    GrantTable table(DomId granter) {
        return domains.findWithZombies(granter).orElseThrow().grants();
    }

    ActiveGrant active(DomId granter, int ref) {
        return table(granter).active(ref).orElseThrow();
    }

    /// What the entry says. In the second layout an entry in use goes on saying what it was granted
    /// for: kind and domain are looked at once, when the use begins.
    Header header(DomId granter, int ref) {
        GrantTable table = table(granter);
        int flags = table.flags(ref);
        Optional<ActiveGrant> grant = table.version() == 2 ? table.active(ref) : Optional.empty();
        return grant.map(used -> offered(flags, used.user().value()))
                .orElseGet(() -> new Header(flags, table.domid(ref)));
    }

    /// The header of an entry that offers access to `user`.
    static Header offered(int flags, int user) {
        return new Header(flags & ~TYPE | PERMIT_ACCESS, user);
    }

    /// Sets marks where the entry still says what was seen. Nobody gets in between here, since one
    /// vCPU runs at a time; Xen needs an atomic exchange.
    boolean mark(DomId granter, int ref, Header seen, int marks) {
        boolean isSame = header(granter, ref).equals(seen);
        if (isSame) {
            table(granter).setMarks(ref, marks);
        }
        return isSame;
    }

    boolean begin(DomId granter, int ref, DomId user) {
        Extent extent = extent(granter, ref);
        boolean isOwn = frames.isOwnedBy(extent.mfn(), granter);
        if (isOwn) {
            table(granter).begin(new ActiveGrant(ref, user, extent));
        }
        return isOwn;
    }

    private Extent extent(DomId granter, int ref) {
        GrantTable table = table(granter);
        boolean isPart = table.version() == 2 && (table.flags(ref) & SUB_PAGE) != 0;
        if (!isPart) {
            return Extent.whole(table.entryFrame(ref), granter, ref);
        }
        long entry = table.entryMaddr(ref);
        int start = memory.getShort(entry + GrantEntry2.OFFSET) & 0xffff;
        int length = memory.getShort(entry + GrantEntry2.LENGTH) & 0xffff;
        return new Extent(table.entryFrame(ref), start, length, true, granter, ref);
    }

    /// Whether the entry grants no whole frame, so that it can be copied but not mapped.
    boolean isPart(DomId granter, int ref) {
        boolean isMarked = (table(granter).flags(ref) & SUB_PAGE) != 0;
        return isMarked || active(granter, ref).extent().isPart();
    }

    /// Whether the entry passes on what another domain granted.
    boolean isTransitive(DomId granter, long ref) {
        GrantTable table = table(granter);
        return table.version() == 2
                && table.holds(ref)
                && (table.flags((int) ref) & TYPE) == TRANSITIVE;
    }

    Optional<Domain> thirdDomain(DomId granter, int ref) {
        long entry = table(granter).entryMaddr(ref);
        return domains.find(memory.getShort(entry + GrantEntry2.TRANSITIVE_DOMID) & 0xffff);
    }

    long thirdRef(DomId granter, int ref) {
        long entry = table(granter).entryMaddr(ref);
        return memory.getInt(entry + GrantEntry2.TRANSITIVE_REF) & 0xffff_ffffL;
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
