package io.xenarium.bench.view;

import io.xenarium.machine.Memory;
import io.xenarium.machine.cpu.PageWalk;
import io.xenarium.terms.DomId;
import io.xenarium.trace.MemoryEvent.FrameType;
import io.xenarium.xen.FrameTable;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/// The frames of the machine: whose each is and as what it is used, and one of them in full.
///
/// @param frames how many the machine has
/// @param end behind the last frame that somebody owns: the wall ends here
/// @param each how many frames stand behind one tile
/// @param runs the tiles in order, as runs of equal ones
/// @param totals frames by owner and type, the owner first: `d1 l1`
/// @param frame the frame in focus, null where none is
public record FramesView(
        long frames,
        long end,
        int each,
        List<Run> runs,
        Map<String, Long> totals,
        FrameDetail frame,
        String text) {
    /// Tiles that look the same, one after the other.
    ///
    /// @param owner the domain's number, −1 for nobody, [DomId#XEN]'s for Xen
    public record Run(int count, int owner, String type, boolean pinned) {}

    /// All about one frame.
    ///
    /// @param references the general count
    /// @param typeCount the count of its type
    /// @param mappings who refers to it, as far as page tables do
    public record FrameDetail(
            String mfn,
            int owner,
            String type,
            long references,
            long typeCount,
            boolean pinned,
            String pfn,
            List<Mapping> mappings) {}

    /// An entry of a page table that names the frame.
    public record Mapping(String table, int level, int index, boolean writable) {}

    private static final int TILES_MAX = 16_384;
    private static final int MAPPINGS_MAX = 32;

    /// The frames of the machine; `mfn` or `maddr` puts one into focus.
    static FramesView of(Scene scene, Focus focus) {
        FrameTable table = scene.host().hypervisor().frames();
        int end = end(table);
        int each = 1;
        while (end / each > TILES_MAX) {
            each *= 2;
        }
        Map<String, Long> totals = new TreeMap<>();
        List<Run> runs = runs(table, end, each, totals);
        long wanted = focus.number("mfn", -1);
        FrameDetail detail =
                wanted >= 0 && table.holds(wanted)
                        ? detail(table, scene.host().machine().memory(), wanted)
                        : null;
        return new FramesView(
                table.frames(), end, each, runs, totals, detail, text(totals, detail));
    }

    /// Behind the last frame that somebody owns.
    private static int end(FrameTable table) {
        int end = table.frames();
        while (end > 1 && table.owner(end - 1) == FrameTable.NOBODY) {
            end--;
        }
        return end;
    }

    private static List<Run> runs(FrameTable table, int end, int each, Map<String, Long> totals) {
        List<Run> runs = new ArrayList<>();
        Run open = null;
        totals.put("free none", (long) table.frames() - end);
        for (int first = 0; first < end; first += each) {
            int shown = first;
            for (int at = first; at < Math.min(first + each, end); at++) {
                String key = owner(table.owner(at)) + " " + name(table.type(at));
                totals.merge(key, 1L, Long::sum);
                shown = rank(table, at) > rank(table, shown) ? at : shown;
            }
            Run tile =
                    new Run(1, table.owner(shown), name(table.type(shown)), table.isPinned(shown));
            if (open != null && tile.equals(new Run(1, open.owner, open.type, open.pinned))) {
                open = new Run(open.count + 1, open.owner, open.type, open.pinned);
                runs.set(runs.size() - 1, open);
            } else {
                open = tile;
                runs.add(open);
            }
        }
        return runs;
    }

    /// Of the frames behind one tile, the one that tells most is shown: a page table of the highest
    /// level.
    private static int rank(FrameTable table, long frame) {
        return switch (table.type(frame)) {
            case L4 -> 7;
            case L3 -> 6;
            case L2 -> 5;
            case L1 -> 4;
            case SEGMENT_DESCRIPTORS -> 3;
            case SHARED -> 2;
            case WRITABLE -> 1;
            case NONE -> 0;
        };
    }

    private static FrameDetail detail(FrameTable table, Memory memory, long frame) {
        long pfn = table.pfn(frame);
        return new FrameDetail(
                hex(frame),
                table.owner(frame),
                name(table.type(frame)),
                table.references(frame),
                table.typeCount(frame),
                table.isPinned(frame),
                pfn == FrameTable.INVALID_PFN ? "" : hex(pfn),
                mappings(table, memory, frame));
    }

    /// Looks through all page tables; a person asks for that, not every picture.
    private static List<Mapping> mappings(FrameTable table, Memory memory, long frame) {
        List<Mapping> found = new ArrayList<>();
        for (long at = 0; at < table.frames() && found.size() < MAPPINGS_MAX; at++) {
            int level = table.type(at).level();
            for (int index = 0; level > 0 && index < 512; index++) {
                long entry = memory.getLong((at << 12) + index * 8L);
                boolean names =
                        (entry & PageWalk.P) != 0 && (entry & PageWalk.ADDRESS) >>> 12 == frame;
                if (names && found.size() < MAPPINGS_MAX) {
                    found.add(new Mapping(hex(at), level, index, (entry & PageWalk.RW) != 0));
                }
            }
        }
        return found;
    }

    private static String text(Map<String, Long> totals, FrameDetail frame) {
        StringBuilder out = new StringBuilder("owner and type              frames\n");
        totals.forEach((key, count) -> out.append("%-26s %7d\n".formatted(key, count)));
        if (frame != null) {
            out.append(
                    "\nmfn %s: owner %s, type %s, count %d, type count %d%s, pfn %s\n"
                            .formatted(
                                    frame.mfn,
                                    owner(frame.owner),
                                    frame.type,
                                    frame.references,
                                    frame.typeCount,
                                    frame.pinned ? ", pinned" : "",
                                    frame.pfn.isEmpty() ? "none" : frame.pfn));
            for (Mapping mapping : frame.mappings) {
                out.append(
                        "  L%d table mfn %s, entry %d, %s\n"
                                .formatted(
                                        mapping.level,
                                        mapping.table,
                                        mapping.index,
                                        mapping.writable ? "writable" : "read-only"));
            }
        }
        return out.toString();
    }

    private static String owner(int owner) {
        return owner == FrameTable.NOBODY
                ? "free"
                : owner == DomId.XEN.value() ? "xen" : "d" + owner;
    }

    private static String name(FrameType type) {
        return type.name().toLowerCase(Locale.ROOT);
    }

    private static String hex(long number) {
        return "0x%05x".formatted(number);
    }
}
