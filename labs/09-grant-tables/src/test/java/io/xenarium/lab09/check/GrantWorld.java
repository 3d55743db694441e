package io.xenarium.lab09.check;

import static io.xenarium.abi.GrantEntry.READING;
import static io.xenarium.abi.GrantEntry.WRITING;

import io.xenarium.abi.GrantEntry;
import io.xenarium.abi.GrantMap;
import io.xenarium.lab.CheckFailed;
import io.xenarium.lab.Search;
import io.xenarium.parts.Grants;
import io.xenarium.terms.DomId;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/// The grant tables of a few domains, with nothing else of Xen: what a part is lent in the first
/// three tiers. Domain n owns the frames 10·n to 10·n+9. Every call is told in words, for whoever
/// replays a case.
final class GrantWorld implements Grants.Platform, Search.World<GrantWorld> {
    static final int DOMAINS = 4;
    static final int ENTRIES = 8;
    static final int HANDLES = 3;
    static final int PINS_MAX = 4;

    /// A place in page tables that will not do.
    static final long BAD_PLACE = 0xbad000;

    private static final int NOBODY = -1;

    final int[][] flags = new int[DOMAINS][ENTRIES];
    final int[][] users = new int[DOMAINS][ENTRIES];
    final int[][] frames = new int[DOMAINS][ENTRIES];

    /// Who uses the entry, and the frame that was read out of it then.
    final int[][] usedBy = new int[DOMAINS][ENTRIES];

    final int[][] usedFrames = new int[DOMAINS][ENTRIES];
    final int[][][] pins = new int[DOMAINS][ENTRIES][Grants.Pin.values().length];
    final Grants.Mapping[][] mappings = new Grants.Mapping[DOMAINS][HANDLES];

    /// A guest that writes into the entry whenever Xen has looked at it, so many times.
    int fidgets;

    /// Takes what happens, in words; null while nobody wants to know, because words are slow.
    List<String> told;

    GrantWorld() {
        for (int domain = 0; domain < DOMAINS; domain++) {
            Arrays.fill(usedBy[domain], NOBODY);
        }
    }

    @Override
    public GrantWorld copy() {
        GrantWorld copy = new GrantWorld();
        for (int domain = 0; domain < DOMAINS; domain++) {
            copy.flags[domain] = flags[domain].clone();
            copy.users[domain] = users[domain].clone();
            copy.frames[domain] = frames[domain].clone();
            copy.usedBy[domain] = usedBy[domain].clone();
            copy.usedFrames[domain] = usedFrames[domain].clone();
            copy.mappings[domain] = mappings[domain].clone();
            for (int ref = 0; ref < ENTRIES; ref++) {
                copy.pins[domain][ref] = pins[domain][ref].clone();
            }
        }
        copy.fidgets = fidgets;
        return copy;
    }

    @Override
    public long fingerprint() {
        long hash = Arrays.deepHashCode(flags);
        hash = hash * 31 + Arrays.deepHashCode(users);
        hash = hash * 31 + Arrays.deepHashCode(frames);
        hash = hash * 31 + Arrays.deepHashCode(usedBy);
        hash = hash * 31 + Arrays.deepHashCode(usedFrames);
        hash = hash * 31 + Arrays.deepHashCode(pins);
        hash = hash * 31 + Arrays.deepHashCode(mappings);
        return hash * 31 + fidgets;
    }

    @Override
    public void tell(String format, Object... values) {
        if (told != null) {
            told.add(format.formatted(values));
        }
    }

    /// The guest writes an entry.
    GrantWorld offer(int granter, int ref, int user, int frame, int flag) {
        flags[granter][ref] = flag;
        users[granter][ref] = user;
        frames[granter][ref] = frame;
        return this;
    }

    /// The guest takes an entry back, as a careful guest does: not while it is marked. Where nobody
    /// sees a mark and the entry is used all the same, that is the end.
    boolean takeBack(int granter, int ref) {
        if ((flags[granter][ref] & (READING | WRITING)) != 0) {
            return false;
        }
        if (usedBy[granter][ref] != NOBODY) {
            throw new CheckFailed(
                    Rules.DANGLING,
                    "d%d saw no mark on entry %d and took frame %d back, while d%d used it"
                            .formatted(
                                    granter, ref, usedFrames[granter][ref], usedBy[granter][ref]),
                    "keeps the entry marked as long as anybody uses it");
        }
        flags[granter][ref] = 0;
        return true;
    }

    @Override
    public int entries(DomId granter) {
        return ENTRIES;
    }

    @Override
    public Grants.Header header(DomId granter, int ref) {
        int entry = entry(granter, ref);
        Grants.Header header =
                new Grants.Header(flags[granter.value()][entry], users[granter.value()][entry]);
        if (told != null) {
            tell("  %s says: %s", name(granter, ref), words(header));
        }
        if (fidgets > 0) {
            fidgets--;
            flags[granter.value()][entry] ^= 1 << GrantEntry.CACHE_SHIFT;
            tell("  %s writes into it", granter);
        }
        return header;
    }

    @Override
    public boolean mark(DomId granter, int ref, Grants.Header seen, int marks) {
        int entry = entry(granter, ref);
        boolean isSame =
                seen.equals(
                        new Grants.Header(
                                flags[granter.value()][entry], users[granter.value()][entry]));
        if (isSame) {
            flags[granter.value()][entry] |= marks;
        }
        tell(
                "  %s is %s",
                name(granter, ref),
                isSame ? "marked " + marks(marks) : "not marked: it has changed");
        return isSame;
    }

    @Override
    public void clear(DomId granter, int ref, int marks) {
        flags[granter.value()][entry(granter, ref)] &= ~marks;
        tell("  %s loses the marks %s", name(granter, ref), marks(marks));
    }

