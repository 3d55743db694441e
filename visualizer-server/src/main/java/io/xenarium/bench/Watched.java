package io.xenarium.bench;

import io.xenarium.bench.view.Focus;
import io.xenarium.bench.view.Scene;
import io.xenarium.bench.view.View;
import io.xenarium.bench.view.Views;
import io.xenarium.toolstack.Refused;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.SequencedMap;
import java.util.TreeMap;

/// The views that pages look at just now. Each picture of the computer contains them, and none that
/// nobody looks at: a page says again from time to time what it is looking at, one view at a time,
/// and is forgotten when it does not.
final class Watched {
    private static final int MOST = 6;
    private static final long FORGOTTEN_MILLIS = 25_000;

    private record Wish(String key, View view, Focus focus, long millis) {}

    /// By the page that has the wish.
    private final SequencedMap<String, Wish> wishes = new LinkedHashMap<>();

    /// From now on, and for a while, this view is in every picture, instead of what the same page
    /// has looked at before. Returns the key under which.
    ///
    /// @param page what the page calls itself; who has no name has a wish for each view
    /// @throws Refused where there is no such view
    String watch(String page, String name, Focus focus, long nowMillis) {
        View view = Views.named(name);
        String key = name + focus.values();
        wishes.putLast(page.isEmpty() ? key : page, new Wish(key, view, focus, nowMillis));
        if (wishes.size() > MOST) {
            wishes.pollFirstEntry();
        }
        return key;
    }

    /// What all of them show.
    Map<String, Object> take(Scene scene, long nowMillis) {
        wishes.values().removeIf(wish -> nowMillis - wish.millis > FORGOTTEN_MILLIS);
        Map<String, Object> pictures = new TreeMap<>();
        for (Wish wish : wishes.values()) {
            pictures.computeIfAbsent(wish.key, _ -> picture(wish, scene));
        }
        return pictures;
    }

    /// What a view is about may be gone at this moment; then its picture is the words for that.
    private static Object picture(Wish wish, Scene scene) {
        try {
            return wish.view.of(scene, wish.focus);
        } catch (Refused absent) {
            return Map.of("absent", absent.getMessage(), "text", absent.getMessage());
        }
    }
}
