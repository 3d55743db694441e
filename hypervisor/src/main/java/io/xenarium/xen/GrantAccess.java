package io.xenarium.xen;

import io.xenarium.abi.GrantMap;
import io.xenarium.abi.GrantStatus;
import io.xenarium.terms.DomId;
import io.xenarium.terms.GrantRef;

/// What the daemons of domain 0 do with frames that guests granted to it: the same as a guest in
/// their place would do by grant_table_op, with the same checks and the same accounting.
///
/// A mapping lasts until it is given back, whatever the granter does meanwhile, even if it dies.
/// Handles are part of the state: a daemon that keeps one finds it again behind a keyframe.
public final class GrantAccess {
    private final Vcpu control;
    private final GrantMappings mappings;
    private final GrantCopies copies;

    GrantAccess(Vcpu control, GrantMappings mappings, GrantCopies copies) {
        this.control = control;
        this.mappings = mappings;
        this.copies = copies;
    }

    /// Maps a frame of `granter` that it granted to domain 0. Returns a handle, or a [GrantStatus]
    /// below 0.
    public int map(DomId granter, GrantRef ref, boolean isReadOnly) {
        int flags = GrantMap.DEVICE | (isReadOnly ? GrantMap.READONLY : 0);
        return mappings.map(
                control, new GrantMappings.Wish(flags, granter.value(), ref.value(), 0));
    }

    /// Machine address of the frame behind a handle, which must be mapped.
    public long maddr(int handle) {
        return mappings.maddr(control.domain(), handle);
    }

    /// Gives a mapping back. Returns a [GrantStatus].
    public int unmap(int handle) {
        if (control.domain().grants().maptrack().find(handle).isEmpty()) {
            return GrantStatus.BAD_HANDLE;
        }
        return mappings.unmap(control, new GrantMappings.Return(handle, 0, maddr(handle), 0));
    }

    /// Fills `into` from `offset` of a frame that `granter` lets domain 0 read. Returns a
    /// [GrantStatus].
    public int read(DomId granter, GrantRef ref, int offset, byte[] into) {
        return copies.read(control.domain().id(), end(granter, ref, offset), into);
    }

    /// Writes `from` at `offset` of a frame that `granter` lets domain 0 write. Returns a
    /// [GrantStatus].
    public int write(DomId granter, GrantRef ref, int offset, byte[] from) {
        return copies.write(control.domain().id(), end(granter, ref, offset), from);
    }

    private static GrantCopies.End end(DomId granter, GrantRef ref, int offset) {
        return new GrantCopies.End(granter.value(), ref.value(), offset, true);
    }
}
