package io.xenarium.dom0;

import io.xenarium.terms.DomId;

import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// One node of the store, with all below it. It never changes: a change makes a new node and new
/// ones above it, so that a transaction can go on looking at the tree of before.
///
/// @param value what it says, one char for each byte
/// @param permissions its owner first, who may do everything; its letter is what all may do who are
///   not named after it
/// @param children by name, in the order in which they came
/// @param generation a number that no earlier state of the node had: what a transaction compares
record StoreNode(
        String value,
        List<Permission> permissions,
        Map<String, StoreNode> children,
        long generation) {
    /// What a domain may do with a node: `n` nothing, `r` read, `w` write, `b` both.
    record Permission(DomId domain, char letter) {
        boolean canRead() {
            return letter == 'r' || letter == 'b';
        }

        boolean canWrite() {
            return letter == 'w' || letter == 'b';
        }

        @Override
        public String toString() {
            return "" + letter + domain.value();
        }
    }

    static final List<Permission> DOM0_ONLY = List.of(new Permission(DomId.DOM0, 'n'));

    /// The longest value that fits: the wire carries it in one message.
    static final int VALUE_MAX = 4096;

    private static final int HEADER_BYTES = 24;
    private static final int PERMISSION_BYTES = 8;

    static StoreNode empty(List<Permission> permissions, long generation) {
        return new StoreNode("", permissions, new LinkedHashMap<>(), generation);
    }

    /// What xenstored's record of the node takes: a header, its permissions, the value and the
    /// names of the children.
    int bytes() {
        int names = children.keySet().stream().mapToInt(name -> name.length() + 1).sum();
        return bytes(permissions.size()) + value.length() + names;
    }

    /// What the record of a node takes that has neither value nor children.
    static int bytes(int permissions) {
        return HEADER_BYTES + permissions * PERMISSION_BYTES;
    }

    DomId owner() {
        return permissions.getFirst().domain;
    }

    boolean canRead(DomId domain) {
        return isMaster(domain) || permission(domain).canRead();
    }

    boolean canWrite(DomId domain) {
        return isMaster(domain) || permission(domain).canWrite();
    }

    private boolean isMaster(DomId domain) {
        return domain.equals(DomId.DOM0) || domain.equals(owner());
    }

    private Permission permission(DomId domain) {
        return permissions.stream()
                .skip(1)
                .filter(each -> each.domain.equals(domain))
                .findFirst()
                .orElse(permissions.getFirst());
    }

    StoreNode withValue(String newValue, long newGeneration) {
        return new StoreNode(newValue, permissions, children, newGeneration);
    }

    StoreNode withPermissions(List<Permission> newPermissions, long newGeneration) {
        return new StoreNode(value, newPermissions, children, newGeneration);
    }

    StoreNode withChildren(Map<String, StoreNode> others) {
        return new StoreNode(value, permissions, others, generation);
    }

    /// The same node over a child that has changed below.
    StoreNode withChild(String name, StoreNode child, long newGeneration) {
        Map<String, StoreNode> more = new LinkedHashMap<>(children);
        more.put(name, child);
        return new StoreNode(value, permissions, more, newGeneration);
    }

    StoreNode withoutChild(String name, long newGeneration) {
        Map<String, StoreNode> fewer = new LinkedHashMap<>(children);
        fewer.remove(name);
        return new StoreNode(value, permissions, fewer, newGeneration);
    }

    void save(DataOutput out) throws IOException {
        StoreWire.writeText(out, value);
        out.writeLong(generation);
        out.writeInt(permissions.size());
        for (Permission permission : permissions) {
            out.writeInt(permission.domain.value());
            out.writeChar(permission.letter);
        }
        out.writeInt(children.size());
        for (var child : children.entrySet()) {
            StoreWire.writeText(out, child.getKey());
            child.getValue().save(out);
        }
    }

    static StoreNode read(DataInput in) throws IOException {
        String value = StoreWire.readText(in);
        long generation = in.readLong();
        List<Permission> permissions = new ArrayList<>();
        for (int left = in.readInt(); left > 0; left--) {
            permissions.add(new Permission(new DomId(in.readInt()), in.readChar()));
        }
        Map<String, StoreNode> children = new LinkedHashMap<>();
        for (int left = in.readInt(); left > 0; left--) {
            String name = StoreWire.readText(in);
            children.put(name, read(in));
        }
        return new StoreNode(value, List.copyOf(permissions), children, generation);
    }
}
