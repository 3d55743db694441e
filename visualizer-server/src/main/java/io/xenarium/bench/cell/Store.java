package io.xenarium.bench.cell;

import io.xenarium.machine.Input;

import java.util.List;
import java.util.Optional;

/// `store` in a cell: the XenStore, past all permissions.
public final class Store {
    private final Grip grip;

    Store(Grip grip) {
        this.grip = grip;
    }

    /// What the node at `path` says.
    public Optional<String> read(String path) {
        return grip.look(() -> grip.host().store().read(path));
    }

    /// The names of the nodes below `path`.
    public List<String> list(String path) {
        return grip.look(() -> grip.host().store().list(path));
    }

    /// Writes a node, as the toolstack would.
    public Store write(String path, String value) {
        grip.act(() -> grip.host().post(new Input.StoreWritten(path, value)));
        return this;
    }

    /// The whole tree, as `xenstore-ls -f -p` prints it.
    @Override
    public String toString() {
        return grip.look(() -> grip.host().store().dump("/"));
    }
}
