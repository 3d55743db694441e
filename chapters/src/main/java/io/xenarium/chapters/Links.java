package io.xenarium.chapters;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Checks that every link inside the workbook leads somewhere, which Asciidoctor does not.
final class Links {
    private static final Pattern ID = Pattern.compile("\\bid=\"([^\"]+)\"");
    private static final Pattern HERE = Pattern.compile("\\bhref=\"#([^\"]+)\"");
    private static final Pattern CHAPTER =
            Pattern.compile("\\bhref=\"/chapter/([^\"#?]+)(?:#([^\"]+))?\"");

    private Links() {}

    /// One line for each link to a chapter or anchor that does not exist.
    ///
    /// @param fragments the HTML of each chapter by its id
    static List<String> broken(Map<String, String> fragments) {
        List<String> broken = new ArrayList<>();
        fragments.forEach((id, html) -> {
            Set<String> anchors = anchors(html);
            find(HERE, html).stream()
                    .filter(link -> !anchors.contains(link.group(1)))
                    .forEach(link -> broken.add(id + ": no anchor for " + link.group()));
            find(CHAPTER, html).stream()
                    .filter(link -> !leadsSomewhere(link, fragments))
                    .forEach(link -> broken.add(id + ": nothing behind " + link.group()));
        });
        return broken;
    }

    private static boolean leadsSomewhere(Matcher link, Map<String, String> fragments) {
        String html = fragments.get(link.group(1));
        return html != null && (link.group(2) == null || anchors(html).contains(link.group(2)));
    }

    private static Set<String> anchors(String html) {
        Set<String> anchors = new HashSet<>();
        find(ID, html).forEach(match -> anchors.add(match.group(1)));
        return anchors;
    }

    private static List<Matcher> find(Pattern pattern, String html) {
        List<Matcher> found = new ArrayList<>();
        Matcher matcher = pattern.matcher(html);
        while (matcher.find()) {
            Matcher one = pattern.matcher(html);
            one.find(matcher.start());
            found.add(one);
        }
        return found;
    }
}
