package io.xenarium.chapters;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/// The chapters on paper.
class BookTest {
    private static final Path ROOT = Path.of(System.getProperty("xenarium.root"));

    @Test
    void anchorsAndLinksHoldInOneSpaceForAllChapters() {
        assertEquals("[#05-set]", Book.onPaper("05", "[#set]"));
        assertEquals("[.rule#05-rule]", Book.onPaper("05", "[.rule#rule]"));
        assertEquals("[[[05-sosp,SOSP]]]", Book.onPaper("05", "[[[sosp,SOSP]]]"));
        assertEquals("see <<05-set,above>>", Book.onPaper("05", "see <<set,above>>"));
        assertEquals("<<02-doors,two>>", Book.onPaper("05", "link:/chapter/02#doors[two]"));
        assertEquals("<<chapter-02,two>>", Book.onPaper("05", "link:/chapter/02[two]"));
        assertEquals("the lab", Book.onPaper("05", "link:/lab/05[the lab]"));
    }

    @Test
    void allChaptersAreOneBookWithoutAComplaint(@TempDir Path folder) throws IOException {
        Path file = folder.resolve("xenarium.pdf");
        assertEquals(List.of(), new Book(ROOT).write(file));
        String pdf = Files.readString(file, StandardCharsets.ISO_8859_1);
        assertTrue(pdf.startsWith("%PDF-"), pdf.substring(0, 8));
        for (Path source : Render.sources(ROOT)) {
            String anchor = "(chapter-" + Render.idOf(source) + ")";
            assertTrue(pdf.contains(anchor), source + " has no page of its own");
        }
        assertTrue(pdf.contains("(quizzes-lab-05)"), "there are no questions");
    }
}
