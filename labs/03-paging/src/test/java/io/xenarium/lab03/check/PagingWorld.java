package io.xenarium.lab03.check;

import io.xenarium.lab.CheckFailed;
import io.xenarium.lab.Search;
import io.xenarium.parts.Paging;
import io.xenarium.terms.Maddr;
import io.xenarium.terms.Mfn;
import io.xenarium.terms.Vaddr;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/// The tables of one address space and the two TLBs of one processor, with nothing else of a
/// machine. What has never been written is zero. Every call is told in words, for whoever replays a
/// case.
final class PagingWorld implements Paging.Platform, Search.World<PagingWorld> {
    /// How many frames there are: 16 MiB.
    static final int FRAMES = 4096;

    static final long ROOT = 1;

    /// An entry that serves several levels changes by its own mark; more often than there are
    /// levels nothing has to be walked again.
    private static final int TRIES = 5;

    /// What the upper levels hold when they allow everything.
    static final long ALL = Paging.PRESENT | Paging.WRITABLE | Paging.USER;

    final Map<Long, Long> entries = new TreeMap<>();

    /// Which table hangs below an entry, by the entry's place, whatever the entry holds by now.
    private final Map<Long, Long> tables = new TreeMap<>();

    final SmallTlb data = new SmallTlb("data", 8);
    final SmallTlb code = new SmallTlb("code", 4);
    boolean protectsWrites = true;
    boolean hasNoExecute = true;
    long root = ROOT;

    /// How many entries were written by the part.
    int writes;

    /// The part that works on this world.
    Paging part;

    /// Takes what happens, in words; null while nobody wants to know.
    List<String> told;

    @Override
    public PagingWorld copy() {
        PagingWorld copy = new PagingWorld();
        copy.entries.putAll(entries);
        copy.data.take(data);
        copy.code.take(code);
        copy.protectsWrites = protectsWrites;
        copy.hasNoExecute = hasNoExecute;
        copy.root = root;
        copy.tables.putAll(tables);
        copy.writes = writes;
        return copy;
    }

    @Override
    public long fingerprint() {
        return entries.hashCode() * 31L + lines().hashCode();
    }

    @Override
    public void tell(String format, Object... values) {
        if (told != null) {
            told.add(format.formatted(values));
        }
    }

    static String hex(long value) {
        return "0x" + Long.toHexString(value);
    }

    /// What the TLBs hold, a line each.
    List<String> lines() {
        List<String> lines = new ArrayList<>();
        data.lines(lines);
        code.lines(lines);
        return lines;
    }

    /// Where the entry of this level lies that the tables have for `vaddr`. The tables above it are
    /// made where there were none.
    long placeOf(long vaddr, int level) {
        long table = ROOT;
        for (int at = 4; at > level; at--) {
            long place = place(table, vaddr, at);
            if (!tables.containsKey(place)) {
                tables.put(place, ROOT + 1 + tables.size());
                entries.put(place, tables.get(place) << 12 | ALL);
            }
            table = tables.get(place);
        }
        return place(table, vaddr, level);
    }

    /// Where the entry of L4, L3 or L2 leads, as long as it leads to its table.
    long tableBelow(long vaddr, int level) {
        placeOf(vaddr, 1);
        return tables.get(placeOf(vaddr, level)) << 12;
    }

    /// Writes the entry of this level, as a guest would.
    void lay(long vaddr, int level, long entry) {
        entries.put(placeOf(vaddr, level), entry);
    }

    private static long place(long table, long vaddr, int level) {
        return (table << 12) + (vaddr >>> 12 + 9 * (level - 1) & 511) * 8;
    }

    @Override
    public Mfn root() {
        return new Mfn(root);
    }

    @Override
    public boolean holds(Mfn frame) {
        return frame.value() < FRAMES;
    }

    @Override
    public long read(Maddr place) {
        requireEntry(place, "read");
        long entry = entries.getOrDefault(place.value(), 0L);
        tell("  reads %s at %s", hex(entry), hex(place.value()));
        return entry;
    }

    @Override
    public boolean replace(Maddr place, long read, long written) {
        requireEntry(place, "wrote");
        long is = entries.getOrDefault(place.value(), 0L);
        if (is != read) {
            tell("  finds %s instead of %s at %s", hex(is), hex(read), hex(place.value()));
            return false;
        }
        tell("  writes %s at %s", hex(written), hex(place.value()));
        entries.put(place.value(), written);
        writes++;
        return true;
    }

