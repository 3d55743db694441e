package io.xenarium.machine;

import io.xenarium.terms.Check;

import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/// The recorded inputs, in the order in which they came, each with the virtual time at which it is
/// applied.
///
/// 1. Times never decrease along the journal.
/// 2. The first [#taken] entries have been applied; the rest lie ahead, as after going back in
///    time.
///
/// The entries are not part of a keyframe, only how many of them were taken: a keyframe that is
/// loaded sees the inputs that came after it lie ahead again.
public final class Journal implements Kept {
    /// An input and when it is applied.
    public record Entry(long nanos, Input input) {}

    private final List<Entry> entries = new ArrayList<>();
    private int taken;
    private int forgotten;

    /// Adds `input` at the end, to be applied at `nanos`. What lies ahead must have been dropped
    /// with [#cutFuture] before.
    public void record(long nanos, Input input) {
        Check.that(
                entries.isEmpty() || entries.getLast().nanos <= nanos,
                "an input at %d ns comes before the last one",
                nanos);
        entries.add(new Entry(nanos, input));
    }

    /// All entries, the taken ones first.
    public List<Entry> entries() {
        return List.copyOf(entries);
    }

    /// How many entries have been applied.
    public int taken() {
        return taken;
    }

    /// How many entries there were before these: those of a machine that was kept without its past.
    public int past() {
        return forgotten + taken;
    }

    /// Begins behind so many entries that are not here: the machine that is about to be loaded had
    /// taken them.
    public void beginAfter(int past) {
        Check.that(entries.isEmpty(), "a journal with entries cannot begin anew");
        forgotten = past;
    }

    /// When the next entry is due, `Long.MAX_VALUE` where none lies ahead.
    public long nextNanos() {
        return taken < entries.size() ? entries.get(taken).nanos : Long.MAX_VALUE;
    }

    /// Takes the next entry.
    public Input take() {
        Check.that(taken < entries.size(), "no input lies ahead");
        return entries.get(taken++).input;
    }

    /// Drops all entries that lie ahead and returns them: whoever acts in the past forks.
    public List<Entry> cutFuture() {
        List<Entry> ahead = entries.subList(taken, entries.size());
        List<Entry> cut = List.copyOf(ahead);
        ahead.clear();
        return cut;
    }

    /// Appends entries that lie ahead: for replaying a run that was written down.
    public void append(List<Entry> more) {
        for (Entry entry : more) {
            record(entry.nanos, entry.input);
        }
    }

    @Override
    public void save(DataOutput out) throws IOException {
        out.writeInt(forgotten + taken);
    }

    @Override
    public void load(DataInput in) throws IOException {
        int were = in.readInt() - forgotten;
        Check.that(
                were >= 0 && were <= entries.size(),
                "the keyframe has taken %d inputs, too many",
                were);
        taken = were;
    }
}
