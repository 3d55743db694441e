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
}
