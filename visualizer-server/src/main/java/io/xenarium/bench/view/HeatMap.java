package io.xenarium.bench.view;

import io.xenarium.machine.code.RegionSight;

import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/// Where translated code is hot, by page and by 64 bytes in it.
///
/// The heat of a place is how many instructions the regions there have executed for each that they
/// hold: within a region nobody counts.
final class HeatMap {
    private static final int PAGES_MAX = 96;
    private static final int CELL_SHIFT = 6;

    /// Bytes of guest code that are one place of the map.
    static final int PLACE = 1 << CELL_SHIFT;

    private static final int CELLS = 64;

    /// Digits of heat: each is eight times the one below.
    private static final int DIGIT_BITS = 3;

    /// A page of one domain; kernels lie behind programs.
    private record Place(long page, int owner) implements Comparable<Place> {
        @Override
        public int compareTo(Place other) {
            int byAddress = Long.compareUnsigned(page, other.page);
            return byAddress != 0 ? byAddress : Integer.compare(owner, other.owner);
        }
    }

    private final Map<Place, double[]> heats = new TreeMap<>();

    void add(RegionSight sight, int owner) {
        double heat = (double) sight.executed() / Math.max(1, sight.instructions());
        for (RegionSight.Piece piece : sight.pieces()) {
            if (piece.bytes() == 0) {
                continue;
            }
            double[] cells =
                    heats.computeIfAbsent(new Place(piece.vaddr() & -4096L, owner), _ -> cold());
            int first = (int) (piece.vaddr() & 0xfff);
            int last = Math.min(first + piece.bytes() - 1, 0xfff);
            for (int cell = first >> CELL_SHIFT; cell <= last >> CELL_SHIFT; cell++) {
                cells[cell] = Math.max(cells[cell], 0) + heat;
            }
        }
    }

    private static double[] cold() {
        double[] cells = new double[CELLS];
        java.util.Arrays.fill(cells, -1);
        return cells;
    }

    /// The hottest pages, in the order of their addresses.
    List<HeatPage> pages() {
        Comparator<Map.Entry<Place, double[]>> byHeat =
                Comparator.comparingDouble(entry -> -hottest(entry.getValue()));
        return heats.entrySet().stream()
                .sorted(byHeat.thenComparing(Map.Entry.comparingByKey()))
                .limit(PAGES_MAX)
                .sorted(Map.Entry.comparingByKey())
                .map(entry ->
                        new HeatPage(
                                TranslatorView.hex(entry.getKey().page),
                                entry.getKey().owner,
                                digits(entry.getValue())))
                .toList();
    }

    /// How many pages are not among these.
    int cooler() {
        return Math.max(0, heats.size() - PAGES_MAX);
    }

    private static double hottest(double[] cells) {
        double most = 0;
        for (double cell : cells) {
            most = Math.max(most, cell);
        }
        return most;
    }

    private static String digits(double[] cells) {
        StringBuilder digits = new StringBuilder();
        for (double cell : cells) {
            digits.append(cell < 0 ? '.' : (char) ('0' + digit(cell)));
        }
        return digits.toString();
    }

    private static int digit(double heat) {
        return heat < 1 ? 0 : Math.min(9, Math.getExponent(heat) / DIGIT_BITS);
    }
}
