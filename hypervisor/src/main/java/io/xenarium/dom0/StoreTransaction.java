package io.xenarium.dom0;

import io.xenarium.dom0.StoreTree.Change;
import io.xenarium.terms.Errno;

import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.BiFunction;

/// A transaction: a caller's own view of the tree, which takes effect in one step or not at all.
///
/// It goes by generations: at its end every node that it looked at must still be what it was when
/// it did so first, or the caller has to try again. What it changed is then done once more on the
/// real tree, where it must come out the same. What it has not looked at is as it is now.
///
/// What it can hold is bounded: nodes by [#NODES_MAX], and changes by [#BYTES_MAX]. Of writes to
/// one node only the last is kept. Xen: xenstored_transaction.c.
final class StoreTransaction {
    /// What stands for the generation of a node that does not exist.
    private static final long ABSENT = -1;

    /// Nodes that it may look at (quota_trans_nodes).
    static final int NODES_MAX = 1024;

    /// Bytes of messages that it remembers: what xenstored keeps in memory for a domain.
    static final int BYTES_MAX = 2560 << 10;

    private final StoreTree view;
    private final SortedMap<String, Long> seen = new TreeMap<>();

    /// What it changed, as the messages that asked for it.
    private final List<StoreWire.Message> changes = new ArrayList<>();

    private long bytes;

    /// Whether it wanted to look at more nodes than it may: then nothing can come of it.
    private boolean hasFailed;

    StoreTransaction(StoreTree tree) {
        view = tree.fork();
    }

    /// The tree as the transaction sees it.
    StoreTree view() {
        return view;
    }

    /// The transaction looks at a node: what it is now decides about the end.
    void look(StoreTree tree, String path) {
        if (!seen.containsKey(path)) {
            if (seen.size() >= NODES_MAX) {
                hasFailed = true;
                throw new StoreRefusal(Errno.ENOSPC);
            }
            view.renew(tree, seen.keySet());
            seen.put(path, generation(view, path));
        }
    }

    /// The transaction is about to make or remove a node, which changes the ones above it, or has
    /// found none: what it may know of that, those above decide.
    void lookAbove(StoreTree tree, String path) {
        String nearest = view.nearest(path);
        String at = StorePath.parent(path);
        while (!at.equals(nearest)) {
            look(tree, at);
            at = StorePath.parent(at);
        }
        look(tree, nearest);
    }

    /// The transaction is about to change something.
    void checkRoom(StoreWire.Message how) {
        if (bytes + bytesOf(how) > BYTES_MAX) {
            throw new StoreRefusal(Errno.ENOSPC);
        }
    }

    /// The transaction has changed something.
    void changed(StoreWire.Message how) {
        bytes += bytesOf(how);
        for (int i = changes.size() - 1; i >= 0 && areWrites(changes.get(i), how); i--) {
            if (nameOf(changes.get(i)).equals(nameOf(how))) {
                bytes -= bytesOf(changes.get(i));
                changes.set(i, how);
                return;
            }
        }
        changes.add(how);
    }

    private static boolean areWrites(StoreWire.Message one, StoreWire.Message other) {
        return one.type() == StoreWire.WRITE && other.type() == StoreWire.WRITE;
    }

    private static String nameOf(StoreWire.Message change) {
        return change.textAndRest().getFirst();
    }

    private static int bytesOf(StoreWire.Message message) {
        return StoreWire.HEADER_BYTES + message.payload().length();
    }

    /// What it has more of than it may; empty where all is well.
    String excess() {
        return seen.size() > NODES_MAX || bytes > BYTES_MAX
                ? "a transaction of %d nodes and %d bytes".formatted(seen.size(), bytes)
                : "";
    }

    /// Carries out on `tree` what the transaction has changed. Returns false, and changes nothing,
    /// where somebody else was faster. Of what happened to one node, those who watch hear once.
    ///
    /// @throws StoreRefusal where it has failed before, or the tree has no room for it any more;
    ///   then nothing has changed
    boolean commit(
            StoreTree tree,
            BiFunction<StoreTree, StoreWire.Message, Change> doing,
            List<Change> done) {
        if (hasFailed) {
            throw new StoreRefusal(Errno.ENOMEM);
        }
        for (Map.Entry<String, Long> each : seen.entrySet()) {
            if (generation(tree, each.getKey()) != each.getValue()) {
                return false;
            }
        }
        StoreTree trial = tree.fork();
        changes.forEach(change -> doing.apply(trial, change));
        Map<String, Integer> places = new HashMap<>();
        for (StoreWire.Message change : changes) {
            merge(places, done, doing.apply(tree, change));
        }
        return true;
    }

    /// What went away with a node is told of where it did.
    private static void merge(Map<String, Integer> places, List<Change> done, Change next) {
        if (next.before().isEmpty() && next.after().isEmpty()) {
            return;
        }
        int place = places.getOrDefault(next.path(), done.size());
        if (place < done.size() && !tookOthersAlong(done.get(place))) {
            done.set(place, new Change(next.path(), done.get(place).before(), next.after()));
        } else {
            places.put(next.path(), done.size());
            done.add(next);
        }
    }

    private static boolean tookOthersAlong(Change change) {
        return change.after().isEmpty()
                && change.before().filter(node -> !node.children().isEmpty()).isPresent();
    }

    private static long generation(StoreTree tree, String path) {
        return tree.find(path).map(StoreNode::generation).orElse(ABSENT);
    }

    void save(DataOutput out) throws IOException {
        view.save(out);
        out.writeInt(seen.size());
        for (Map.Entry<String, Long> each : seen.entrySet()) {
            StoreWire.writeText(out, each.getKey());
            out.writeLong(each.getValue());
        }
        out.writeBoolean(hasFailed);
        out.writeInt(changes.size());
        for (StoreWire.Message change : changes) {
            byte[] bytes = change.bytes();
            out.writeInt(bytes.length);
            out.write(bytes);
        }
    }

    static StoreTransaction read(DataInput in) throws IOException {
        StoreTransaction transaction = new StoreTransaction(new StoreTree());
        transaction.view.load(in);
        for (int left = in.readInt(); left > 0; left--) {
            transaction.seen.put(StoreWire.readText(in), in.readLong());
        }
        transaction.hasFailed = in.readBoolean();
        for (int left = in.readInt(); left > 0; left--) {
            byte[] bytes = new byte[in.readInt()];
            in.readFully(bytes);
            StoreWire.Message change = StoreWire.message(bytes);
            transaction.changes.add(change);
            transaction.bytes += bytesOf(change);
        }
        return transaction;
    }
}
