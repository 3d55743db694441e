package io.xenarium.dom0;

import io.xenarium.terms.DomId;
import io.xenarium.terms.GrantRef;
import io.xenarium.xen.GrantAccess;

import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.Map;
import java.util.OptionalInt;
import java.util.SortedMap;
import java.util.TreeMap;

/// The pages of one guest that a back-end has mapped to move data. A front-end that grants the same
/// pages again and again says so; then each stays mapped from its first use to the end of the
/// connection (public/io/blkif.h, feature-persistent).
final class GuestPages {
    /// Pages that stay mapped at the most: a guest could else take all handles of domain 0.
    static final int PERSISTENT_MAX = 1056;

    private final GrantAccess grants;
    private final DomId guest;
    private final boolean isPersistent;
    private final SortedMap<Integer, Integer> stays = new TreeMap<>();

    GuestPages(GrantAccess grants, DomId guest, boolean isPersistent) {
        this.grants = grants;
        this.guest = guest;
        this.isPersistent = isPersistent;
    }

    /// Maps a page. Returns a handle, or a status below 0.
    int map(int ref, boolean isReadOnly) {
        return grants.map(guest, new GrantRef(ref), isReadOnly);
    }

    long maddr(int handle) {
        return grants.maddr(handle);
    }

    void unmap(int handle) {
        grants.unmap(handle);
    }

    /// The handle of a page that stays mapped.
    OptionalInt kept(int ref) {
        Integer handle = stays.get(ref);
        return handle == null ? OptionalInt.empty() : OptionalInt.of(handle);
    }

    /// Whether one more page may stay mapped.
    boolean mayKeep() {
        return isPersistent && stays.size() < PERSISTENT_MAX;
    }

    /// Lets a page stay mapped.
    void keep(int ref, int handle) {
        stays.put(ref, handle);
    }

    /// The connection is over.
    void releaseAll() {
        stays.values().forEach(grants::unmap);
        stays.clear();
    }

    void save(DataOutput out) throws IOException {
        out.writeBoolean(isPersistent);
        out.writeInt(stays.size());
        for (Map.Entry<Integer, Integer> stay : stays.entrySet()) {
            out.writeInt(stay.getKey());
            out.writeInt(stay.getValue());
        }
    }

    static GuestPages read(DataInput in, GrantAccess grants, DomId guest) throws IOException {
        GuestPages pages = new GuestPages(grants, guest, in.readBoolean());
        for (int left = in.readInt(); left > 0; left--) {
            pages.stays.put(in.readInt(), in.readInt());
        }
        return pages;
    }
}
