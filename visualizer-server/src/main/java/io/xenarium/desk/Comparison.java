package io.xenarium.desk;

import com.github.difflib.text.DiffRow;
import com.github.difflib.text.DiffRowGenerator;

import java.util.List;
import java.util.Locale;

/// Two texts beside each other, line by line.
final class Comparison {
    /// @param kind `equal`, `change`, `insert` or `delete`
    /// @param mine the learner's line, empty where there is none
    /// @param reference ours
    record Row(String kind, String mine, String reference) {}

    private Comparison() {}

    static List<Row> of(String mine, String reference) {
        return DiffRowGenerator.create()
                .lineNormalizer(line -> line)
                .build()
                .generateDiffRows(mine.lines().toList(), reference.lines().toList())
                .stream()
                .map(Comparison::row)
                .toList();
    }

    private static Row row(DiffRow row) {
        return new Row(
                row.getTag().name().toLowerCase(Locale.ROOT), row.getOldLine(), row.getNewLine());
    }
}
