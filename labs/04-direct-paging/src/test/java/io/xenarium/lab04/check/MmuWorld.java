package io.xenarium.lab04.check;

import io.xenarium.lab.CheckFailed;
import io.xenarium.lab.Search;
import io.xenarium.parts.PvMmu;
import io.xenarium.terms.DomId;
import io.xenarium.terms.Errno;
import io.xenarium.terms.Maddr;
import io.xenarium.terms.Mfn;
import io.xenarium.terms.Vaddr;
import io.xenarium.trace.MemoryEvent.FrameType;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/// A machine memory of a few frames of four entries each, with nothing else of Xen: what a part is
/// lent in most tiers. Frames 1 to 15 are domain 1's, 16 to 21 domain 2's, 22 and 23 Xen's. Entry 2
/// of an L4 table is Xen's own. Every call is told in words, for whoever replays a case.
final class MmuWorld implements PvMmu.Platform, Search.World<MmuWorld> {
    static final int FRAMES = 24;
    static final int ENTRIES = 4;

    /// A frame number that means "nowhere".
    static final long NOWHERE = 0xff_ffff_ffffL;

    private static final int XENS_INDEX = 2;

    final FrameType[] types = new FrameType[FRAMES];
    final int[] counts = new int[FRAMES];
    final int[] references = new int[FRAMES];
    final boolean[] pinned = new boolean[FRAMES];

    /// Whether a TLB may still allow stores to the frame, though nothing maps it writable now.
    final boolean[] stale = new boolean[FRAMES];

    final long[][] memory = new long[FRAMES][ENTRIES];

    /// Uses that were asked for by themselves, and not by an entry or a pin.
    final int[] held = new int[FRAMES];

    /// Entries that were taken by themselves, and stand in no table.
    final List<Loose> loose = new ArrayList<>();

    /// The table in which the entry of virtual page n lies: number n / 4; 0 for none.
    final int[] leafTables = {4, 5, 3, 0};

    /// How often all processors were interrupted.
    int flushes;

    /// Takes what happens, in words; null while nobody wants to know, because words are slow.
    List<String> told;

    /// An entry that was taken for a table, and not written.
    record Loose(int table, long entry) {}

    MmuWorld() {
        Arrays.fill(types, FrameType.NONE);
    }

    @Override
    public MmuWorld copy() {
        MmuWorld copy = new MmuWorld();
        System.arraycopy(types, 0, copy.types, 0, FRAMES);
        System.arraycopy(counts, 0, copy.counts, 0, FRAMES);
        System.arraycopy(references, 0, copy.references, 0, FRAMES);
        System.arraycopy(pinned, 0, copy.pinned, 0, FRAMES);
        System.arraycopy(stale, 0, copy.stale, 0, FRAMES);
        System.arraycopy(held, 0, copy.held, 0, FRAMES);
        for (int frame = 0; frame < FRAMES; frame++) {
            copy.memory[frame] = memory[frame].clone();
        }
        copy.loose.addAll(loose);
        copy.flushes = flushes;
        return copy;
    }

    @Override
    public long fingerprint() {
        long hash = Arrays.hashCode(types);
        hash = hash * 31 + Arrays.hashCode(counts);
        hash = hash * 31 + Arrays.hashCode(references);
        hash = hash * 31 + Arrays.hashCode(pinned);
        hash = hash * 31 + Arrays.hashCode(stale);
        hash = hash * 31 + Arrays.hashCode(held);
        hash = hash * 31 + loose.hashCode();
        return hash * 31 + Arrays.deepHashCode(memory);
    }

    @Override
    public void tell(String format, Object... values) {
        if (told != null) {
            told.add(format.formatted(values));
        }
    }

    /// Whether types, counts, references, pins and memory are the same there.
    boolean isLike(MmuWorld other) {
        return Arrays.equals(types, other.types)
                && Arrays.equals(counts, other.counts)
                && Arrays.equals(references, other.references)
                && Arrays.equals(pinned, other.pinned)
                && Arrays.deepEquals(memory, other.memory);
    }

    static String hex(long value) {
        return "0x" + Long.toHexString(value);
    }

