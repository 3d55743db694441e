package io.xenarium.chapters;

import org.asciidoctor.Asciidoctor;
import org.asciidoctor.ast.ContentModel;
import org.asciidoctor.ast.StructuralNode;
import org.asciidoctor.extension.BlockProcessor;
import org.asciidoctor.extension.Contexts;
import org.asciidoctor.extension.Name;
import org.asciidoctor.extension.Reader;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/// The blocks of [WorkbookBlocks] as they are on paper, where nothing moves: a diagram is what it
/// says to those who cannot see it, with its table behind it; a cell is a listing and what it
/// prints; answers stand below their questions.
final class PaperBlocks {
    private PaperBlocks() {}

    static void register(Asciidoctor asciidoctor) {
        asciidoctor
                .javaExtensionRegistry()
                .block(Mermaid.class)
                .block(Jshell.class)
                .block(WorkbookBlocks.View.class)
                .block(WorkbookBlocks.Predict.class)
                .block(Answer.class);
    }

    @Name("mermaid")
    @Contexts({Contexts.LISTING, Contexts.LITERAL})
    @ContentModel(ContentModel.RAW)
    public static final class Mermaid extends BlockProcessor {
        @Override
        public Object process(StructuralNode parent, Reader reader, Map<String, Object> attrs) {
            List<String> lines = reader.readLines();
            String title = words(lines, "accTitle");
            String description = words(lines, "accDescr");
            Map<String, Object> named = new HashMap<>();
            named.put("title", title);
            StructuralNode box =
                    createBlock(parent, "example", List.of(), named, WorkbookBlocks.COMPOUND);
            String text = "%s. The diagram itself is on the page.".formatted(description);
            parseContent(box, List.of(text));
            return box;
        }

        private static String words(List<String> lines, String key) {
            return lines.stream()
                    .map(String::strip)
                    .filter(line -> line.startsWith(key))
                    .map(line -> line.substring(line.indexOf(':') + 1).strip())
                    .findFirst()
                    .orElse("");
        }
    }

    @Name("jshell")
    @Contexts({Contexts.LISTING, Contexts.LITERAL})
    @ContentModel(ContentModel.RAW)
    public static final class Jshell extends BlockProcessor {
        @Override
        public Object process(StructuralNode parent, Reader reader, Map<String, Object> attrs) {
            List<String> lines = new ArrayList<>();
            for (String line : reader.readLines()) {
                lines.add(
                        line.startsWith(WorkbookBlocks.SHOWN)
                                ? "// " + line.substring(WorkbookBlocks.SHOWN.length()).strip()
                                : line);
            }
            List<String> listing =
                    Stream.of(List.of("[source,java]", "----"), lines, List.of("----"))
                            .flatMap(List::stream)
                            .toList();
            StructuralNode box =
                    createBlock(parent, "open", List.of(), Map.of(), WorkbookBlocks.COMPOUND);
            parseContent(box, listing);
            return box;
        }
    }

    @Name("answer")
    @Contexts({Contexts.OPEN})
    @ContentModel(ContentModel.COMPOUND)
    public static final class Answer extends BlockProcessor {
        @Override
        public Object process(StructuralNode parent, Reader reader, Map<String, Object> attrs) {
            attrs.put("title", "Answer");
            StructuralNode box =
                    createBlock(parent, "open", List.of(), attrs, WorkbookBlocks.COMPOUND);
            parseContent(box, reader.readLines());
            return box;
        }
    }
}
