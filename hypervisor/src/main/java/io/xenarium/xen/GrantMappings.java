package io.xenarium.xen;

import static io.xenarium.abi.GrantStatus.BAD_DOMAIN;
import static io.xenarium.abi.GrantStatus.BAD_HANDLE;
import static io.xenarium.abi.GrantStatus.BAD_REF;
import static io.xenarium.abi.GrantStatus.GENERAL_ERROR;

import io.xenarium.abi.GrantMap;
import io.xenarium.parts.Grants;
import io.xenarium.parts.Grants.Mapping;
import io.xenarium.terms.DomId;

import java.util.List;
import java.util.Map;
import java.util.Optional;

/// Frames of one domain in the page tables of another: mapping through a grant, and giving back.
///
/// 1. A mapping has a row in the mapper's [Maptrack] and a pin on the granter's entry for each of
///    its two parts, the one in page tables and the one for devices. [Grants] sees to it.
/// 2. The part for devices holds a reference on the frame while the row stands, the other while the
///    frame is in page tables ([GrantPlaces]).
///
/// Xen: map_grant_ref, unmap_common, gnttab_release_mappings in xen/common/grant_table.c.
final class GrantMappings {
    private static final int PARTS = GrantMap.DEVICE | GrantMap.HOST;

    private final Domains domains;
    private final GrantEntries entries;
    private final GrantPlaces places;
    private final Grants grants;

    /// What a guest asks for: `at` is where the mapping shall be, a virtual address of the caller
    /// or the machine address of an entry of one of its tables.
    record Wish(int flags, int domid, long ref, long at) {}

    /// What a guest gives back.
    ///
    /// @param at where it is in page tables, 0 where that part stays
    /// @param busMaddr the device part, 0 where it stays
    /// @param newAt a virtual address whose entry takes the place of the one at `at`, or 0
    record Return(long handle, long at, long busMaddr, long newAt) {}

    GrantMappings(Domains domains, GrantEntries entries, GrantPlaces places, Grants grants) {
        this.domains = domains;
        this.entries = entries;
        this.places = places;
        this.grants = grants;
    }

    /// Maps what `caller` wishes. Returns the handle, or a status below 0.
    int map(Vcpu caller, Wish wish) {
        if ((wish.flags() & PARTS) == 0) {
            return BAD_REF;
        }
        Optional<Domain> granter = domains.find(wish.domid());
        if (granter.isEmpty()) {
            return BAD_DOMAIN;
        }
        return grants.map(
                new Grants.Request(
                        caller.domain().id(),
                        caller.id(),
                        granter.get().id(),
                        wish.ref(),
                        wish.flags(),
                        wish.at()));
    }

    /// Where the frame behind a handle of `mapper` lies, which must be one.
    long maddr(Domain mapper, int handle) {
        return frameMfn(mapper.grants().maptrack().find(handle).orElseThrow()) << 12;
    }

    private long frameMfn(Mapping mapping) {
        return entries.active(mapping.granter(), mapping.ref()).mfn().value();
    }

    /// Gives back the parts of a mapping that `what` names. Returns a status.
    int unmap(Vcpu caller, Return what) {
        DomId mapper = caller.domain().id();
        Optional<Mapping> found = caller.domain().grants().maptrack().find(what.handle());
        if (found.isEmpty()) {
            return BAD_HANDLE;
        }
        Mapping mapping = found.get();
        if (domains.findWithZombies(mapping.granter()).isEmpty()) {
            return BAD_DOMAIN;
        }
        long frameMfn = frameMfn(mapping);
        if (what.busMaddr() != 0 && what.busMaddr() != frameMfn << 12) {
            return GENERAL_ERROR;
        }
        int parts = what.busMaddr() != 0 ? GrantMap.DEVICE : 0;
        if (what.at() != 0 && (mapping.flags() & GrantMap.HOST) != 0) {
            if (!places.remove(caller, mapping.flags(), what, frameMfn)) {
                return GENERAL_ERROR;
            }
            parts |= GrantMap.HOST;
        }
        return giveBack(mapper, what.handle(), parts);
    }

    private int giveBack(DomId mapper, long handle, int parts) {
        int status = grants.unmap(mapper, handle, parts);
        domains.forgetZombies();
        return status;
    }

    /// Ends all mappings of a domain that is about to die.
    void releaseAll(Domain mapper) {
        Map<Integer, Mapping> rows = mapper.grants().maptrack().rows();
        if (rows.isEmpty()) {
            return;
        }
        places.dropForeignEntries(mapper);
        for (int handle : List.copyOf(rows.keySet())) {
            giveBack(mapper.id(), handle, rows.get(handle).flags() & PARTS);
        }
    }
}
