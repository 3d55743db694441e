package io.xenarium.dom0;

import java.util.List;
import java.util.Optional;

/// The store: a small tree of texts through which domains and toolstack find each other, with an
/// owner and permissions on every node, watches and transactions (docs/misc/xenstore.txt).
public final class XenStore {
    /// What a node says, where it exists. Looks past permissions.
    public Optional<String> read(String path) {
        throw new io.xenarium.terms.Bug("the store comes with the next step: " + path);
    }

    /// The names of a node's children, in order. Looks past permissions.
    public List<String> list(String path) {
        throw new io.xenarium.terms.Bug("the store comes with the next step: " + path);
    }

    /// The whole tree below `path`, as `xenstore-ls -f -p` prints it.
    public String dump(String path) {
        throw new io.xenarium.terms.Bug("the store comes with the next step: " + path);
    }
}
