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
/// nobody looks at: a page says again from time to time what it is looking at, and is forgotten
/// when it does not.
final class Watched {
    private static final int MOST = 6;
    private static final long FORGOTTEN_MILLIS = 25_000;

    private record Wish(View view, Focus focus, long millis) {}

    private final SequencedMap<String, Wish> wishes = new LinkedHashMap<>();

    /// From now on, and for a while, this view is in every picture. Returns the key under which.
    ///
    /// @throws Refused where there is no such view
    String watch(String name, Focus focus, long nowMillis) {
        View view = Views.named(name);
        String key = key(name, focus);
        wishes.putLast(key, new Wish(view, focus, nowMillis));
        if (wishes.size() > MOST) {
            wishes.pollFirstEntry();
        }
        return key;
    }

    boolean holds(String name, Focus focus) {
        return wishes.containsKey(key(name, focus));
    }

    private static String key(String name, Focus focus) {
        return name + focus.values();
    }

    /// What all of them show.
    Map<String, Object> take(Scene scene, long nowMillis) {
        wishes.values().removeIf(wish -> nowMillis - wish.millis > FORGOTTEN_MILLIS);
        Map<String, Object> pictures = new TreeMap<>();
        wishes.forEach((key, wish) -> pictures.put(key, picture(wish, scene)));
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
