package io.xenarium.dom0;

import io.xenarium.dom0.StoreNode.Permission;
import io.xenarium.machine.Kept;
import io.xenarium.terms.Check;
import io.xenarium.terms.DomId;
import io.xenarium.terms.Errno;

import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/// The tree of nodes, and what may be done with it by whom.
///
/// 1. There is always a root, and every node has an owner.
/// 2. A refused change changes nothing.
/// 3. Every change gives the changed node, and the one above it where a child came or went, a
///    generation that none had before.
///
/// Xen: tools/xenstore, xenstored_core.c.
final class StoreTree implements Kept {
    /// What a domain that is not privileged may have, by xenstored's defaults: a guest that runs
    /// wild must not fill domain 0.
    private static final int NODES_MAX = 1000;

    /// A node's record is smaller than that.
    private static final int NODE_BYTES_END = 2048;

    private static final int PERMISSIONS_MAX = 5;

    /// A node was made, changed or removed.
    record Change(String path, Optional<StoreNode> before, Optional<StoreNode> after) {}

    private StoreNode root;
    private long generation;

    StoreTree() {
        root = StoreNode.empty(StoreNode.DOM0_ONLY, 0);
    }

    /// A tree that begins as this one is now and then goes its own way.
    StoreTree fork() {
        StoreTree fork = new StoreTree();
        fork.root = root;
        fork.generation = generation;
        return fork;
    }

    /// Makes this fork what the tree is now, but for the nodes of these paths.
    void renew(StoreTree tree, Set<String> paths) {
        root = renewed("", root, tree.root, paths);
        generation = Math.max(generation, tree.generation);
    }

    private static StoreNode renewed(
            String path, StoreNode kept, StoreNode now, Set<String> paths) {
        if (paths.stream().noneMatch(each -> StorePath.isWithin(each, path))) {
            return now;
        }
        boolean isKept = paths.contains(path.isEmpty() ? "/" : path);
        Map<String, StoreNode> children = new LinkedHashMap<>();
        (isKept ? kept : now)
                .children()
                .forEach((name, child) -> {
                    String below = path + "/" + name;
                    StoreNode ours = kept.children().get(name);
                    StoreNode theirs = now.children().get(name);
                    if (ours == null && paths.contains(below)) {
                        return;
                    }
                    boolean isBoth = ours != null && theirs != null;
                    children.put(name, isBoth ? renewed(below, ours, theirs, paths) : child);
                });
        return (isKept ? kept : now).withChildren(children);
    }

    /// The node, where it exists; looks past permissions.
    Optional<StoreNode> find(String path) {
        StoreNode node = root;
        for (String part : StorePath.parts(path)) {
            node = node.children().get(part);
            if (node == null) {
                return Optional.empty();
            }
        }
        return Optional.of(node);
    }

    /// The node for `caller` to read.
    StoreNode readable(String path, DomId caller) {
        StoreNode node = find(path).orElseThrow(() -> absent(path, caller));
        if (!node.canRead(caller)) {
            throw new StoreRefusal(Errno.EACCES);
        }
        return node;
    }

    /// Writes a value; makes the node, and those above it, where they do not exist.
    Change write(String path, String value, DomId caller) {
        if (path.length() + value.length() > StoreNode.VALUE_MAX) {
            throw new StoreRefusal(Errno.ENOSPC);
        }
        Optional<StoreNode> before = find(path);
        StoreNode node = before.orElseGet(() -> create(path, caller, value.length()));
        if (!node.canWrite(caller)) {
            throw new StoreRefusal(Errno.EACCES);
        }
        checkSize(node.bytes() - node.value().length() + value.length(), caller);
        put(path, node.withValue(value, ++generation));
        return new Change(path, before, find(path));
    }

    /// Makes a node where there is none. Where there is one, nothing has changed.
    Change makeDirectory(String path, DomId caller) {
        Optional<StoreNode> before = find(path);
        if (before.isPresent()) {
            if (!before.get().canWrite(caller)) {
                throw new StoreRefusal(Errno.EACCES);
            }
            return new Change(path, Optional.empty(), Optional.empty());
        }
        put(path, create(path, caller, 0));
        return new Change(path, before, find(path));
    }

    /// Removes a node and all below it. Where there is none it went well, if there could be one.
    Change remove(String path, DomId caller) {
        if (path.equals("/")) {
            throw new StoreRefusal(root.canWrite(caller) ? Errno.EINVAL : Errno.EACCES);
        }
        Optional<StoreNode> before = find(path);
        String above = StorePath.parent(path);
        StoreNode parent = find(above).orElseThrow(() -> absentToWriter(path, caller));
        if (!before.orElse(parent).canWrite(caller)) {
            throw new StoreRefusal(Errno.EACCES);
        }
        if (before.isPresent()) {
            put(above, parent.withoutChild(StorePath.leaf(path), ++generation));
        }
        return new Change(path, before, Optional.empty());
    }

