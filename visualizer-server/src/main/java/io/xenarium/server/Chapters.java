package io.xenarium.server;

import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// The chapters as the build rendered them: HTML fragments and their table of contents, plain
/// resources on the class path.
final class Chapters {
    /// The text of the home page.
    static final String HOME = "index";

    /// @param id two digits, or [#HOME]
    /// @param lab the lab it belongs to, or an empty string
    record Entry(String id, String title, String lab) {}

    private final List<Entry> entries = new ArrayList<>();

    Chapters() {
        JsonNode listed = JsonMapper.shared().readTree(resource("chapters.json").orElse("[]"));
        for (JsonNode chapter : listed) {
            entries.add(
                    new Entry(
                            chapter.path("id").asString(),
                            chapter.path("title").asString(),
                            chapter.path("lab").asString()));
        }
    }

    /// All entries in the order of the workbook, the home text among them.
    List<Entry> entries() {
        return entries;
    }

    /// The chapter with this id.
    Optional<Entry> byId(String id) {
        return entries.stream().filter(entry -> entry.id.equals(id)).findFirst();
    }

    /// The chapter to which this lab belongs.
    Optional<Entry> byLab(String lab) {
        return entries.stream()
                .filter(entry -> !entry.lab.isEmpty() && entry.lab.equals(lab))
                .findFirst();
    }

    /// The rendered text of a chapter.
    String text(Entry entry) {
        return resource(entry.id + ".html").orElse("");
    }

    /// All sections of all chapters, for a page to search in.
    String searchIndex() {
        return resource("search.json").orElse("[]");
    }

    private static Optional<String> resource(String name) {
        try (InputStream in = Chapters.class.getResourceAsStream("/chapters/" + name)) {
            return in == null
                    ? Optional.empty()
                    : Optional.of(new String(in.readAllBytes(), StandardCharsets.UTF_8));
        } catch (IOException unreadable) {
            throw new UncheckedIOException(unreadable);
        }
    }
}
