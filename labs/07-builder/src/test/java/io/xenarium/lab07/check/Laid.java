package io.xenarium.lab07.check;

import io.xenarium.lab.CheckFailed;
import io.xenarium.lab.Rule;
import io.xenarium.parts.DomainBuilder.Plan;
import io.xenarium.terms.Pfn;

import java.util.HashMap;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;

/// What was laid for a plan, word by word, and what each word is called.
final class Laid {
    private static final int FRAME = 4096;
    private static final int TABLE_BYTES = 8;
    private static final NavigableMap<Integer, String> FIELDS = new TreeMap<>();
    private static final Map<Integer, String> FLAGS = new TreeMap<>();

    static {
        FIELDS.put(0, "magic");
        FIELDS.put(32, "nr_pages");
        FIELDS.put(40, "shared_info");
        FIELDS.put(48, "flags");
        FIELDS.put(56, "store_mfn");
        FIELDS.put(64, "store_evtchn");
        FIELDS.put(72, "console.domU.mfn");
        FIELDS.put(80, "console.domU.evtchn");
        FIELDS.put(88, "pt_base");
        FIELDS.put(96, "nr_pt_frames");
        FIELDS.put(104, "mfn_list");
        FIELDS.put(112, "mod_start");
        FIELDS.put(120, "mod_len");
        FIELDS.put(128, "cmd_line");
        FIELDS.put(1152, "first_p2m_pfn");
        FIELDS.put(1160, "nr_p2m_frames");
        FIELDS.put(1168, "the rest of the page");
        FLAGS.put(0x1, "present");
        FLAGS.put(0x2, "writable");
        FLAGS.put(0x4, "user");
        FLAGS.put(0x20, "accessed");
        FLAGS.put(0x40, "dirty");
    }

    private final Plan plan;
    private final BuildWorld world;

    Laid(Plan plan, BuildWorld world) {
        this.plan = plan;
        this.world = world;
    }

    /// The entry of `level` for an address, in words.
    String entry(long vaddr, int level) {
        int table = (int) plan.tables().first().value();
        for (int above = 4; above > level; above--) {
            long entry = world.frame(table).getLong(offset(vaddr, above));
            table = (entry & 1) == 0 ? -1 : world.pfn(entry >>> 12);
            if (table < 0) {
                return "no table";
            }
        }
        return words(world.frame(table).getLong(offset(vaddr, level)));
    }

    private static int offset(long vaddr, int level) {
        return (int) (vaddr >>> 12 + 9 * (level - 1) & 511) * TABLE_BYTES;
    }

    private String words(long entry) {
        if (entry == 0) {
            return "nothing";
        }
        StringBuilder words = new StringBuilder(frame(entry >>> 12));
        FLAGS.forEach((bit, name) -> words.append((entry & bit) == 0 ? "" : " " + name));
        long others = entry & 0xfff & ~0x67;
        return words + (others == 0 ? "" : " and 0x%x".formatted(others));
    }

    private String frame(long mfn) {
        int pfn = world.pfn(mfn);
        return pfn < 0
                ? "mfn 0x%x, which is not the domain's,".formatted(mfn)
                : new Pfn(pfn).toString();
    }

    /// Entry `index` of the list of frames, in words.
    String listed(int index) {
        Pfn pfn = plan.p2m().first().plus(index / 512);
        return frame(world.word(pfn, index % 512 * 8)).strip();
    }

    /// A field of the start-info page, as a number.
    String field(int offset, int bytes) {
        long value = world.word(plan.startInfo(), offset);
        return "0x%x".formatted(bytes == 4 ? value & 0xffff_ffffL : value);
    }

    /// The first word in which this differs from what `xen` laid; empty where none does. Entries of
    /// the list beyond the last frame may be anything.
    Optional<CheckFailed> difference(String after, BuildWorld xen) {
        Laid theirs = new Laid(plan, xen);
        Map<Integer, Integer> levels = theirs.levels();
        TreeSet<Integer> used = new TreeSet<>();
        world.used().forEach(used::add);
        xen.used().forEach(used::add);
        for (int pfn : used) {
            for (int offset = 0; offset < FRAME; offset += 8) {
                long is = world.frame(pfn).getLong(offset);
                long wanted = xen.frame(pfn).getLong(offset);
                if (is != wanted && !isBeyondList(pfn, offset)) {
                    String name = name(pfn, offset, levels);
                    return Optional.of(
                            new CheckFailed(
                                    rule(pfn, is, wanted),
                                    "for %s: %s is %s"
                                            .formatted(after, name, value(pfn, offset, is)),
                                    "%s is %s".formatted(name, theirs.value(pfn, offset, wanted))));
                }
            }
        }
        return Optional.empty();
    }

    private boolean isBeyondList(int pfn, int offset) {
        return plan.p2m().holds(new Pfn(pfn)) && index(pfn, offset) >= world.pages();
    }

    private int index(int pfn, int offset) {
        return (pfn - (int) plan.p2m().first().value()) * 512 + offset / 8;
    }

    private boolean isTable(int pfn) {
        return plan.tables().holds(new Pfn(pfn)) || plan.p2mTables().holds(new Pfn(pfn));
    }

    /// The level of each table, found from the top.
    private Map<Integer, Integer> levels() {
        Map<Integer, Integer> levels = new HashMap<>();
        if (plan.tables().frames() > 0) {
            levels((int) plan.tables().first().value(), 4, levels);
        }
        return levels;
    }

    private void levels(int table, int level, Map<Integer, Integer> levels) {
        levels.put(table, level);
        for (int offset = 0; level > 1 && offset < FRAME; offset += 8) {
            long entry = world.frame(table).getLong(offset);
            int below = (entry & 1) == 0 ? -1 : world.pfn(entry >>> 12);
            if (below >= 0 && isTable(below)) {
                levels(below, level - 1, levels);
            }
        }
    }

    private String name(int pfn, int offset, Map<Integer, Integer> levels) {
        Pfn frame = new Pfn(pfn);
        if (isTable(pfn)) {
            return levels.containsKey(pfn)
                    ? "entry %d of the L%d table, %s,".formatted(offset / 8, levels.get(pfn), frame)
                    : "offset 0x%x of %s, which no table needs,".formatted(offset, frame);
        }
        if (plan.p2m().holds(frame)) {
            return "entry %d of the list of frames".formatted(index(pfn, offset));
        }
        return frame.equals(plan.startInfo())
                ? FIELDS.floorEntry(offset).getValue()
                : "what lies at paddr 0x%x".formatted((long) pfn * FRAME + offset);
    }

    private String value(int pfn, int offset, long word) {
        if (isTable(pfn)) {
            return words(word);
        }
        if (plan.p2m().holds(new Pfn(pfn))) {
            return frame(word).strip();
        }
        return new Pfn(pfn).equals(plan.startInfo())
                ? "0x%x".formatted(word)
                : world.bytes((long) pfn * FRAME + offset, 8);
    }

    private Rule rule(int pfn, long is, long wanted) {
        Pfn frame = new Pfn(pfn);
        if (isTable(pfn)) {
            boolean isMoreWritable = (is ^ wanted) == 2 && (is & 2) != 0;
            return isMoreWritable ? Rules.WRITABLE : Rules.TABLE;
        }
        if (plan.p2m().holds(frame)) {
            return Rules.P2M;
        }
        return frame.equals(plan.startInfo()) ? Rules.START_INFO : Rules.SEGMENT;
    }
}