    static boolean isTable(FrameType type) {
        return switch (type) {
            case L1, L2, L3, L4 -> true;
            default -> false;
        };
    }

    static int owner(int frame) {
        return frame < 16 ? 1 : frame < 22 ? 2 : DomId.XEN.value();
    }

    /// Whether the entry has something to do with the guest.
    boolean isGuests(int table, int index) {
        return types[table] != FrameType.L4 || index != XENS_INDEX;
    }

    /// The guest stores into a frame, if a mapping or a TLB lets it. Returns whether it could.
    boolean guestStores(int frame, int index, long value) {
        boolean can = types[frame] == FrameType.WRITABLE || stale[frame];
        tell("  %s", can ? "it can" : "it cannot: no mapping allows it");
        if (can) {
            memory[frame][index] = value;
        }
        return can;
    }

    @Override
    public DomId owner(Mfn frame) {
        return new DomId(owner(known(frame)));
    }

    @Override
    public boolean isOwnedBy(Mfn frame, DomId domain) {
        boolean isFrame = frame.value() > 0 && frame.value() < FRAMES;
        return isFrame && owner((int) frame.value()) == domain.value();
    }

    @Override
    public long hold(Mfn frame, DomId owner) {
        long rc = whyNot(frame, owner);
        if (rc == 0) {
            references[known(frame)]++;
        }
        tell("  holds %s: %s", frame, rc == 0 ? "yes" : Errno.describe(rc));
        return rc;
    }

    private long whyNot(Mfn frame, DomId owner) {
        if (frame.value() == 0 || frame.value() >= FRAMES) {
            return frame.value() == NOWHERE ? Errno.EINVAL.rc() : Errno.EPERM.rc();
        }
        return isOwnedBy(frame, owner) ? 0 : Errno.EBUSY.rc();
    }

    @Override
    public void release(Mfn frame) {
        int number = known(frame);
        int left = references[number] - 1;
        require(left >= 1, "released %s, whose last reference is its owner's own", frame);
        require(left >= counts[number], "released %s while its uses need their references", frame);
        references[number] = left;
        tell("  releases %s", frame);
    }

    @Override
    public long holdForeign(Mfn frame, DomId owner, boolean isWritable) {
        long rc = whyNot(frame, owner);
        boolean canBe = rc != 0 || !isWritable || counts[known(frame)] == 0;
        if (rc == 0 && (canBe || types[known(frame)] == FrameType.WRITABLE)) {
            int number = known(frame);
            references[number]++;
            counts[number] += isWritable ? 1 : 0;
            types[number] = isWritable ? FrameType.WRITABLE : types[number];
        } else if (rc == 0) {
            rc = Errno.EBUSY.rc();
        }
        tell("  holds %s as foreign: %s", frame, rc == 0 ? "yes" : Errno.describe(rc));
        return rc;
    }

    @Override
    public void releaseForeign(Mfn frame, boolean isWritable) {
        int number = known(frame);
        if (isWritable) {
            require(types[number] == FrameType.WRITABLE, "released %s as writable memory", frame);
            counts[number]--;
            types[number] = counts[number] == 0 ? FrameType.NONE : FrameType.WRITABLE;
        }
        release(frame);
    }

    @Override
    public PvMmu.Use use(Mfn frame) {
        int number = known(frame);
        return new PvMmu.Use(types[number], counts[number]);
    }

    @Override
    public boolean change(Mfn frame, PvMmu.Use seen, PvMmu.Use now) {
        int number = known(frame);
        boolean isSame = use(frame).equals(seen);
        tell("  %s: %s to %s%s", frame, words(seen), words(now), isSame ? "" : ", but it is not");
        if (!isSame) {
            return false;
        }
        boolean isMore = now.count() == seen.count() + 1;
        boolean isLess = now.count() == seen.count() - 1 && now.count() >= 0;
        boolean isKept = seen.type() == now.type();
        boolean isFirst = seen.count() == 0 && now.type() != FrameType.NONE;
        boolean isLast = now.count() == 0 && now.type() == FrameType.NONE;
        boolean mayBe = isMore && (isFirst || seen.count() > 0 && isKept);
        mayBe |= isLess && (isLast || now.count() > 0 && isKept);
        require(mayBe, "changed %s from " + words(seen) + " to " + words(now), frame);
        require(now.count() <= references[number], "used %s without a reference", frame);
        types[number] = now.type();
        counts[number] = now.count();
        stale[number] |= isLast && seen.type() == FrameType.WRITABLE;
        return true;
    }

