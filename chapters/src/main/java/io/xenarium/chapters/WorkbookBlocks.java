package io.xenarium.chapters;

import org.asciidoctor.Asciidoctor;
import org.asciidoctor.ast.ContentModel;
import org.asciidoctor.ast.StructuralNode;
import org.asciidoctor.extension.BlockProcessor;
import org.asciidoctor.extension.Contexts;
import org.asciidoctor.extension.Name;
import org.asciidoctor.extension.Reader;

import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/// The blocks that AsciiDoc does not have and the workbook needs. Each gives HTML that reads well
/// as it stands; the page's scripts make it live where they can.
///
/// - `[mermaid]` over a listing: a diagram, its source in a fold below.
/// - `[jshell]` over a listing: a cell, which the page can run.
/// - `[view,events]` over an open block: a place of the live stage; the block's content is what
///   paper and a page without scripts show instead.
/// - `[predict]` over an example block: a question. The nested `[answer]` is covered.
final class WorkbookBlocks {
    /// Tells Asciidoctor that a block made here holds blocks, not lines.
    static final Map<Object, Object> COMPOUND = Map.of(ContentModel.KEY, ContentModel.COMPOUND);

    /// What a cell prints, in its source.
    static final String SHOWN = "//=>";

    private WorkbookBlocks() {}

    static void register(Asciidoctor asciidoctor) {
        asciidoctor
                .javaExtensionRegistry()
                .block(Mermaid.class)
                .block(Jshell.class)
                .block(View.class)
                .block(Predict.class)
                .block(Answer.class);
    }

    /// A diagram for Mermaid. An accessible title and description are not optional: they are what a
    /// reader who cannot see the picture has.
    @Name("mermaid")
    @Contexts({Contexts.LISTING, Contexts.LITERAL})
    @ContentModel(ContentModel.RAW)
    public static final class Mermaid extends BlockProcessor {
        @Override
        public Object process(StructuralNode parent, Reader reader, Map<String, Object> attrs) {
            String source = String.join("\n", reader.readLines());
            requireWords(source, "accTitle");
            requireWords(source, "accDescr");
            String title = (String) attrs.get("title");
            String html =
                    """
                    <figure class="still"%s>
                    <pre class="mermaid" tabindex="0">%s</pre>%s
                    <details class="source"><summary>Source of this diagram</summary><pre>%s</pre></details>
                    </figure>\
                    """
                            .formatted(idOf(attrs), escape(source), caption(title), escape(source));
            return createBlock(parent, "pass", html);
        }

        private static void requireWords(String source, String key) {
            boolean given =
                    source.lines().map(String::strip).anyMatch(line -> line.startsWith(key));
            if (!given) {
                throw new IllegalArgumentException(
                        "a [mermaid] block has no " + key + ":\n" + source);
            }
        }
    }

    /// Java to run against the hypervisor that runs beside the text. Lines that begin with `//=>`
    /// are what it prints there, which a test of the page compares.
    @Name("jshell")
    @Contexts({Contexts.LISTING, Contexts.LITERAL})
    @ContentModel(ContentModel.RAW)
    public static final class Jshell extends BlockProcessor {
        @Override
        public Object process(StructuralNode parent, Reader reader, Map<String, Object> attrs) {
            Map<Boolean, List<String>> lines =
                    reader.readLines().stream()
                            .collect(Collectors.partitioningBy(line -> line.startsWith(SHOWN)));
            String code = escape(String.join("\n", lines.get(false)));
            String shown =
                    lines.get(true).stream()
                            .map(line -> escape(line.substring(SHOWN.length()).strip()))
                            .collect(Collectors.joining("\n"));
            String html = "<div class=\"cell\"%s><pre><code>%s</code></pre>%s</div>";
            String output = shown.isEmpty() ? "" : "<pre class=\"shown\">" + shown + "</pre>";
            return createBlock(parent, "pass", html.formatted(idOf(attrs), code, output));
        }
    }

    /// Where the text points at the live picture. The first word names the view; `caption` is the
    /// button's text.
    @Name("view")
    @Contexts({Contexts.OPEN, Contexts.EXAMPLE})
    @ContentModel(ContentModel.COMPOUND)
    public static final class View extends BlockProcessor {
        @Override
        public Object process(StructuralNode parent, Reader reader, Map<String, Object> attrs) {
            Object name = attrs.get("2");
            if (name == null) {
                throw new IllegalArgumentException("a [view] block names no view: [view,events]");
            }
            return wrapped(this, parent, reader, attrs, "view view-" + name);
        }
    }

    /// A question that the reader answers before looking.
    @Name("predict")
    @Contexts({Contexts.EXAMPLE})
    @ContentModel(ContentModel.COMPOUND)
    public static final class Predict extends BlockProcessor {
        @Override
        public Object process(StructuralNode parent, Reader reader, Map<String, Object> attrs) {
            return wrapped(this, parent, reader, attrs, "predict");
        }
    }

    /// The covered part of a question.
    @Name("answer")
    @Contexts({Contexts.OPEN})
    @ContentModel(ContentModel.COMPOUND)
    public static final class Answer extends BlockProcessor {
        @Override
        public Object process(StructuralNode parent, Reader reader, Map<String, Object> attrs) {
            StructuralNode cover = createBlock(parent, "open", List.of(), attrs, COMPOUND);
            cover.append(
                    createBlock(
                            cover,
                            "pass",
                            "<details class=\"answer\"><summary>Uncover the answer</summary>"));
            parseContent(cover, reader.readLines());
            cover.append(createBlock(cover, "pass", "</details>"));
            return cover;
        }
    }

    private static Object wrapped(
            BlockProcessor processor,
            StructuralNode parent,
            Reader reader,
            Map<String, Object> attrs,
            String role) {
        attrs.put("role", role);
        StructuralNode block = processor.createBlock(parent, "example", List.of(), attrs, COMPOUND);
        processor.parseContent(block, reader.readLines());
        return block;
    }

    private static String idOf(Map<String, Object> attrs) {
        Object id = attrs.get("id");
        return id == null ? "" : " id=\"" + escape(id.toString()) + "\"";
    }

    private static String caption(String title) {
        return title == null ? "" : "<figcaption>" + escape(title) + "</figcaption>";
    }

    static String escape(String text) {
        return text.replace("&", "&amp;")
                .replace("<", "&lt;")
                .replace(">", "&gt;")
                .replace("\"", "&quot;");
    }
}
