package io.xenarium.bench.view;

import io.xenarium.toolstack.Refused;

import java.util.Map;
import java.util.TreeMap;

/// All views by the names that pages use.
public final class Views {
    private static final Map<String, View> BY_NAME =
            new TreeMap<>(
                    Map.of(
                            "builder", BuilderView::of,
                            "cpu", ProcessorView::of,
                            "frames", FramesView::of,
                            "grants", GrantsView::of,
                            "history", HistoryView::of,
                            "rings", RingsView::of,
                            "sched", SchedView::of,
                            "store", StoreView::of,
                            "translator", TranslatorView::of,
                            "walk", WalkView::of));

    private Views() {}

    /// The view of this name.
    ///
    /// @throws Refused where there is none
    public static View named(String name) {
        View view = BY_NAME.get(name);
        if (view == null) {
            throw new Refused(
                    "There is no view “%s”; there are %s."
                            .formatted(name, String.join(", ", BY_NAME.keySet())));
        }
        return view;
    }
}
