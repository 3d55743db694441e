package io.xenarium.tidy;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.sun.source.tree.CompilationUnitTree;
import com.sun.source.tree.MethodTree;
import com.sun.source.util.JavacTask;
import com.sun.source.util.SourcePositions;
import com.sun.source.util.TreeScanner;
import com.sun.source.util.Trees;

import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;

import javax.tools.JavaCompiler;
import javax.tools.ToolProvider;

/// The sizes of things and the words in them. An exception needs a reason, here.
class ShapeTest {
    private static final int FILE_LINES = 400;
    private static final int METHOD_LINES = 40;

    /// Longer than a file should be, and why.
    private static final Map<String, String> LONG_FILES =
            Map.of(
                    "hypervisor/src/main/java/io/xenarium/machine/code/Op.java",
                    "one constant for each instruction of the processor",
                    "hypervisor/src/main/java/io/xenarium/machine/code/Interpreter.java",
                    "the loop and the switch over all instructions, kept together for speed");

    /// Methods longer than a method should be, as `File.java method`, and why.
    private static final Map<String, String> LONG_METHODS =
            Map.of(
                    "Interpreter.java execute",
                    "one switch over all instructions, for speed",
                    "Hypervisor.java <init>",
                    "all that Xen is made of, in the order in which one needs the other",
                    "PageWalkTest.java walk",
                    "the whole walk in one piece, unlike the code that it checks");

    /// Names that say nothing of what a thing is.
    private static final Pattern EMPTY_NAME =
            Pattern.compile(
                    "(^|[a-z/])([Uu]tils?|[Mm]anager|[Ii]mpl|[Hh]elper|[Cc]ommon)([A-Z/.]|$)");

    /// A link of Markdown that is no address.
    private static final Pattern LINK = Pattern.compile("\\]\\((?!https?:)([^)#]+)[^)]*\\)");

    /// In pieces, so that this file does not hold them.
    private static final List<String> BANNED_WORDS =
            List.of("TO" + "DO", "FIX" + "ME", "XX" + "X:");

    private static final List<String> REGISTRIES =
            List.of(
                    "repo.maven" + ".apache.org",
                    "repo1.maven" + ".org",
                    "registry.npmjs" + ".org",
                    "deb.debian" + ".org",
                    "pypi" + ".org",
                    "crates" + ".io",
                    "oss.sonatype" + ".org");

    @Test
    void aFileHasAtMostFourHundredLinesOfCode() {
        var wrong = new ArrayList<String>();
        for (Path file : Sources.java()) {
            long lines = Sources.read(file).lines().filter(ShapeTest::isCode).count();
            if (lines > FILE_LINES && !LONG_FILES.containsKey(Sources.name(file))) {
                wrong.add(Sources.name(file) + ": " + lines + " lines");
            }
        }
        assertEquals("", String.join("\n", wrong));
    }

    /// Comments are free: nobody shall leave one out to stay below a limit.
    private static boolean isCode(String line) {
        String start = line.strip();
        return !start.isEmpty()
                && !start.startsWith("//")
                && !start.startsWith("*")
                && !start.startsWith("/*")
                && !start.startsWith("import ");
    }

    @Test
    void aMethodHasAtMostFortyLines() throws IOException {
        JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
        var wrong = new ArrayList<String>();
        try (var files = compiler.getStandardFileManager(null, null, null)) {
            JavacTask task =
                    (JavacTask)
                            compiler.getTask(
                                    null,
                                    files,
                                    _ -> {},
                                    List.of("-proc:none"),
                                    null,
                                    files.getJavaFileObjectsFromPaths(Sources.java()));
            SourcePositions positions = Trees.instance(task).getSourcePositions();
            for (CompilationUnitTree unit : task.parse()) {
                unit.accept(new LongMethods(unit, positions, wrong), null);
            }
        }
        assertEquals("", String.join("\n", wrong));
    }

    @Test
    void noNameIsEmptyOfMeaning() {
        var wrong = new TreeSet<String>();
        for (Path file : Sources.java()) {
            if (EMPTY_NAME.matcher(Sources.name(file)).find()) {
                wrong.add(Sources.name(file));
            }
        }
        assertEquals("", String.join("\n", wrong));
    }

    @Test
    void nothingIsLeftForLaterAndNoRegistryIsNamed() {
        var wrong = new ArrayList<String>();
        for (Path file : Sources.text()) {
            String text = Sources.read(file);
            for (String word : BANNED_WORDS) {
                if (text.contains(word)) {
                    wrong.add(Sources.name(file) + ": " + word);
                }
            }
            for (String host : REGISTRIES) {
                if (text.contains(host)) {
                    wrong.add(Sources.name(file) + ": " + host);
                }
            }
        }
        assertEquals("", String.join("\n", wrong));
    }

    @Test
    void everyLinkIntoTheHouseLeadsSomewhere() {
        var wrong = new ArrayList<String>();
        for (Path file : Sources.text()) {
            if (file.toString().endsWith(".md")) {
                LINK.matcher(Sources.read(file))
                        .results()
                        .map(link -> link.group(1))
                        .filter(link -> !Files.exists(file.resolveSibling(link)))
                        .forEach(link -> wrong.add(Sources.name(file) + ": " + link));
            }
        }
        assertEquals("", String.join("\n", wrong));
    }

    @Test
    void everyPackageSaysWhatItIs() {
        Set<String> silent = new TreeSet<>();
        for (Path file : Sources.java()) {
            Path folder = file.getParent();
            if (Sources.name(file).contains("src/main/java/")
                    && !Files.exists(folder.resolve("package-info.java"))) {
                silent.add(Sources.name(folder));
            }
        }
        assertEquals("", String.join("\n", silent), "without package-info.java");
    }

    private static final class LongMethods extends TreeScanner<Void, Void> {
        private final CompilationUnitTree unit;
        private final SourcePositions positions;
        private final List<String> wrong;

        LongMethods(CompilationUnitTree unit, SourcePositions positions, List<String> wrong) {
            this.unit = unit;
            this.positions = positions;
            this.wrong = wrong;
        }

        @Override
        public Void visitMethod(MethodTree method, Void nothing) {
            if (method.getBody() != null) {
                long lines = line(positions.getEndPosition(unit, method)) - line(start(method)) + 1;
                String name =
                        Path.of(unit.getSourceFile().getName()).getFileName()
                                + " "
                                + method.getName();
                if (lines > METHOD_LINES && !LONG_METHODS.containsKey(name)) {
                    wrong.add(name + ": " + lines + " lines");
                }
            }
            return super.visitMethod(method, nothing);
        }

        private long start(MethodTree method) {
            return positions.getStartPosition(unit, method);
        }

        private long line(long position) {
            return unit.getLineMap().getLineNumber(position);
        }
    }
}
