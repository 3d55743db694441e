package io.xenarium.bench.view;

import io.xenarium.trace.Sentence;
import io.xenarium.trace.XenEvent;

import java.util.List;
import java.util.Locale;

/// The newest events, numbered, each in a sentence: time as a list.
///
/// @param rows the newest last
public record HistoryView(List<Row> rows, String text) {
    /// One event.
    public record Row(
            long seq, long nanos, String topic, int domain, long cause, String sentence) {}

    private static final int ROWS = 60;
    private static final int LOOK_BACK = 20_000;

    /// The newest events of the topic in focus, or of all.
    static HistoryView of(Scene scene, Focus focus) {
        String topic = focus.text("topic", "").toUpperCase(Locale.ROOT);
        List<XenEvent> all = scene.past().range(Math.max(1, scene.t() - LOOK_BACK), scene.t());
        List<XenEvent> wanted =
                all.stream()
                        .filter(event -> topic.isEmpty() || event.topic().name().equals(topic))
                        .toList();
        List<Row> rows =
                wanted.subList(Math.max(0, wanted.size() - ROWS), wanted.size()).stream()
                        .map(HistoryView::row)
                        .toList();
        StringBuilder text = new StringBuilder();
        for (Row row : rows) {
            text.append("%8d  %12d ns  %s\n".formatted(row.seq, row.nanos, row.sentence));
        }
        return new HistoryView(rows, text.toString());
    }

    private static Row row(XenEvent event) {
        return new Row(
                event.stamp().seq(),
                event.stamp().time().value(),
                event.topic().name().toLowerCase(Locale.ROOT),
                event.stamp().domain().value(),
                event.stamp().cause(),
                Sentence.of(event));
    }
}
