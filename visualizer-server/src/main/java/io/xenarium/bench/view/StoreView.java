package io.xenarium.bench.view;

import io.xenarium.toolstack.Host;
import io.xenarium.trace.StoreEvent;
import io.xenarium.trace.XenEvent;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// The XenStore as a tree, with owners and permissions, and what happened to it last.
///
/// @param nodes in the order of their paths, each with what stands below it
/// @param recent what was done lately, the newest last
/// @param text the same as `xenstore-ls -f -p` prints it
public record StoreView(List<NodeView> nodes, List<Deed> recent, String text) {
    /// A node.
    ///
    /// @param depth how many are above it
    /// @param permissions as the store writes them: `n0,r1`
    /// @param owner the domain that may do everything with it
    public record NodeView(
            String path, int depth, String name, String value, String permissions, int owner) {}

    /// Something that was done.
    ///
    /// @param kind written, removed, watched, fired or answered
    /// @param domain by whom, or for whom
    public record Deed(long seq, String kind, int domain, String path, String detail) {}

    private static final int NODES_MAX = 1_500;
    private static final int RECENT = 12;
    private static final int LOOK_BACK = 4_000;

    /// A line of the dump: path, value, permissions.
    private static final Pattern LINE =
            Pattern.compile("(/[^ ]*) = \"(.*)\" {3}\\(([nrwb]\\d+(?:,[nrwb]\\d+)*)\\)");

    /// The tree below `path`, by default all of it.
    static StoreView of(Scene scene, Focus focus) {
        Host host = scene.host();
        String text = host.store().dump(focus.text("path", "/"));
        List<NodeView> nodes = new ArrayList<>();
        for (String line : text.split("\n")) {
            Matcher found = LINE.matcher(line);
            if (nodes.size() < NODES_MAX && found.matches()) {
                nodes.add(node(found.group(1), found.group(2), found.group(3)));
            }
        }
        return new StoreView(nodes, recent(scene), text);
    }

    private static NodeView node(String path, String value, String permissions) {
        int owner = Integer.parseInt(permissions.split(",")[0].substring(1));
        int depth = (int) path.chars().filter(letter -> letter == '/').count() - 1;
        String name = path.substring(path.lastIndexOf('/') + 1);
        return new NodeView(path, depth, name, value, permissions, owner);
    }

    private static List<Deed> recent(Scene scene) {
        List<Deed> deeds = new ArrayList<>();
        for (XenEvent event : scene.past().range(scene.t() - LOOK_BACK, scene.t())) {
            if (event instanceof StoreEvent store) {
                deeds.add(deed(store));
            }
        }
        return deeds.subList(Math.max(0, deeds.size() - RECENT), deeds.size());
    }

    private static Deed deed(StoreEvent event) {
        long seq = event.stamp().seq();
        return switch (event) {
            case StoreEvent.Written it ->
                    new Deed(seq, "written", it.by().value(), it.path(), it.after());
            case StoreEvent.Removed it -> new Deed(seq, "removed", it.by().value(), it.path(), "");
            case StoreEvent.WatchSet it ->
                    new Deed(seq, "watched", it.by().value(), it.path(), it.token());
            case StoreEvent.WatchFired it ->
                    new Deed(seq, "fired", it.to().value(), it.path(), it.token());
            case StoreEvent.Answered it ->
                    new Deed(seq, "answered", it.to().value(), it.path(), it.error());
        };
    }
}
