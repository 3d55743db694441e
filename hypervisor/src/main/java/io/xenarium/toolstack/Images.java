package io.xenarium.toolstack;

import java.util.Map;
import java.util.TreeMap;

/// The images that domains are made from, by name: what is in here is the same for every run, so
/// that a journal that names an image can be replayed.
public final class Images {
    private final Map<String, byte[]> byName = new TreeMap<>();

    /// Puts an image under `name`, for configurations to name. Returns `name`.
    public String put(String name, byte[] image) {
        byName.put(name, image.clone());
        return name;
    }
}
