package io.xenarium.lab;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// What every chapter with a lab has, as far as its source tells: the demo before the text,
/// questions to predict, pictures with a twin in words, listings out of real source, and what comes
/// after.
final class ChapterRules {
    private static final int WORDS_MIN = 2000;
    private static final int WORDS_MAX = 4500;
    private static final int PREDICTIONS_MIN = 3;

    private static final Map<String, String> WANTED = new LinkedHashMap<>();

    static {
        WANTED.put("[.breakit]", "breaks nothing first: there is no [.breakit]");
        WANTED.put("[jshell]", "has no cell to run");
        WANTED.put("[.realxen]", "does not say what real Xen does differently: no [.realxen]");
        WANTED.put("[.lab]", "has no box for its lab");
        WANTED.put("*Stretch.*", "has no stretch");
        WANTED.put("[.explain]", "asks for no explanation in one's own words: no [.explain]");
        WANTED.put("[.slide]", "does not fit on one slide: no [.slide]");
    }

    private static final String TWIN = ".The same as a table";
    private static final Pattern BLOCK = Pattern.compile("(?ms)^----\n.*?^----$");
    private static final Pattern MARKS =
            Pattern.compile("(?m)^(:|\\[|include::|\\||====|\\*\\*\\*\\*|--$|//).*$");
    private static final Pattern WORD = Pattern.compile("[\\p{L}\\p{N}’'−-]+");
    private static final Pattern LISTING = Pattern.compile("(?m)^\\[source[^\n]*\n----\n([^\n]*)$");

    private ChapterRules() {}

    /// Which rules the chapter of lab `id` breaks, one line each.
    static List<String> broken(String id, String chapter) {
        List<String> broken = new ArrayList<>();
        WANTED.forEach((mark, complaint) -> {
            if (!chapter.contains(mark)) {
                broken.add(complaint);
            }
        });
        if (!chapter.contains("boot --mine " + id)) {
            broken.add("does not end with a guest that boots on the part: boot --mine " + id);
        }
        long words = words(chapter);
        if (words < WORDS_MIN || words > WORDS_MAX) {
            broken.add("has %d words, not %d to %d".formatted(words, WORDS_MIN, WORDS_MAX));
        }
        if (count(chapter, "\n[predict]") < PREDICTIONS_MIN
                || count(chapter, "\n[predict]") != count(chapter, "\n[answer]")) {
            broken.add("has fewer than three questions to predict, or one without an answer");
        }
        twins(chapter, broken);
        Matcher listing = LISTING.matcher(chapter);
        while (listing.find()) {
            if (!listing.group(1).startsWith("include::")) {
                broken.add("has a listing that is no include: " + listing.group(1));
            }
        }
        return broken;
    }

    /// Every diagram has its twin in words before the next one comes.
    private static void twins(String chapter, List<String> broken) {
        String[] parts = chapter.split("\n\\[mermaid\\]");
        for (int i = 1; i < parts.length; i++) {
            if (!parts[i].contains(TWIN)) {
                broken.add("has a diagram without `" + TWIN + "`: number " + i);
            }
        }
    }

    private static long words(String chapter) {
        String prose = MARKS.matcher(BLOCK.matcher(chapter).replaceAll("")).replaceAll("");
        return WORD.matcher(prose).results().count();
    }

    private static int count(String text, String part) {
        return text.split(Pattern.quote(part), -1).length - 1;
    }
}
