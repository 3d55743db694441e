package io.xenarium.xen;

import io.xenarium.abi.GrantEntry;
import io.xenarium.abi.GrantEntry2;
import io.xenarium.machine.Kept;
import io.xenarium.machine.Memory;
import io.xenarium.terms.Check;

import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.Arrays;
import java.util.Collection;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/// A domain's grant table, both halves of it: the frames whose entries the guest writes, and what
/// Xen itself remembers of the entries that are in use.
///
/// 1. An entry in use is an [ActiveGrant]: whatever the guest writes into its table afterwards, the
///    use goes on as it was granted until it ends.
/// 2. While an entry is in use its *reading* mark is set, and its *writing* mark while somebody
///    uses it for writing: in the entry's flags (version 1) or in its status word (version 2).
/// 3. Status frames exist exactly in version 2, enough for all entries.
///
/// What the domain itself maps of others stands in [#maptrack]. Xen: struct grant_table,
/// xen/common/grant_table.c.
public final class GrantTable implements Kept {
    private final Memory memory;
    private final Maptrack maptrack = new Maptrack();
    private final Map<Integer, ActiveGrant> active = new TreeMap<>();
    private long[] frames = {};
    private long[] statusFrames = {};
    private int version = 1;
    private boolean isGone;

    GrantTable(Memory memory) {
        this.memory = memory;
    }

    /// 1 or 2: the layout of its entries.
    public int version() {
        return version;
    }

    /// How many frames it has.
    public int frames() {
        return frames.length;
    }

    /// Its frame number `index`, as a bare mfn.
    public long frameMfn(int index) {
        return frames[index];
    }

    /// How many frames of status words it has.
    public int statusFrames() {
        return statusFrames.length;
    }

    /// The frame of status words number `index`, as a bare mfn.
    public long statusFrameMfn(int index) {
        return statusFrames[index];
    }

    /// How many entries it has.
    public int entries() {
        return frames.length * perFrame();
    }

    /// Machine address of entry `ref`, which must lie in a frame that exists.
    public long entryMaddr(int ref) {
        Check.that(ref >= 0 && ref < entries(), "no grant entry %d", ref);
        int bytes = version == 1 ? GrantEntry.BYTES : GrantEntry2.BYTES;
        return (frames[ref / perFrame()] << 12) + (long) (ref % perFrame()) * bytes;
    }

    /// The flags of entry `ref`, without the marks where these lie elsewhere.
    public int flags(int ref) {
        return memory.getShort(entryMaddr(ref) + GrantEntry.FLAGS) & 0xffff;
    }

    /// Whom entry `ref` is for.
    public int domid(int ref) {
        return memory.getShort(entryMaddr(ref) + GrantEntry.DOMID) & 0xffff;
    }

    /// The frame that entry `ref` names.
    public long entryFrame(int ref) {
        return version == 1
                ? memory.getInt(entryMaddr(ref) + GrantEntry.FRAME) & 0xffff_ffffL
                : memory.getLong(entryMaddr(ref) + GrantEntry2.FRAME);
    }

    /// The marks of entry `ref`: [GrantEntry#READING] and [GrantEntry#WRITING].
    public int marks(int ref) {
        return memory.getShort(marksMaddr(ref)) & (GrantEntry.READING | GrantEntry.WRITING);
    }

    /// The use that is made of entry `ref`, where one is.
    public Optional<ActiveGrant> active(int ref) {
        return Optional.ofNullable(active.get(ref));
    }

    /// All entries in use, by number.
    public Collection<ActiveGrant> active() {
        return java.util.Collections.unmodifiableCollection(active.values());
    }

    /// What this domain maps of others.
    public Maptrack maptrack() {
        return maptrack;
    }

    /// Whether the domain is gone, and its frames with it.
    public boolean isGone() {
        return isGone;
    }

