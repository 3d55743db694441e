package io.xenarium.chapters;

import java.util.List;

/// One entry of `chapters.json`: what a table of contents needs to know.
///
/// @param id two digits for a chapter, `index` for the home text
/// @param title the chapter's title, as text
/// @param summary one sentence, as text
/// @param lab the lab that the chapter belongs to, or an empty string
/// @param effort how long the lab takes, in words, or an empty string
/// @param words how many words of prose and code the fragment has
/// @param sections the headings of the first level, in order
public record Chapter(
        String id,
        String title,
        String summary,
        String lab,
        String effort,
        int words,
        List<Section> sections) {
    /// A heading and the anchor that leads to it.
    public record Section(String id, String title) {}
}
