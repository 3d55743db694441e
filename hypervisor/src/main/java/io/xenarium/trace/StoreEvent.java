package io.xenarium.trace;

import io.xenarium.terms.DomId;

import java.util.Optional;

/// The XenStore changed, or somebody watched it.
public sealed interface StoreEvent extends XenEvent {
    @Override
    default Topic topic() {
        return Topic.STORE;
    }

    /// A node was written; `before` is absent where it did not exist.
    record Written(Stamp stamp, DomId by, String path, Optional<String> before, String after)
            implements StoreEvent {}

    /// A node and all below it was removed.
    record Removed(Stamp stamp, DomId by, String path) implements StoreEvent {}

    /// A watch was set.
    record WatchSet(Stamp stamp, DomId by, String path, String token) implements StoreEvent {}

    /// A watch fired.
    record WatchFired(Stamp stamp, DomId to, String path, String token) implements StoreEvent {}

    /// A request was answered; `error` is empty where it went well.
    record Answered(Stamp stamp, DomId to, int type, String path, String error)
            implements StoreEvent {}
}
