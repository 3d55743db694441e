package io.xenarium.chapters;

import org.asciidoctor.Asciidoctor;
import org.asciidoctor.Attributes;
import org.asciidoctor.Options;
import org.asciidoctor.SafeMode;
import org.asciidoctor.log.LogRecord;
import org.asciidoctor.log.Severity;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// All chapters as one book on paper: `Book ROOT FILE` writes a PDF, with Asciidoctor's own back
/// end.
///
/// In the book all anchors share one space, so each is preceded by its chapter's id, and a link
/// from chapter to chapter becomes a cross reference. What leads to the running machine is only its
/// words.
public final class Book {
    private static final Pattern ANCHOR =
            Pattern.compile("(?m)(^\\[(?:\\.\\w+)?#|\\[\\[\\[?)([a-z][\\w-]*)(?=[\\],.%])");
    private static final Pattern REFERENCE = Pattern.compile("<<([\\w-]+)");
    private static final Pattern LINK =
            Pattern.compile("link:/chapter/(\\w+)(?:#([\\w-]+))?\\[([^\\]]*)\\]");
    private static final Pattern OTHER_LINK = Pattern.compile("link:/[^\\[]*\\[([^\\]]*)\\]");

    /// The questions of all quizzes, which the page asks in its own way.
    private static final String QUESTIONS = "chapters/paper/quizzes.adoc";

    private static final String TO_QUESTIONS =
            "<<quizzes-lab-%s,Questions on this chapter>> stand at the end of the book.\n\n";

    private final Path root;
    private final List<String> complaints = new ArrayList<>();

    Book(Path root) {
        this.root = root.toAbsolutePath().normalize();
    }

    public static void main(String[] arguments) throws IOException {
        if (arguments.length != 2) {
            System.err.println("usage: Book ROOT FILE");
            System.exit(2);
        }
        List<String> complaints = new Book(Path.of(arguments[0])).write(Path.of(arguments[1]));
        complaints.forEach(line -> System.err.println("book: " + line));
        if (!complaints.isEmpty()) {
            System.exit(1);
        }
    }

    /// Writes the PDF; returns what Asciidoctor had to say about the text.
    List<String> write(Path file) throws IOException {
        Files.createDirectories(file.toAbsolutePath().getParent());
        try (Asciidoctor asciidoctor = Asciidoctor.Factory.create()) {
            asciidoctor.registerLogHandler(this::hear);
            asciidoctor.javaExtensionRegistry().treeprocessor(HintMarks.class);
            PaperBlocks.register(asciidoctor);
            asciidoctor.convert(text(), options(file));
        }
        return complaints;
    }

    private void hear(LogRecord entry) {
        if (entry.getSeverity().compareTo(Severity.WARN) >= 0) {
            complaints.add(entry.getCursor() + ": " + entry.getMessage());
        }
    }

    private Options options(Path file) {
        Attributes attributes =
                ChapterWriter.attributes(root)
                        .attribute("doctype", "book")
                        .attribute("toc", "")
                        .attribute("toclevels", "2")
                        .attribute("pdf-theme", root.resolve("chapters/paper-theme.yml").toString())
                        .attribute("title-page", "")
                        .attribute("sectanchors!", "")
                        .build();
        return Options.builder()
                .safe(SafeMode.UNSAFE)
                .backend("pdf")
                .standalone(true)
                .baseDir(root.resolve("chapters").toFile())
                .toFile(file.toAbsolutePath().toFile())
                .attributes(attributes)
                .build();
    }

    /// The whole book, in the order of the page's contents.
    String text() throws IOException {
        StringBuilder book =
                new StringBuilder("= Xenarium: a workbook on the internals of Xen\n\n");
        String questions = Files.readString(root.resolve(QUESTIONS));
        for (Path source : Render.sources(root)) {
            String id = Render.idOf(source);
            append(id, Files.readString(source), book);
            if (questions.contains("[#lab-" + id + "]")) {
                book.append(TO_QUESTIONS.formatted(id));
            }
        }
        append("quizzes", questions, book);
        return book.append(":leveloffset: 0\n").toString();
    }

    private static void append(String id, String chapter, StringBuilder book) {
        book.append(":leveloffset: 0\n:idprefix: ").append(id).append("-\n");
        book.append(":leveloffset: +1\n\n[#chapter-").append(id).append("]\n");
        book.append(onPaper(id, chapter)).append("\n\n");
    }

    /// One chapter's text with anchors and links that hold in the book.
    static String onPaper(String id, String chapter) {
        String text = ANCHOR.matcher(chapter).replaceAll("$1" + id + "-$2");
        text = REFERENCE.matcher(text).replaceAll("<<" + id + "-$1");
        text = LINK.matcher(text).replaceAll(Book::reference);
        return OTHER_LINK.matcher(text).replaceAll("$1");
    }

    private static String reference(MatchResult link) {
        String anchor =
                link.group(2) == null
                        ? "chapter-" + link.group(1)
                        : link.group(1) + "-" + link.group(2);
        return Matcher.quoteReplacement("<<" + anchor + "," + link.group(3) + ">>");
    }
}
