package io.xenarium.xen;

import io.xenarium.machine.Kept;
import io.xenarium.parts.Grants.Mapping;
import io.xenarium.terms.Check;
import io.xenarium.terms.DomId;

import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Collections;
import java.util.Deque;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/// What one domain has mapped of other domains' grants: a row for each mapping, whose number is the
/// *handle* by which the mapping is given back.
///
/// A handle that was given back is given out again only after all others that are free, so that a
/// stale one is found out rather than hits another mapping. Xen: struct grant_mapping and the
/// maptrack free lists of xen/common/grant_table.c, which has one list for each vCPU.
public final class Maptrack implements Kept {
    /// What [#next] answers where no handle is left.
    static final int NONE = -1;

    /// Handles come in pages of so many rows of 16 bytes.
    public static final int PER_PAGE = 256;

    private final Map<Integer, Mapping> rows = new TreeMap<>();
    private final Deque<Integer> free = new ArrayDeque<>();
    private int limit;

    /// The mapping behind a handle, where there is one.
    public Optional<Mapping> find(long handle) {
        return handle >= 0 && handle < limit
                ? Optional.ofNullable(rows.get((int) handle))
                : Optional.empty();
    }

    /// All mappings by their handles.
    public Map<Integer, Mapping> rows() {
        return Collections.unmodifiableMap(rows);
    }

    /// The handle that the next mapping gets, or [#NONE]. The last free one is kept back, as in
    /// Xen, where it is the tail to which handles given back are joined.
    int next() {
        if (free.size() > 1) {
            return free.getFirst();
        }
        return limit < Limits.MAPTRACK_FRAMES * PER_PAGE ? limit : NONE;
    }

    /// Writes a mapping down under the handle that [#next] promised.
    void put(int handle, Mapping mapping) {
        Check.that(handle == next(), "handle %d is not next", handle);
        if (handle == limit) {
            for (int other = limit + PER_PAGE - 1; other > limit; other--) {
                free.addFirst(other);
            }
            limit += PER_PAGE;
        } else {
            free.removeFirst();
        }
        rows.put(handle, mapping);
    }

    /// A part of the mapping was given back.
    void shrink(int handle, Mapping less) {
        Check.that(rows.containsKey(handle), "no handle %d", handle);
        rows.put(handle, less);
    }

    void remove(int handle) {
        Check.that(rows.remove(handle) != null, "no handle %d", handle);
        free.addLast(handle);
    }

    @Override
    public void save(DataOutput out) throws IOException {
        out.writeInt(limit);
        out.writeInt(free.size());
        for (int handle : free) {
            out.writeInt(handle);
        }
        out.writeInt(rows.size());
        for (Map.Entry<Integer, Mapping> row : rows.entrySet()) {
            out.writeInt(row.getKey());
            out.writeInt(row.getValue().granter().value());
            out.writeInt(row.getValue().ref());
            out.writeInt(row.getValue().flags());
        }
    }

    @Override
    public void load(DataInput in) throws IOException {
        free.clear();
        rows.clear();
        limit = in.readInt();
        int frees = in.readInt();
        for (int i = 0; i < frees; i++) {
            free.addLast(in.readInt());
        }
        int count = in.readInt();
        for (int i = 0; i < count; i++) {
            int handle = in.readInt();
            rows.put(handle, new Mapping(new DomId(in.readInt()), in.readInt(), in.readInt()));
        }
    }
}
