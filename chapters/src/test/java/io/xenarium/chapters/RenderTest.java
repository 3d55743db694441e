package io.xenarium.chapters;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.List;

/// The renderer, with the real Asciidoctor. Starting that takes two seconds, so one is shared.
class RenderTest {
    @TempDir static Path folder;
    private static ChapterWriter writer;

    @BeforeAll
    static void startAsciidoctor() {
        writer = new ChapterWriter(folder);
    }

    @AfterAll
    static void stopAsciidoctor() {
        writer.close();
    }

    @Test
    void aDiagramKeepsItsSourceInAFoldAndEscapesIt() {
        String html =
                html(
                        """
                        .Two domains
                        [mermaid]
                        ----
                        flowchart LR
                          accTitle: Two domains
                          accDescr: A wire between them
                          a["<b>"] --> b
                        ----
                        """);
        assertTrue(html.contains("<pre class=\"mermaid\" tabindex=\"0\">flowchart LR"), html);
        assertTrue(html.contains("<details class=\"source\">"), html);
        assertTrue(html.contains("<figcaption>Two domains</figcaption>"), html);
        assertTrue(html.contains("&lt;b&gt;"), html);
        assertFalse(html.contains("<b>"), html);
    }

    @Test
    void aDiagramWithoutWordsForThoseWhoCannotSeeItIsRefused() {
        assertThrows(
                RuntimeException.class,
                () -> html("[mermaid]\n----\nflowchart LR\n  a --> b\n----\n"));
    }

    @Test
    void aQuestionHidesItsAnswerInAFold() {
        String html =
                html(
                        """
                        [predict]
                        .Which?
                        ====
                        How many upcalls?

                        [answer]
                        --
                        One, for `a < b`.
                        --
                        ====
                        """);
        assertTrue(html.contains("predict"), html);
        int fold = html.indexOf("<details class=\"answer\">");
        assertTrue(fold > html.indexOf("How many upcalls?"), html);
        assertTrue(html.indexOf("One, for") > fold, html);
        assertTrue(html.indexOf("</details>") > html.indexOf("One, for"), html);
    }

    @Test
    void aCellAndAViewCarryWhatTheScriptsLookFor() {
        String html =
                html(
                        """
                        [jshell]
                        ----
                        dom(1).ports()
                        //=> none
                        ----

                        [view,events]
                        .Look
                        --
                        A still.
                        --
                        """);
        assertTrue(html.contains("<div class=\"cell\"><pre><code>dom(1).ports()</code>"), html);
        assertTrue(html.contains("<pre class=\"shown\">none</pre>"), html);
        assertTrue(html.contains("view view-events"), html);
        assertTrue(html.contains("A still."), html);
    }

    @Test
    void aHintOfALabReadsAsACommentInAListing() {
        String html = html("----\nint a;\n    //? Look first.\n    // ? Then leap.\n----\n");
        assertTrue(html.contains(">// Look first.<"), html);
        assertTrue(html.contains(">// Then leap.<"), html);
    }

    @Test
    void anIncludeWithoutItsTagAndALinkWithoutItsAnchorEndTheBuild(@TempDir Path root)
            throws IOException {
        Files.createDirectories(root.resolve("chapters"));
        Files.writeString(root.resolve("chapters/Real.java"), "// tag::a[]\n// end::a[]\n");
        Files.writeString(
                root.resolve("chapters/07-broken.adoc"),
                "= Broken\n\n"
                        + "----\n"
                        + "include::Real.java[tag=b]\n"
                        + "----\n\n"
                        + "<<nowhere>> link:/chapter/08[x]\n");
        List<String> complaints = new Render(root, root.resolve("out/chapters")).run();
        assertEquals(3, complaints.size(), complaints.toString());
        assertTrue(complaints.get(0).contains("tag 'b' not found"), complaints.toString());
        assertTrue(complaints.get(1).contains("nowhere"), complaints.toString());
        assertTrue(complaints.get(2).contains("/chapter/08"), complaints.toString());
        assertFalse(Files.exists(root.resolve("out/chapters/07.html")));
    }

    @Test
    void whatHasNotChangedIsNotRenderedAgain(@TempDir Path root) throws IOException {
        Files.createDirectories(root.resolve("chapters"));
        Path source = root.resolve("chapters/03-walks.adoc");
        Files.writeString(source, "= Walks\n:lab: 03\n:summary: Four levels.\n\n== One\n\nText.\n");
        Render render = new Render(root, root.resolve("out/chapters"));
        assertEquals(List.of(), render.run());
        String json = Files.readString(root.resolve("out/chapters/chapters.json"));
        assertTrue(json.contains("\"id\" : \"03\""), json);
        assertTrue(json.contains("Four levels."), json);
        Path fragment = root.resolve("out/chapters/03.html");
        FileTime first = Files.getLastModifiedTime(fragment);
        Files.setLastModifiedTime(fragment, FileTime.fromMillis(0));
        render.run();
        assertEquals(0, Files.getLastModifiedTime(fragment).toMillis());
        Files.writeString(source, "= Walks\n\n== Two\n\nOther text.\n");
        render.run();
        assertTrue(Files.getLastModifiedTime(fragment).compareTo(first) >= 0);
        assertTrue(Files.readString(fragment).contains("Other text."));
    }

    private static String html(String asciiDoc) {
        String html = writer.render("05", "= Title\n\n" + asciiDoc, folder).html();
        assertEquals(List.of(), writer.complaints());
        return html;
    }

    @Test
    void theSearchIndexHasEverySectionWithTheWayThere() {
        Chapter chapter = new Chapter("07", "The builder", "", "", "", 0, List.of());
        SearchIndex index = new SearchIndex();
        index.add(
                chapter,
                "<p>Before it.</p><h2 id=\"notes\"><a></a>Notes &amp; more</h2><p>An"
                        + " <b>mfn</b>.</p>");
        assertEquals(
                List.of(
                        new SearchIndex.Entry("07", "The builder", "", "The builder", "Before it."),
                        new SearchIndex.Entry(
                                "07", "The builder", "notes", "Notes & more", "An mfn .")),
                index.entries());
    }
}
