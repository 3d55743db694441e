package io.xenarium.xen;

import static io.xenarium.abi.GrantEntry.READING;
import static io.xenarium.abi.GrantEntry.WRITING;
import static io.xenarium.abi.GrantStatus.GENERAL_ERROR;
import static io.xenarium.abi.GrantStatus.OKAY;
import static io.xenarium.abi.GrantStatus.TRY_AGAIN;

import io.xenarium.parts.Grants;
import io.xenarium.parts.Grants.Header;
import io.xenarium.parts.Grants.Pin;
import io.xenarium.terms.DomId;
import io.xenarium.xen.ActiveGrant.Extent;

import java.util.Optional;

/// Pins for the time of one copy: on an entry itself, and on the entry of a third domain where the
/// first only passes its grant on.
///
/// It goes one step far: what the third domain itself was granted cannot be passed on. Xen:
/// acquire_grant_for_copy and release_grant_for_copy in xen/common/grant_table.c.
final class CopyPins {
    private final GrantEntries entries;
    private final Grants grants;

    CopyPins(GrantEntries entries, Grants grants) {
        this.entries = entries;
        this.grants = grants;
    }

    /// Takes a pin on entry `ref` of `granter` for `user`. Returns a status.
    int pin(Domain granter, long ref, DomId user, Pin pin) {
        return entries.isTransitive(granter.id(), ref)
                ? passOn(granter, (int) ref, user, pin)
                : grants.pin(granter.id(), ref, user, pin);
    }

    /// Gives back what [#pin] took, from a third domain as well.
    void unpin(Domain granter, int ref, Pin pin) {
        Extent extent = entries.active(granter.id(), ref).extent();
        grants.unpin(granter.id(), ref, pin);
        if (!extent.source().equals(granter.id())) {
            grants.unpin(extent.source(), extent.sourceRef(), pin);
        }
    }

    private int passOn(Domain granter, int ref, DomId user, Pin pin) {
        if (!mayPassOn(granter.grants(), ref, user, pin)) {
            return GENERAL_ERROR;
        }
        Optional<Domain> third = entries.thirdDomain(granter.id(), ref);
        long thirdRef = entries.thirdRef(granter.id(), ref);
        if (third.isEmpty()
                || third.get() == granter
                || entries.isTransitive(third.get().id(), thirdRef)) {
            return GENERAL_ERROR;
        }
        DomId source = third.get().id();
        int status = grants.pin(source, thirdRef, granter.id(), pin);
        if (status != OKAY) {
            return status;
        }
        Extent its = entries.active(source, (int) thirdRef).extent();
        Extent extent =
                new Extent(its.mfn(), its.start(), its.length(), true, source, (int) thirdRef);
        status = use(granter.grants(), new ActiveGrant(ref, user, extent), pin);
        if (status != OKAY) {
            grants.unpin(source, (int) thirdRef, pin);
        }
        return status;
    }

    private boolean mayPassOn(GrantTable table, int ref, DomId user, Pin pin) {
        Optional<ActiveGrant> grant = table.active(ref);
        boolean isTaken =
                grant.isPresent()
                        && (!grant.get().user().equals(user)
                                || grant.get().pins(pin) >= Limits.GRANT_PINS);
        int granted = grant.map(used -> used.user().value()).orElse(table.domid(ref));
        Header header = GrantEntries.offered(table.flags(ref), granted);
        boolean isKnown = !isNew(grant, pin);
        return !isTaken && (isKnown || grants.permits(header, user, pin.isWrite()));
    }

    private static int use(GrantTable table, ActiveGrant wanted, Pin pin) {
        Optional<ActiveGrant> before = table.active(wanted.ref());
        if (before.isPresent() && !before.get().extent().equals(wanted.extent())) {
            return TRY_AGAIN;
        }
        boolean isNew = isNew(before, pin);
        if (before.isEmpty()) {
            table.begin(wanted);
        }
        before.orElse(wanted).pin(pin);
        if (isNew) {
            table.setMarks(wanted.ref(), pin.isWrite() ? READING | WRITING : READING);
        }
        return OKAY;
    }

    private static boolean isNew(Optional<ActiveGrant> grant, Pin pin) {
        return grant.isEmpty() || pin.isWrite() && !grant.get().isWritten();
    }
}
