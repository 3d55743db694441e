package io.xenarium.chapters;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// What a page searches in without asking a server: the text of every section, with the way there.
final class SearchIndex {
    /// A section of a chapter: its text is all that stands up to the next heading.
    ///
    /// @param chapter the chapter's id
    /// @param in the chapter's title
    /// @param anchor the id of the heading, empty for what stands before the first
    record Entry(String chapter, String in, String anchor, String title, String text) {}

    private static final Pattern HEADING =
            Pattern.compile("<h[23] id=\"([^\"]+)\">(.*?)</h[23]>", Pattern.DOTALL);

    private final List<Entry> entries = new ArrayList<>();

    /// Adds the sections of a chapter.
    void add(Chapter chapter, String html) {
        Matcher heading = HEADING.matcher(html);
        String anchor = "";
        String title = chapter.title();
        int from = 0;
        while (heading.find()) {
            add(chapter, anchor, title, html.substring(from, heading.start()));
            anchor = heading.group(1);
            title = ChapterWriter.plain(heading.group(2));
            from = heading.end();
        }
        add(chapter, anchor, title, html.substring(from));
    }

    private void add(Chapter chapter, String anchor, String title, String html) {
        String text = ChapterWriter.plain(html).replaceAll("\\s+", " ");
        if (!text.isEmpty()) {
            entries.add(new Entry(chapter.id(), chapter.title(), anchor, title, text));
        }
    }

    List<Entry> entries() {
        return entries;
    }
}
