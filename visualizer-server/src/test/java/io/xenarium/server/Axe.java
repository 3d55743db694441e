package io.xenarium.server;

import com.microsoft.playwright.Page;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;

/// The rules of WCAG 2.2 AA, as far as a program can tell, by axe in the page.
final class Axe {
    private static final String RUN =
            """
            async ([place, runOnly]) => {
              const found = await axe.run(place, { runOnly });
              return found.violations.map((one) => `${one.id}: ${one.help}: ${one.nodes.map((node) => node.html.slice(0, 120)).slice(0, 2).join(' | ')}`).join('\\n');
            }\
            """;

    private static final List<String> ALL =
            List.of("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa");

    /// Those of them that a page may keep in a large window and break in a small one.
    private static final List<String> OF_ROOM =
            List.of("target-size", "scrollable-region-focusable");

    private Axe() {}

    /// The rules that a page breaks, each with the first places; empty where none.
    static String broken(Page page) {
        return broken(page, "html");
    }

    /// The same of what is in `place`, a selector, alone, which takes a fraction of the time.
    static String broken(Page page, String place) {
        return broken(page, place, ALL);
    }

    /// Of the rules in `place` those that depend on how much room there is.
    static String brokenForWantOfRoom(Page page, String place) {
        return broken(page, place, OF_ROOM);
    }

    private static String broken(Page page, String place, List<String> rules) {
        if (Boolean.FALSE.equals(page.evaluate("'axe' in window"))) {
            page.evaluate(script());
        }
        return (String) page.evaluate(RUN, List.of(place, rules));
    }

    private static String script() {
        try (InputStream script = Axe.class.getResourceAsStream("/axe.min.js")) {
            return new String(script.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException unreadable) {
            throw new UncheckedIOException(unreadable);
        }
    }
}
