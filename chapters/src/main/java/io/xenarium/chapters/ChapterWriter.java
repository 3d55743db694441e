package io.xenarium.chapters;

import org.asciidoctor.Asciidoctor;
import org.asciidoctor.Attributes;
import org.asciidoctor.AttributesBuilder;
import org.asciidoctor.Options;
import org.asciidoctor.SafeMode;
import org.asciidoctor.ast.Document;
import org.asciidoctor.ast.StructuralNode;
import org.asciidoctor.log.LogRecord;
import org.asciidoctor.log.Severity;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/// Asciidoctor, set up for the workbook. Making one costs seconds; rendering with it does not.
final class ChapterWriter implements AutoCloseable {
    /// A rendered chapter.
    record Rendered(Chapter chapter, String html) {}

    /// Asciidoctor's link to a section has no words, which one who hears the page would miss, and a
    /// long listing or a wide table cannot be scrolled with the keyboard.
    private static final String BARE_ANCHOR = "<a class=\"anchor\" href=";

    private static final String NAMED_ANCHOR =
            "<a class=\"anchor\" aria-label=\"Link to this section\" href=";

    private static final Pattern TABLE =
            Pattern.compile("<table class=\"tableblock.*?</table>", Pattern.DOTALL);

    private final Asciidoctor asciidoctor;
    private final Path root;
    private final List<String> complaints = new ArrayList<>();

    /// @param root the folder that holds `chapters`, `solutions` and `hypervisor`
    ChapterWriter(Path root) {
        this.root = root;
        asciidoctor = Asciidoctor.Factory.create();
        asciidoctor.registerLogHandler(this::hear);
        asciidoctor.javaExtensionRegistry().treeprocessor(HintMarks.class);
        WorkbookBlocks.register(asciidoctor);
    }

    private void hear(LogRecord entry) {
        if (entry.getSeverity().compareTo(Severity.WARN) >= 0) {
            complaints.add(entry.getCursor() + ": " + entry.getMessage());
        }
    }

    /// Everything that Asciidoctor had to say so far; empty is what one wants.
    List<String> complaints() {
        return complaints;
    }

    Rendered render(String id, String asciiDoc, Path folder) {
        Options options =
                Options.builder()
                        .safe(SafeMode.UNSAFE)
                        .standalone(false)
                        .baseDir(folder.toFile())
                        .attributes(attributes(root).build())
                        .build();
        Document document = asciidoctor.load(asciiDoc, options);
        String html = accessible(document.convert());
        return new Rendered(describe(id, document, html), html);
    }

    /// What the chapters' texts take for given.
    static AttributesBuilder attributes(Path root) {
        return Attributes.builder()
                .attribute("solutions", root.resolve("solutions").toString())
                .attribute("hypervisor", root.resolve("hypervisor/src/main/java/io/xenarium"))
                .attribute("source-highlighter", "rouge")
                .attribute("rouge-css", "class")
                .attribute("source-language", "java")
                .attribute("icons", "font")
                .attribute("showtitle", "")
                .attribute("sectanchors", "")
                .attribute("idprefix", "")
                .attribute("idseparator", "-")
                .attribute("source-indent", "0")
                .attribute("table-caption!", "")
                .attribute("figure-caption!", "")
                .attribute("example-caption!", "");
    }

    /// What may be wider than a window is scrolled in itself, with keys as well.
    private static String accessible(String html) {
        String scrolled =
                html.replace(BARE_ANCHOR, NAMED_ANCHOR)
                        .replace(
                                "<pre class=\"rouge highlight\">",
                                "<pre class=\"rouge highlight\" tabindex=\"0\">");
        return TABLE.matcher(scrolled)
                .replaceAll(
                        "<div class=\"tablewrap\" tabindex=\"0\" role=\"group\""
                                + " aria-label=\"Table\">$0</div>");
    }

    private static Chapter describe(String id, Document document, String html) {
        List<Chapter.Section> sections = new ArrayList<>();
        for (StructuralNode block : document.getBlocks()) {
            if (block.getContext().equals("section")) {
                sections.add(new Chapter.Section(block.getId(), plain(block.getTitle())));
            }
        }
        return new Chapter(
                id,
                plain(document.getDoctitle()),
                text(document, "summary"),
                text(document, "lab"),
                text(document, "effort"),
                plain(html).split("\\s+").length,
                sections);
    }

    private static String text(Document document, String attribute) {
        return plain(document.getAttribute(attribute, "").toString());
    }

    /// Text without its mark-up.
    static String plain(String html) {
        return html.replaceAll("<[^>]*>", " ")
                .replace("&#8217;", "’")
                .replace("&#8212;", "—")
                .replace("&#8230;", "…")
                .replace("&#8201;", "")
                .replace("&lt;", "<")
                .replace("&gt;", ">")
                .replace("&amp;", "&")
                .strip();
    }

    @Override
    public void close() {
        asciidoctor.close();
    }
}
