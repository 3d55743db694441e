package io.xenarium.trace;

import io.xenarium.terms.DomId;
import io.xenarium.terms.GrantRef;
import io.xenarium.terms.Mfn;

/// A grant table changed.
public sealed interface GrantEvent extends XenEvent {
    @Override
    default Topic topic() {
        return Topic.GRANT;
    }

    /// A domain set up its table with `frames` frames.
    record TableSetUp(Stamp stamp, DomId subject, int frames) implements GrantEvent {}

    /// A frame was mapped through a grant reference.
    record Mapped(Stamp stamp, DomId granter, DomId mapper, GrantRef ref, Mfn mfn, boolean readOnly)
            implements GrantEvent {}

    /// A mapping ended.
    record Unmapped(Stamp stamp, DomId granter, DomId mapper, GrantRef ref, Mfn mfn)
            implements GrantEvent {}

    /// The layout of a domain's table is now that of `version`; all but the entries of the
    /// toolstack are empty.
    record VersionSet(Stamp stamp, DomId subject, int version) implements GrantEvent {}

    /// `copier` had bytes copied between frames, at least one of which it was granted.
    record Copied(Stamp stamp, DomId copier, DomId from, DomId to, int bytes)
            implements GrantEvent {}

    /// A frame changed its owner; entry `ref` of the new one had waited for it.
    record Transferred(Stamp stamp, DomId from, DomId to, GrantRef ref, Mfn mfn)
            implements GrantEvent {}
}