    /// Sets who may do what; the first entry is the owner.
    Change setPermissions(String path, List<Permission> permissions, DomId caller) {
        StoreNode before = find(path).orElseThrow(() -> absentToWriter(path, caller));
        if (!before.canWrite(caller)) {
            throw new StoreRefusal(Errno.EACCES);
        }
        if (isGuest(caller)) {
            if (!permissions.getFirst().domain().equals(before.owner())) {
                throw new StoreRefusal(Errno.EPERM);
            }
            if (permissions.size() > PERMISSIONS_MAX) {
                throw new StoreRefusal(Errno.ENOSPC);
            }
        }
        put(path, before.withPermissions(List.copyOf(permissions), ++generation));
        return new Change(path, Optional.of(before), find(path));
    }

    /// Why a node that does not exist cannot be read: a caller who could not read what lies above
    /// is not told that there is nothing.
    private StoreRefusal absent(String path, DomId caller) {
        boolean mayKnow = find(nearest(path)).orElseThrow().canRead(caller);
        return new StoreRefusal(mayKnow ? Errno.ENOENT : Errno.EACCES);
    }

    /// The same for a caller who would change it.
    private StoreRefusal absentToWriter(String path, DomId caller) {
        boolean mayKnow = find(nearest(path)).orElseThrow().canWrite(caller);
        return new StoreRefusal(mayKnow ? Errno.ENOENT : Errno.EACCES);
    }

    /// The nearest node above that exists.
    String nearest(String path) {
        String above = StorePath.parent(path);
        while (find(above).isEmpty()) {
            above = StorePath.parent(above);
        }
        return above;
    }

    /// A new node with the permissions of the one above it, and in between whatever is missing. Who
    /// makes it owns it.
    private StoreNode create(String path, DomId caller, int valueBytes) {
        String above = nearest(path);
        StoreNode parent = find(above).orElseThrow();
        if (!parent.canWrite(caller)) {
            throw new StoreRefusal(Errno.EACCES);
        }
        List<String> missing =
                StorePath.parts(path)
                        .subList(StorePath.parts(above).size(), StorePath.parts(path).size());
        if (isGuest(caller) && ownedBy(root, caller) + missing.size() > NODES_MAX) {
            throw new StoreRefusal(Errno.ENOSPC);
        }
        List<Permission> permissions = inherited(parent, caller);
        checkSize(parent.bytes() + missing.getFirst().length() + 1, caller);
        for (String part : missing.subList(1, missing.size())) {
            checkSize(StoreNode.bytes(permissions.size()) + part.length() + 1, caller);
        }
        checkSize(StoreNode.bytes(permissions.size()) + valueBytes, caller);
        String at = above;
        for (String part : missing.subList(0, missing.size() - 1)) {
            at = StorePath.child(at, part);
            put(at, StoreNode.empty(permissions, ++generation));
        }
        return StoreNode.empty(permissions, ++generation);
    }

    private static List<Permission> inherited(StoreNode parent, DomId caller) {
        if (!isGuest(caller)) {
            return parent.permissions();
        }
        List<Permission> own = new java.util.ArrayList<>(parent.permissions());
        own.set(0, new Permission(caller, own.getFirst().letter()));
        return List.copyOf(own);
    }

    private static int ownedBy(StoreNode node, DomId owner) {
        int count = node.owner().equals(owner) ? 1 : 0;
        for (StoreNode child : node.children().values()) {
            count += ownedBy(child, owner);
        }
        return count;
    }

    private static void checkSize(int bytes, DomId caller) {
        if (isGuest(caller) && bytes >= NODE_BYTES_END) {
            throw new StoreRefusal(Errno.ENOSPC);
        }
    }

    static boolean isGuest(DomId caller) {
        return !caller.equals(DomId.DOM0);
    }

    /// Puts a node in its place. A new child changes the node above; a change of a child does not,
    /// though a new record is made of it.
    private void put(String path, StoreNode node) {
        if (path.equals("/")) {
            root = node;
            return;
        }
        String above = StorePath.parent(path);
        StoreNode parent = find(above).orElseThrow();
        boolean isNew = !parent.children().containsKey(StorePath.leaf(path));
        long parents = isNew ? ++generation : parent.generation();
        put(above, parent.withChild(StorePath.leaf(path), node, parents));
        Check.that(find(path).isPresent(), "a node that was put is missing");
    }

    /// A number that changes with every change to the tree.
    long generation() {
        return generation;
    }

    @Override
    public void save(DataOutput out) throws IOException {
        out.writeLong(generation);
        root.save(out);
    }

    @Override
    public void load(DataInput in) throws IOException {
        generation = in.readLong();
        root = StoreNode.read(in);
    }
}
