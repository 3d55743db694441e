package io.xenarium.bench.view;

import io.xenarium.toolstack.Refused;

import java.util.Map;
import java.util.TreeMap;

/// All views by the names that pages use.
public final class Views {
    private static final Map<String, View> BY_NAME = byName();

    private Views() {}

    private static Map<String, View> byName() {
        Map<String, View> views = new TreeMap<>();
        views.put("builder", BuilderView::of);
        views.put("cpu", ProcessorView::of);
        views.put("frames", FramesView::of);
        views.put("grants", GrantsView::of);
        views.put("history", HistoryView::of);
        views.put("rings", RingsView::of);
        views.put("sched", SchedView::of);
        views.put("store", StoreView::of);
        views.put("time", TimeView::of);
        views.put("translator", TranslatorView::of);
        views.put("walk", WalkView::of);
        return views;
    }

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