    @Override
    public Optional<DomId> user(DomId granter, int ref) {
        int user = usedBy[granter.value()][entry(granter, ref)];
        tell("  who uses %s? %s", name(granter, ref), user == NOBODY ? "nobody" : "d" + user);
        return user == NOBODY ? Optional.empty() : Optional.of(new DomId(user));
    }

    @Override
    public boolean begin(DomId granter, int ref, DomId user) {
        int entry = entry(granter, ref);
        int frame = frames[granter.value()][entry];
        require(usedBy[granter.value()][entry] == NOBODY, "began a use that had begun", granter);
        boolean isOwn = frame / 10 == granter.value();
        tell("  %s names frame %d%s", name(granter, ref), frame, isOwn ? "" : ", not its own");
        if (isOwn) {
            usedBy[granter.value()][entry] = user.value();
            usedFrames[granter.value()][entry] = frame;
        }
        return isOwn;
    }

    @Override
    public void end(DomId granter, int ref) {
        int entry = entry(granter, ref);
        requireUsed(granter, entry, "ended a use that was none");
        require(
                Arrays.stream(pins[granter.value()][entry]).sum() == 0,
                "ended a use that still had pins",
                granter);
        tell("  the use of %s ends", name(granter, ref));
        usedBy[granter.value()][entry] = NOBODY;
        usedFrames[granter.value()][entry] = 0;
    }

    @Override
    public int pins(DomId granter, int ref, Grants.Pin pin) {
        return pins[granter.value()][entry(granter, ref)][pin.ordinal()];
    }

    @Override
    public int pinsMax() {
        return PINS_MAX;
    }

    @Override
    public void addPin(DomId granter, int ref, Grants.Pin pin) {
        requireUsed(granter, entry(granter, ref), "pinned an entry that nobody uses");
        int count = ++pins[granter.value()][ref][pin.ordinal()];
        require(count <= PINS_MAX, "took more pins than there can be", granter);
        tell("  %s has %d pins %s", name(granter, ref), count, pin);
    }

    @Override
    public void dropPin(DomId granter, int ref, Grants.Pin pin) {
        int count = --pins[granter.value()][entry(granter, ref)][pin.ordinal()];
        require(count >= 0, "dropped a pin " + pin + " that was not there", granter);
        tell("  %s has %d pins %s", name(granter, ref), count, pin);
    }

    @Override
    public int freeHandle(DomId mapper) {
        for (int handle = 0; handle < HANDLES; handle++) {
            if (mappings[mapper.value()][handle] == null) {
                tell("  handle %d of %s is free", handle, mapper);
                return handle;
            }
        }
        tell("  no handle of %s is free", mapper);
        return -1;
    }

    @Override
    public boolean enter(int handle, Grants.Request request) {
        int mapper = request.mapper().value();
        require(
                handle >= 0 && handle < HANDLES && mappings[mapper][handle] == null,
                "entered a mapping under a handle that is not free",
                request.granter());
        requireUsed(
                request.granter(),
                entry(request.granter(), (int) request.ref()),
                "entered a mapping of an entry that nobody uses");
        boolean fits = request.at() != BAD_PLACE;
        tell("  the place %s", fits ? "will do: handle " + handle : "will not do");
        if (fits) {
            mappings[mapper][handle] =
                    new Grants.Mapping(request.granter(), (int) request.ref(), request.flags());
        }
        return fits;
    }

    @Override
    public Optional<Grants.Mapping> mapping(DomId mapper, long handle) {
        boolean isOne = handle >= 0 && handle < HANDLES;
        Optional<Grants.Mapping> found =
                isOne
                        ? Optional.ofNullable(mappings[mapper.value()][(int) handle])
                        : Optional.empty();
        tell("  handle %d of %s: %s", handle, mapper, found.map(Lines::of).orElse("nothing"));
        return found;
    }

    @Override
    public void leave(DomId mapper, int handle, int parts) {
        Grants.Mapping mapping = mappings[mapper.value()][handle];
        require(mapping != null, "left a handle that stands for nothing", mapper);
        require(parts != 0, "had no part at all leave a mapping", mapper);
        require(
                (parts & ~mapping.flags()) == 0,
                "left a part that the mapping does not have",
                mapper);
        int left = mapping.flags() & ~parts;
        boolean isOver = (left & (GrantMap.DEVICE | GrantMap.HOST)) == 0;
        tell("  handle %d of %s %s", handle, mapper, isOver ? "is free" : "keeps a part");
        mappings[mapper.value()][handle] =
                isOver ? null : new Grants.Mapping(mapping.granter(), mapping.ref(), left);
    }

    private int entry(DomId granter, int ref) {
        require(ref >= 0 && ref < ENTRIES, "touched entry " + ref, granter);
        return ref;
    }

    private void requireUsed(DomId granter, int entry, String what) {
        require(usedBy[granter.value()][entry] != NOBODY, what, granter);
    }

    private static void require(boolean holds, String what, DomId domain) {
        if (!holds) {
            throw new CheckFailed(
                    Rules.FORBIDDEN,
                    "your part %s (%s)".formatted(what, domain),
                    "never does: there is no such thing");
        }
    }

    private static String name(DomId granter, int ref) {
        return "entry %d of %s".formatted(ref, granter);
    }

    private static String words(Grants.Header header) {
        return "kind %d, flags 0x%x, for d%d"
                .formatted(header.flags() & GrantEntry.TYPE, header.flags(), header.user());
    }

    /// Marks in words.
    static String marks(int marks) {
        return switch (marks & (READING | WRITING)) {
            case READING -> "reading";
            case WRITING -> "writing";
            case READING | WRITING -> "reading and writing";
            default -> "none";
        };
    }
}
