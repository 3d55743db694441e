package io.xenarium.speed;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.function.ToDoubleFunction;

/// The table of a benchmark: for each workload every peer's speed, and how the others compare with
/// the reference.
public final class SpeedTable {
    /// The peer that ours are held against where it took part.
    private static final String REFERENCE = "QEMU";

    private static final String NATIVE = "native";

    private final String caption;
    private final List<String> peers;
    private final List<Measurement.Result> results;

    /// @param caption what was measured, and how
    /// @param peers the columns, in order
    public SpeedTable(String caption, List<String> peers, List<Measurement.Result> results) {
        this.caption = caption;
        this.peers = List.copyOf(peers);
        this.results = List.copyOf(results);
    }

    /// The table as text: million guest instructions a second, then ratios.
    public String text() {
        List<List<String>> rows = new ArrayList<>();
        rows.add(heading());
        for (Measurement.Result result : results) {
            rows.add(row(result));
        }
        rows.add(summary("geometric mean", SpeedTable::geometricMean));
        rows.add(summary("worst", all -> all.stream().min(Double::compare).orElse(0.0)));
        var text = new StringBuilder(caption);
        text.append("\n\n").append(align(rows));
        for (Measurement.Result result : results) {
            if (!result.disagreement().isEmpty()) {
                text.append("\nWRONG: the checksums of ")
                        .append(result.workload().name())
                        .append(" differ: ")
                        .append(result.disagreement());
            }
        }
        return text.append('\n').append(spreads()).toString();
    }

    private List<String> heading() {
        List<String> cells = new ArrayList<>(List.of("workload"));
        cells.addAll(peers);
        for (String engine : engines()) {
            if (peers.contains(REFERENCE)) {
                cells.add(engine + "/" + REFERENCE);
            }
            if (peers.contains(NATIVE)) {
                cells.add(NATIVE + "/" + engine);
            }
        }
        engines().forEach(engine -> cells.add(engine + " 90 %"));
        return cells;
    }

    private List<String> row(Measurement.Result result) {
        List<String> cells = new ArrayList<>(List.of(result.workload().name()));
        for (String peer : peers) {
            double scale = result.instructionsPerRound() / 1e6;
            cells.add(cell(speed(result, peer), "%.0f", scale == 0 ? 1 : scale));
        }
        for (String engine : engines()) {
            if (peers.contains(REFERENCE)) {
                cells.add(cell(ratio(result, engine, REFERENCE), "%.2f", 1));
            }
            if (peers.contains(NATIVE)) {
                cells.add(cell(ratio(result, NATIVE, engine), "%.1fx", 1));
            }
        }
        for (String engine : engines()) {
            ColdRun cold = result.cold().get(engine);
            cells.add(cold == null ? "-" : format("%.1f s", cold.warmSeconds()));
        }
        return cells;
    }

    private List<String> summary(String title, ToDoubleFunction<List<Double>> function) {
        List<String> cells = new ArrayList<>(List.of(title));
        peers.forEach(_ -> cells.add(""));
        for (String engine : engines()) {
            if (peers.contains(REFERENCE)) {
                cells.add(cell(over(engine, REFERENCE, function), "%.2f", 1));
            }
            if (peers.contains(NATIVE)) {
                OptionalDouble share = over(engine, NATIVE, function);
                cells.add(share.isEmpty() ? "-" : format("%.1fx", 1 / share.getAsDouble()));
            }
        }
        engines().forEach(_ -> cells.add(""));
        return cells;
    }

    private OptionalDouble over(
            String peer, String other, ToDoubleFunction<List<Double>> function) {
        List<Double> ratios = new ArrayList<>();
        results.forEach(result -> ratio(result, peer, other).ifPresent(ratios::add));
        return ratios.isEmpty()
                ? OptionalDouble.empty()
                : OptionalDouble.of(function.applyAsDouble(ratios));
    }

    static double geometricMean(List<Double> values) {
        return Math.exp(values.stream().mapToDouble(Math::log).average().orElse(0));
    }

    private List<String> engines() {
        List<String> engines = new ArrayList<>(peers);
        engines.removeAll(List.of(REFERENCE, NATIVE));
        return engines;
    }

    private static OptionalDouble speed(Measurement.Result result, String peer) {
        return Optional.ofNullable(result.speeds().get(peer)).stream()
                .mapToDouble(Measurement.Speed::roundsPerSecond)
                .findFirst();
    }

    private static OptionalDouble ratio(Measurement.Result result, String peer, String other) {
        OptionalDouble above = speed(result, peer);
        OptionalDouble below = speed(result, other);
        return above.isEmpty() || below.isEmpty()
                ? OptionalDouble.empty()
                : OptionalDouble.of(above.getAsDouble() / below.getAsDouble());
    }

    private String spreads() {
        var text = new StringBuilder("\nGreatest spread of the samples, (max - min)/median:");
        for (String peer : peers) {
            double spread =
                    results.stream()
                            .map(result -> result.speeds().get(peer))
                            .filter(speed -> speed != null)
                            .mapToDouble(Measurement.Speed::spread)
                            .max()
                            .orElse(0);
            text.append(format(" %s %.0f %%", peer, 100 * spread));
        }
        return text.append('\n').toString();
    }

    private static String cell(OptionalDouble value, String format, double scale) {
        return value.isEmpty() ? "-" : format(format, value.getAsDouble() * scale);
    }

    static String format(String format, Object... values) {
        return String.format(Locale.ROOT, format, values);
    }

    static String align(List<List<String>> rows) {
        int columns = rows.getFirst().size();
        int[] widths = new int[columns];
        for (List<String> row : rows) {
            for (int i = 0; i < columns; i++) {
                widths[i] = Math.max(widths[i], row.get(i).length());
            }
        }
        var text = new StringBuilder();
        for (List<String> row : rows) {
            text.append(format("%-" + widths[0] + "s", row.getFirst()));
            for (int i = 1; i < columns; i++) {
                text.append(format("  %" + widths[i] + "s", row.get(i)));
            }
            text.append('\n');
        }
        return text.toString();
    }
}