    static String words(PvMmu.Use use) {
        return use.type() + " used by " + use.count();
    }

    @Override
    public void forgetStores(Mfn frame) {
        tell("  no TLB allows stores to %s any more", frame);
        stale[known(frame)] = false;
        flushes++;
    }

    @Override
    public int entries() {
        return ENTRIES;
    }

    @Override
    public boolean isXens(Mfn table, int index) {
        return !isGuests(known(table), index);
    }

    @Override
    public long read(Mfn table, int index) {
        long entry = memory[known(table)][index(index)];
        tell("  entry %d of %s holds %s", index, table, hex(entry));
        return entry;
    }

    @Override
    public boolean replace(Mfn table, int index, long seen, long entry) {
        boolean isSame = memory[known(table)][index(index)] == seen;
        tell(
                "  entry %d of %s becomes %s%s",
                index, table, hex(entry), isSame ? "" : ", but it has changed");
        if (isSame) {
            require(isTable(types[known(table)]), "wrote an entry into %s, no table", table);
            require(!isXens(table, index), "wrote Xen's own entry of %s", table);
            memory[known(table)][index] = entry;
        }
        return isSame;
    }

    @Override
    public void store(Mfn frame, int index, long value) {
        tell("  stores %s into word %d of %s", hex(value), index, frame);
        FrameType type = types[known(frame)];
        if (type != FrameType.WRITABLE && type != FrameType.NONE) {
            throw new CheckFailed(
                    Rules.ESCAPE,
                    "your part stored 0x%x into %s, which is %s, without a look"
                            .formatted(value, frame, type),
                    "stores only into what it holds as writable memory");
        }
        memory[known(frame)][index(index)] = value;
    }

    @Override
    public long asStored(FrameType level, long entry) {
        return (entry & PvMmu.PRESENT) == 0 ? entry : entry | PvMmu.USER;
    }

    /// A table may show itself; of others there are none here.
    @Override
    public boolean holdLinear(Mfn table, long entry) {
        boolean isSelf = (entry & PvMmu.ADDRESS) >>> 12 == table.value();
        return isSelf && (entry & PvMmu.WRITABLE) == 0;
    }

    @Override
    public boolean releaseLinear(Mfn table, long entry) {
        return (entry & PvMmu.ADDRESS) >>> 12 == table.value();
    }

    @Override
    public boolean pin(Mfn frame) {
        return setPinned(frame, true);
    }

    @Override
    public boolean unpin(Mfn frame) {
        return setPinned(frame, false);
    }

    private boolean setPinned(Mfn frame, boolean isPinned) {
        boolean wasPinned = pinned[known(frame)];
        pinned[known(frame)] = isPinned;
        tell("  %s is pinned: %s, before: %s", frame, isPinned, wasPinned);
        return wasPinned != isPinned;
    }

    @Override
    public Optional<Maddr> leafEntry(Vaddr vaddr) {
        int page = (int) (vaddr.value() >>> 12);
        int table = leafTables[page / ENTRIES];
        tell("  %s is mapped by entry %d of mfn %#x", vaddr, page % ENTRIES, table);
        return table == 0
                ? Optional.empty()
                : Optional.of(new Maddr(((long) table << 12) + page % ENTRIES * 8L));
    }

    private static int known(Mfn frame) {
        require(frame.value() > 0 && frame.value() < FRAMES, "asked about %s", frame);
        return (int) frame.value();
    }

    private static int index(int index) {
        require(index >= 0 && index < ENTRIES, "asked for entry " + index + " of a table", null);
        return index;
    }

    private static void require(boolean holds, String what, Mfn frame) {
        if (!holds) {
            throw new CheckFailed(
                    Rules.FORBIDDEN,
                    "your part " + what.formatted(frame),
                    "never does: there is no such thing");
        }
    }
}
