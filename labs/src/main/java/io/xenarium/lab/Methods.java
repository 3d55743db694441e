package io.xenarium.lab;

import com.sun.source.tree.CompilationUnitTree;
import com.sun.source.tree.MethodTree;
import com.sun.source.util.JavacTask;
import com.sun.source.util.SourcePositions;
import com.sun.source.util.TreeScanner;
import com.sun.source.util.Trees;

import io.xenarium.terms.NotYet;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

import javax.tools.JavaCompiler;
import javax.tools.JavaFileObject;
import javax.tools.SimpleJavaFileObject;
import javax.tools.ToolProvider;

/// Finds the bodies of methods in a source text, and exchanges some.
final class Methods {
    /// Where a body stands in its text, braces included.
    private record Body(int from, int to) {
        String in(String text) {
            return text.substring(from, to);
        }
    }

    private Methods() {}

    /// `mine`, with the bodies of those methods exchanged for the skeleton's that contain all of
    /// `marks` there. A method that is not in `mine` any more is left out.
    static String replaced(String mine, String skeleton, String... marks) {
        Map<String, Body> own = bodies(mine);
        StringBuilder text = new StringBuilder(mine);
        Map<Body, String> exchanged = new LinkedHashMap<>();
        bodies(skeleton)
                .forEach((name, body) -> {
                    String cut = body.in(skeleton);
                    if (List.of(marks).stream().allMatch(cut::contains) && own.containsKey(name)) {
                        exchanged.put(own.get(name), cut);
                    }
                });
        exchanged.entrySet().stream()
                .sorted((one, other) -> other.getKey().from - one.getKey().from)
                .forEach(each ->
                        text.replace(each.getKey().from, each.getKey().to, each.getValue()));
        return withImport(text.toString());
    }

    /// A learner may have removed the import of what the skeleton throws.
    private static String withImport(String text) {
        String line = "import " + NotYet.class.getName() + ";\n";
        int first = text.indexOf("import io.xenarium.");
        return text.contains(line) || first < 0
                ? text
                : text.substring(0, first) + line + text.substring(first);
    }

    private static Map<String, Body> bodies(String text) {
        JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
        JavaFileObject source =
                new SimpleJavaFileObject(
                        URI.create("memory:///A.java"), JavaFileObject.Kind.SOURCE) {
                    @Override
                    public CharSequence getCharContent(boolean ignoreEncodingErrors) {
                        return text;
                    }
                };
        JavacTask task =
                (JavacTask)
                        compiler.getTask(
                                null, null, _ -> {}, List.of("-proc:none"), null, List.of(source));
        Map<String, Body> bodies = new LinkedHashMap<>();
        try {
            SourcePositions positions = Trees.instance(task).getSourcePositions();
            for (CompilationUnitTree unit : task.parse()) {
                unit.accept(new Collector(unit, positions, bodies), null);
            }
        } catch (IOException impossible) {
            throw new UncheckedIOException(impossible);
        }
        return bodies;
    }

    private static final class Collector extends TreeScanner<Void, Void> {
        private final CompilationUnitTree unit;
        private final SourcePositions positions;
        private final Map<String, Body> bodies;

        Collector(CompilationUnitTree unit, SourcePositions positions, Map<String, Body> bodies) {
            this.unit = unit;
            this.positions = positions;
            this.bodies = bodies;
        }

        @Override
        public Void visitMethod(MethodTree method, Void nothing) {
            if (method.getBody() != null) {
                bodies.putIfAbsent(
                        method.getName() + "/" + method.getParameters().size(),
                        new Body(
                                (int) positions.getStartPosition(unit, method.getBody()),
                                (int) positions.getEndPosition(unit, method.getBody())));
            }
            return super.visitMethod(method, nothing);
        }
    }
}
