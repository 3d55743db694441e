package io.xenarium.xen;

import io.xenarium.abi.GrantMap;
import io.xenarium.parts.Grants;
import io.xenarium.terms.Check;
import io.xenarium.terms.DomId;
import io.xenarium.terms.Mfn;

import java.util.Optional;

/// What the hypervisor lends to [Grants]: the entries that granters write, what is known of those
/// in use, and the mappings of each domain.
final class GrantPlatform implements Grants.Platform {
    private final FrameTable frames;
    private final Domains domains;
    private final GrantEntries entries;
    private final GrantPlaces places;
    private final Chronicle chronicle;

    GrantPlatform(Xen xen, Domains domains, GrantEntries entries, GrantPlaces places) {
        this.domains = domains;
        this.entries = entries;
        this.places = places;
        frames = xen.frames();
        chronicle = xen.chronicle();
    }

    @Override
    public int entries(DomId granter) {
        return entries.table(granter).entries();
    }

    @Override
    public Grants.Header header(DomId granter, int ref) {
        return entries.header(granter, ref);
    }

    @Override
    public boolean mark(DomId granter, int ref, Grants.Header seen, int marks) {
        return entries.mark(granter, ref, seen, marks);
    }

    @Override
    public void clear(DomId granter, int ref, int marks) {
        entries.table(granter).clearMarks(ref, marks);
    }

    @Override
    public Optional<DomId> user(DomId granter, int ref) {
        return entries.table(granter).active(ref).map(ActiveGrant::user);
    }

    @Override
    public boolean begin(DomId granter, int ref, DomId user) {
        return entries.begin(granter, ref, user);
    }

    @Override
    public void end(DomId granter, int ref) {
        entries.table(granter).end(entries.active(granter, ref));
    }

    @Override
    public int pins(DomId granter, int ref, Grants.Pin pin) {
        return entries.active(granter, ref).pins(pin);
    }

    @Override
    public int pinsMax() {
        return Limits.GRANT_PINS;
    }

    @Override
    public void addPin(DomId granter, int ref, Grants.Pin pin) {
        entries.active(granter, ref).pin(pin);
    }

    @Override
    public void dropPin(DomId granter, int ref, Grants.Pin pin) {
        entries.active(granter, ref).unpin(pin);
    }

    @Override
    public int freeHandle(DomId mapper) {
        return maptrack(mapper).next();
    }

    @Override
    public boolean enter(int handle, Grants.Request request) {
        int ref = (int) request.ref();
        Mfn mfn = entries.active(request.granter(), ref).mfn();
        if (entries.isPart(request.granter(), ref) || !places.install(request, mfn.value())) {
            return false;
        }
        Grants.Mapping mapping = new Grants.Mapping(request.granter(), ref, request.flags());
        maptrack(request.mapper()).put(handle, mapping);
        chronicle.grantMapped(mapping, request.mapper(), mfn, request.isReadOnly());
        return true;
    }

    @Override
    public Optional<Grants.Mapping> mapping(DomId mapper, long handle) {
        return maptrack(mapper).find(handle);
    }

    @Override
    public void leave(DomId mapper, int handle, int parts) {
        Grants.Mapping mapping = maptrack(mapper).find(handle).orElseThrow();
        Check.that((parts & ~mapping.flags()) == 0, "handle %d lacks that part", handle);
        Mfn mfn = entries.active(mapping.granter(), mapping.ref()).mfn();
        if ((parts & GrantMap.DEVICE) != 0) {
            frames.releaseForeign(mfn.value(), (mapping.flags() & GrantMap.READONLY) == 0);
        }
        int left = mapping.flags() & ~parts;
        if ((left & (GrantMap.DEVICE | GrantMap.HOST)) == 0) {
            maptrack(mapper).remove(handle);
            chronicle.grantUnmapped(mapping, mapper, mfn);
        } else {
            maptrack(mapper)
                    .shrink(handle, new Grants.Mapping(mapping.granter(), mapping.ref(), left));
        }
    }

    private Maptrack maptrack(DomId mapper) {
        return domains.get(mapper).grants().maptrack();
    }
}