    private static void requireEntry(Maddr place, String did) {
        if (place.value() >>> 12 >= FRAMES || (place.value() & 7) != 0) {
            throw new CheckFailed(
                    Rules.FORBIDDEN,
                    "your part %s an entry at %s of a machine of %s bytes"
                            .formatted(did, hex(place.value()), hex((long) FRAMES << 12)),
                    "stays within frames that holds() knows, at multiples of 8");
        }
    }

    @Override
    public boolean protectsWrites() {
        return protectsWrites;
    }

    @Override
    public boolean hasNoExecute() {
        return hasNoExecute;
    }

    @Override
    public List<Paging.Tlb> tlbs() {
        return List.of(data, code);
    }

    /// What a processor does for an access, in words: where it went, or the page fault.
    String access(long vaddr, int access) {
        SmallTlb tlb = (access & Paging.FETCHES) != 0 ? code : data;
        if (tlb.allows(new Vaddr(vaddr), access, protectsWrites)) {
            return "%s, out of the TLB".formatted(tlb.at(vaddr).frame());
        }
        for (int tries = 0; tries < TRIES; tries++) {
            Paging.Walk walk = part.walk(new Vaddr(vaddr));
            int error = part.checkAccess(walk, access);
            if (error != Paging.ALLOWED) {
                return "page fault, error code " + hex(error);
            }
            if (!(walk instanceof Paging.Walk.Mapped mapped)) {
                return "allowed, although nothing is mapped";
            }
            if (part.setAccessedDirty(mapped, access)) {
                part.tlbFill(tlb, new Vaddr(vaddr), mapped, access);
                return "%s, after a walk".formatted(mapped.frame());
            }
        }
        return "walked again and again, although nobody changed an entry";
    }

    /// A TLB of a few places.
    final class SmallTlb implements Paging.Tlb {
        final String name;
        private final Paging.Translation[] places;
        private boolean hasLarge;

        SmallTlb(String name, int places) {
            this.name = name;
            this.places = new Paging.Translation[places];
        }

        private void take(SmallTlb other) {
            System.arraycopy(other.places, 0, places, 0, places.length);
            hasLarge = other.hasLarge;
        }

        /// What stands in the place of the page around `vaddr`; null where nothing does.
        Paging.Translation at(long vaddr) {
            return places[(int) (vaddr >>> 12) & places.length - 1];
        }

        boolean allows(Vaddr vaddr, int access, boolean protectsWrites) {
            if (!holds(vaddr)) {
                return false;
            }
            Paging.Translation page = at(vaddr.value());
            boolean isUser = (access & Paging.BY_USER) != 0;
            boolean isStore = (access & Paging.WRITES) != 0;
            boolean needsWritable = isStore && (isUser || protectsWrites);
            return (!isUser || page.isUser())
                    && (!needsWritable || page.isWritable())
                    && (!isStore || page.isDirty())
                    && ((access & Paging.FETCHES) == 0 || !page.isNoExecute());
        }

        void lines(List<String> into) {
            for (int i = 0; i < places.length; i++) {
                into.add("place %d of the %s TLB has %s".formatted(i, name, words(places[i])));
            }
        }

        @Override
        public int places() {
            return places.length;
        }

        @Override
        public boolean holds(Vaddr vaddr) {
            Paging.Translation page = at(vaddr.value());
            return page != null && page.page().value() == (vaddr.value() & -4096);
        }

        @Override
        public void put(int place, Paging.Translation page) {
            requirePlace(place);
            tell("  puts %s into place %d of the %s TLB", words(page), place, name);
            places[place] = page;
            hasLarge |= page.isLarge();
        }

        @Override
        public void clear(int place) {
            requirePlace(place);
            tell("  empties place %d of the %s TLB", place, name);
            places[place] = null;
        }

        private void requirePlace(int place) {
            if (place < 0 || place >= places.length) {
                throw new CheckFailed(
                        Rules.FORBIDDEN,
                        "your part asked for place %d of a TLB of %d"
                                .formatted(place, places.length),
                        "uses places from 0 to places() - 1");
            }
        }

        @Override
        public void clear() {
            tell("  empties the %s TLB", name);
            java.util.Arrays.fill(places, null);
            hasLarge = false;
        }

        @Override
        public boolean hasLarge() {
            return hasLarge;
        }
    }

    private static String words(Paging.Translation page) {
        if (page == null) {
            return "nothing";
        }
        return "page %s in %s, %s, %s%s%s%s"
                .formatted(
                        hex(page.page().value()),
                        page.frame(),
                        page.isWritable() ? "writable" : "read-only",
                        page.isUser() ? "user" : "kernel only",
                        page.isNoExecute() ? ", no execute" : "",
                        page.isDirty() ? ", dirty" : ", clean",
                        page.isLarge() ? ", large" : "");
    }
}
