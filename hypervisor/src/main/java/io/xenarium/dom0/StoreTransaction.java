package io.xenarium.dom0;

import io.xenarium.dom0.StoreTree.Change;

import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Function;

/// A transaction: a caller's own view of the tree, which takes effect in one step or not at all.
///
/// It goes by generations: at its end every node that it looked at must still be what it was when
/// it did so first, or the caller has to try again. What it changed is then done once more on the
/// real tree, where it must come out the same. What it has not looked at is as it is now. Xen:
/// xenstored_transaction.c.
final class StoreTransaction {
    /// What stands for the generation of a node that does not exist.
    private static final long ABSENT = -1;

    private final StoreTree view;
    private final SortedMap<String, Long> seen = new TreeMap<>();

    /// What it changed, as the messages that asked for it.
    private final List<StoreWire.Message> changes = new ArrayList<>();

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
            view.renew(tree, seen.keySet());
            seen.put(path, generation(view, path));
        }
    }

    /// The transaction is about to make or remove a node: that changes the ones above it.
    void lookAbove(StoreTree tree, String path) {
        String nearest = view.nearest(path);
        String at = StorePath.parent(path);
        while (!at.equals(nearest)) {
            look(tree, at);
            at = StorePath.parent(at);
        }
        look(tree, nearest);
    }

    /// The transaction has changed something.
    void changed(StoreWire.Message how) {
        changes.add(how);
    }

    /// Carries out on `tree` what the transaction has changed. Returns false, and changes nothing,
    /// where somebody else was faster.
    boolean commit(StoreTree tree, Function<StoreWire.Message, Change> doing, List<Change> done) {
        for (Map.Entry<String, Long> each : seen.entrySet()) {
            if (generation(tree, each.getKey()) != each.getValue()) {
                return false;
            }
        }
        for (StoreWire.Message change : changes) {
            done.add(doing.apply(change));
        }
        return true;
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
        for (int left = in.readInt(); left > 0; left--) {
            byte[] bytes = new byte[in.readInt()];
            in.readFully(bytes);
            transaction.changes.add(StoreWire.message(bytes));
        }
        return transaction;
    }
}
