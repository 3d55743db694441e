package io.xenarium.chapters;

import org.asciidoctor.ast.Block;
import org.asciidoctor.ast.Document;
import org.asciidoctor.ast.StructuralNode;
import org.asciidoctor.extension.Treeprocessor;

import java.util.Map;

/// A hint that survives the cut of a lab is marked by a `?`, which means nothing in a chapter.
public final class HintMarks extends Treeprocessor {
    @Override
    public Document process(Document document) {
        document.findBy(Map.of("context", ":listing")).forEach(HintMarks::remove);
        return document;
    }

    private static void remove(StructuralNode listing) {
        if (listing instanceof Block block) {
            block.setLines(
                    block.getLines().stream()
                            .map(line -> line.replaceFirst("^(\\s*)// ?\\? ?", "$1// "))
                            .toList());
        }
    }
}
