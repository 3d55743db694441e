package io.xenarium.bench.view;

import io.xenarium.machine.code.RegionListing;
import io.xenarium.machine.code.RegionSight;
import io.xenarium.machine.code.Translator;
import io.xenarium.machine.code.TranslatorSight;
import io.xenarium.machine.cpu.Cpu;
import io.xenarium.toolstack.Host;
import io.xenarium.toolstack.Refused;
import io.xenarium.xen.FrameTable;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/// What the translator has made of the guests' code: where it is hot, and one region to be read,
/// guest instruction beside bytecode. The numbers belong to this run of the program and not to the
/// guest; a step back does not take them back.
///
/// @param total the translator in numbers
/// @param regions how many are in use
/// @param instructions how many guest instructions they hold
/// @param codeBytes how many bytes of bytecode
/// @param pages the hottest pages, in the order of their addresses
/// @param cooler how many further pages hold translated code
/// @param hottest the hottest regions
/// @param chosen the region in focus, null where none is there
public record TranslatorView(
        TranslatorSight total,
        int regions,
        long instructions,
        long codeBytes,
        List<HeatPage> pages,
        int cooler,
        List<Row> hottest,
        Chosen chosen,
        String text) {
    /// One region in a line.
    ///
    /// @param vaddr where its first block is
    /// @param owner the domain whose frame that is in
    public record Row(
            int region,
            String vaddr,
            int owner,
            boolean large,
            int instructions,
            int codeBytes,
            long entered,
            long executed) {}

    /// The region in focus.
    ///
    /// @param blocks its guest code
    /// @param block which of them is open
    /// @param lines the instructions of the open block
    /// @param ends where it has ended since it was first looked at
    public record Chosen(
            Row row,
            List<BlockRow> blocks,
            int block,
            List<RegionListing.Line> lines,
            List<End> ends) {}

    /// A block of it.
    ///
    /// @param ways where it may go on
    public record BlockRow(
            String vaddr, int instructions, boolean entry, boolean checked, List<Way> ways) {}

    /// @param inside whether it stays in the region
    public record Way(String vaddr, boolean inside) {}

    /// Where the region has ended.
    ///
    /// @param region the region that begins or can be entered there, 0 where none
    public record End(String reason, String vaddr, int region, long count) {}

    private static final int ROWS = 8;
    private static final int ENDS = 12;

    /// The processor of `cpu`, by default the first; `at` and `region` choose the region that holds
    /// an address, by default the hottest one.
    static TranslatorView of(Scene scene, Focus focus) {
        Translator translator = translator(scene.host(), focus);
        List<RegionSight> sights =
                translator.regions().stream()
                        .sorted(Comparator.comparingLong(RegionSight::executed).reversed())
                        .toList();
        FrameTable frames = scene.host().hypervisor().frames();
        HeatMap map = new HeatMap();
        sights.forEach(sight -> map.add(sight, frames.owner(sight.frameMfn())));
        List<Row> rows = sights.stream().limit(ROWS).map(sight -> row(sight, frames)).toList();
        long at = focus.number("at", 0);
        Chosen chosen =
                choose(sights, at, focus.number("region", 0))
                        .flatMap(sight -> chosen(translator, sights, sight, at, frames))
                        .orElse(null);
        TranslatorSight total = translator.look();
        return new TranslatorView(
                total,
                sights.size(),
                sights.stream().mapToLong(RegionSight::instructions).sum(),
                sights.stream().mapToLong(RegionSight::codeBytes).sum(),
                map.pages(),
                map.cooler(),
                rows,
                chosen,
                TranslatorText.of(total, sights.size(), rows, chosen));
    }

    /// The translator that `focus` asks for.
    ///
    /// @throws Refused where there is none
    public static Translator translator(Host host, Focus focus) {
        List<Cpu> cpus = host.machine().cpus();
        long number = focus.number("cpu", 0);
        if (number < 0 || number >= cpus.size()) {
            throw new Refused("There is no processor %d.".formatted(number));
        }
        if (cpus.get((int) number) instanceof Translator translator) {
            return translator;
        }
        throw new Refused(
                "This processor is a part of yours, or the interpreter: it translates nothing.");
    }

    static String hex(long vaddr) {
        return "%016x".formatted(vaddr);
    }

    private static Row row(RegionSight sight, FrameTable frames) {
        return new Row(
                sight.number(),
                hex(sight.pieces().getFirst().vaddr()),
                frames.owner(sight.frameMfn()),
                sight.isLarge(),
                sight.instructions(),
                sight.codeBytes(),
                sight.entered(),
                sight.executed());
    }

    /// Of the regions that hold an address the one that is asked for, else the hottest; without an
    /// address the hottest of all.
    private static Optional<RegionSight> choose(List<RegionSight> sights, long at, long number) {
        List<RegionSight> holders =
                at == 0 ? sights : sights.stream().filter(sight -> holds(sight, at)).toList();
        if (holders.isEmpty()) {
            holders = sights.stream().filter(sight -> reachesInto(sight, at)).toList();
        }
        List<RegionSight> all = holders;
        return all.stream()
                .filter(sight -> sight.number() == number)
                .findFirst()
                .or(() -> all.stream().findFirst());
    }

    private static boolean holds(RegionSight sight, long at) {
        return sight.pieces().stream().anyMatch(piece -> isIn(piece, at));
    }

    /// Whether a block of it begins within the 64 bytes that are one place of the map.
    private static boolean reachesInto(RegionSight sight, long at) {
        return sight.pieces().stream()
                .anyMatch(piece -> piece.vaddr() - at >= 0 && piece.vaddr() - at < HeatMap.PLACE);
    }

    private static boolean isIn(RegionSight.Piece piece, long at) {
        return at - piece.vaddr() >= 0 && at - piece.vaddr() < piece.bytes();
    }

    private static Optional<Chosen> chosen(
            Translator translator,
            List<RegionSight> sights,
            RegionSight sight,
            long at,
            FrameTable frames) {
        int open = 0;
        for (int i = 0; i < sight.pieces().size(); i++) {
            RegionSight.Piece piece = sight.pieces().get(i);
            boolean isNear = piece.vaddr() - at >= 0 && piece.vaddr() - at < HeatMap.PLACE;
            if (isIn(piece, at) || open == 0 && isNear) {
                open = i;
            }
        }
        int block = open;
        return translator
                .listing(sight.number())
                .map(listing ->
                        new Chosen(
                                row(sight, frames),
                                listing.blocks().stream().map(TranslatorView::block).toList(),
                                block,
                                listing.blocks().get(block).lines(),
                                ends(listing, sights)));
    }

    private static BlockRow block(RegionListing.Block block) {
        List<Way> ways = new ArrayList<>();
        block.ways().forEach(way -> ways.add(new Way(hex(way.vaddr()), way.isInside())));
        int instructions = block.lines().size();
        return new BlockRow(
                hex(block.vaddr()), instructions, block.isEntry(), block.isChecked(), ways);
    }

    private static List<End> ends(RegionListing listing, List<RegionSight> sights) {
        return listing.ends().stream()
                .limit(ENDS)
                .map(it ->
                        new End(
                                it.reason().name().toLowerCase(java.util.Locale.ROOT),
                                hex(it.vaddr()),
                                entered(sights, it),
                                it.count()))
                .toList();
    }

    private static int entered(List<RegionSight> sights, RegionListing.Ending end) {
        if (end.reason() != RegionListing.Reason.ELSEWHERE) {
            return 0;
        }
        return sights.stream()
                .filter(sight ->
                        sight.pieces().stream()
                                .anyMatch(it -> it.isEntry() && it.vaddr() == end.vaddr()))
                .map(RegionSight::number)
                .findFirst()
                .orElse(0);
    }
}