    /// How many frames of status words a table of `count` frames needs.
    static int statusFramesFor(int count) {
        int entries = count * (Memory.FRAME_BYTES / GrantEntry2.BYTES);
        return (entries + GrantEntry2.STATUS_PER_FRAME - 1) / GrantEntry2.STATUS_PER_FRAME;
    }

    void append(long frameMfn) {
        Check.that(frames.length < Limits.GRANT_FRAMES, "too many grant frames");
        frames = Arrays.copyOf(frames, frames.length + 1);
        frames[frames.length - 1] = frameMfn;
    }

    void appendStatus(long frameMfn) {
        Check.that(statusFrames.length < statusFramesFor(Limits.GRANT_FRAMES), "too many");
        statusFrames = Arrays.copyOf(statusFrames, statusFrames.length + 1);
        statusFrames[statusFrames.length - 1] = frameMfn;
    }

    /// Forgets the frames of status words; the caller gives them back.
    void dropStatus() {
        statusFrames = new long[0];
    }

    /// Lays the entries out anew; all that the frames held is the caller's to save.
    void setVersion(int newVersion) {
        Check.that(newVersion == 1 || newVersion == 2, "no version %d", newVersion);
        version = newVersion;
        for (long frame : frames) {
            memory.clear((int) frame);
        }
    }

    void setMarks(int ref, int marks) {
        memory.setShort(marksMaddr(ref), (short) (memory.getShort(marksMaddr(ref)) | marks));
    }

    void clearMarks(int ref, int marks) {
        if (!isGone) {
            memory.setShort(marksMaddr(ref), (short) (memory.getShort(marksMaddr(ref)) & ~marks));
        }
    }

    private long marksMaddr(int ref) {
        if (version == 1) {
            return entryMaddr(ref) + GrantEntry.FLAGS;
        }
        Check.that(ref >= 0 && ref < entries(), "no grant entry %d", ref);
        return (statusFrames[ref / GrantEntry2.STATUS_PER_FRAME] << 12)
                + ref % GrantEntry2.STATUS_PER_FRAME * 2L;
    }

    /// Begins a use of the entry; its first pin follows at once.
    void begin(ActiveGrant grant) {
        Check.that(!active.containsKey(grant.ref()), "entry %d is in use", grant.ref());
        active.put(grant.ref(), grant);
    }

    /// Ends the use of an entry that nobody pins any more.
    void end(ActiveGrant grant) {
        Check.that(!grant.isPinned(), "entry %d is pinned", grant.ref());
        active.remove(grant.ref());
    }

    /// The domain dies, and its frames are taken. What others still use stays written down.
    void setGone() {
        isGone = true;
    }

    private int perFrame() {
        return Memory.FRAME_BYTES / (version == 1 ? GrantEntry.BYTES : GrantEntry2.BYTES);
    }

    @Override
    public void save(DataOutput out) throws IOException {
        out.writeByte(version);
        out.writeBoolean(isGone);
        save(out, frames);
        save(out, statusFrames);
        out.writeInt(active.size());
        for (ActiveGrant grant : active.values()) {
            grant.save(out);
        }
        maptrack.save(out);
    }

    private static void save(DataOutput out, long[] list) throws IOException {
        out.writeInt(list.length);
        for (long frame : list) {
            out.writeLong(frame);
        }
    }

    @Override
    public void load(DataInput in) throws IOException {
        version = in.readByte();
        isGone = in.readBoolean();
        frames = loadList(in);
        statusFrames = loadList(in);
        active.clear();
        int count = in.readInt();
        for (int i = 0; i < count; i++) {
            ActiveGrant grant = ActiveGrant.from(in);
            active.put(grant.ref(), grant);
        }
        maptrack.load(in);
    }

    private static long[] loadList(DataInput in) throws IOException {
        long[] list = new long[in.readInt()];
        for (int i = 0; i < list.length; i++) {
            list[i] = in.readLong();
        }
        return list;
    }

    /// Whether `ref` is a number of an entry.
    boolean holds(long ref) {
        return ref >= 0 && ref < entries();
    }
}
