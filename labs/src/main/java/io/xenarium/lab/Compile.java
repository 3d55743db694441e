package io.xenarium.lab;

import io.xenarium.parts.Parts;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

import javax.tools.Diagnostic;
import javax.tools.DiagnosticCollector;
import javax.tools.FileObject;
import javax.tools.ForwardingJavaFileManager;
import javax.tools.JavaCompiler;
import javax.tools.JavaFileManager;
import javax.tools.JavaFileObject;
import javax.tools.SimpleJavaFileObject;
import javax.tools.StandardJavaFileManager;
import javax.tools.StandardLocation;
import javax.tools.ToolProvider;

/// Compiles a part from its sources into memory; nothing is written to disk. The compiler and its
/// view of the class path are kept warm from one run to the next. Not for two threads at once.
///
/// A part is compiled against `hypervisor` and the JDK alone.
public final class Compile {
    /// What came out: classes by binary name, or what was wrong.
    public record Result(Map<String, byte[]> classes, List<Complaint> complaints) {
        public boolean isGood() {
            return complaints.isEmpty();
        }
    }

    /// One thing that the compiler did not accept.
    ///
    /// @param file its name without folders
    /// @param line counted from 1
    /// @param source the line itself
    /// @param words what the compiler says
    /// @param plainly the same in a sentence, empty where we have none
    public record Complaint(String file, long line, String source, String words, String plainly) {
        @Override
        public String toString() {
            String where = file + ":" + line + ": " + words + "\n    " + source.strip();
            return plainly.isEmpty() ? where : where + "\n    " + plainly;
        }
    }

    private final JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
    private final StandardJavaFileManager standard;

    public Compile() {
        if (compiler == null) {
            throw new LabProblem("this Java has no compiler: run Xenarium with a JDK, not a JRE.");
        }
        standard = compiler.getStandardFileManager(_ -> {}, Locale.ENGLISH, StandardCharsets.UTF_8);
        try {
            standard.setLocationFromPaths(StandardLocation.CLASS_PATH, List.of(hypervisor()));
        } catch (IOException unusable) {
            throw new UncheckedIOException(unusable);
        }
    }

    private static Path hypervisor() {
        try {
            return Path.of(Parts.class.getProtectionDomain().getCodeSource().getLocation().toURI());
        } catch (URISyntaxException impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    /// Compiles every Java file under `sources`.
    public Result folder(Path sources) {
        Map<String, String> texts = Runner.texts(sources);
        if (texts.isEmpty()) {
            throw new LabProblem("there is no Java file under " + sources);
        }
        return texts(texts);
    }

    /// Compiles texts, by path under their source folder.
    public Result texts(Map<String, String> sources) {
        List<JavaFileObject> units = new ArrayList<>();
        sources.forEach((path, text) -> units.add(new Source(path, text)));
        DiagnosticCollector<JavaFileObject> told = new DiagnosticCollector<>();
        Outputs outputs = new Outputs(standard);
        List<String> options = List.of("-proc:none", "-g", "-Xlint:none", "-implicit:none");
        boolean good = compiler.getTask(null, outputs, told, options, null, units).call();
        // A line that is far from Java is complained about once for each of its words.
        Set<Complaint> complaints = new LinkedHashSet<>();
        for (Diagnostic<? extends JavaFileObject> each : told.getDiagnostics()) {
            if (each.getKind() == Diagnostic.Kind.ERROR) {
                complaints.add(complaint(each));
            }
        }
        if (!good && complaints.isEmpty()) {
            complaints.add(new Complaint("?", 0, "", "the compiler failed without a word", ""));
        }
        return new Result(outputs.classes(), List.copyOf(complaints));
    }

    private static Complaint complaint(Diagnostic<? extends JavaFileObject> told) {
        String file = "?";
        String line = "";
        if (told.getSource() instanceof Source source) {
            file = source.path.substring(source.path.lastIndexOf('/') + 1);
            line =
                    source.text
                            .lines()
                            .skip(Math.max(0, told.getLineNumber() - 1))
                            .findFirst()
                            .orElse("");
        }
        String words =
                told.getMessage(Locale.ENGLISH)
                        .replaceAll("\\s*\\n\\s*", "; ")
                        .replaceAll(" +", " ");
        return new Complaint(
                file, told.getLineNumber(), line, words, PlainWords.of(told.getCode()));
    }

    private static final class Source extends SimpleJavaFileObject {
        private final String path;
        private final String text;

        Source(String path, String text) {
            super(URI.create("memory:///" + path), Kind.SOURCE);
            this.path = path;
            this.text = text;
        }

        @Override
        public CharSequence getCharContent(boolean ignoreEncodingErrors) {
            return text;
        }
    }

    private static final class Output extends SimpleJavaFileObject {
        private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();

        Output(String name) {
            super(URI.create("memory:///" + name.replace('.', '/') + ".class"), Kind.CLASS);
        }

        @Override
        public OutputStream openOutputStream() {
            return bytes;
        }
    }

    private static final class Outputs extends ForwardingJavaFileManager<JavaFileManager> {
        private final Map<String, Output> outputs = new TreeMap<>();

        Outputs(JavaFileManager standard) {
            super(standard);
        }

        @Override
        public JavaFileObject getJavaFileForOutput(
                Location location, String name, JavaFileObject.Kind kind, FileObject sibling) {
            return outputs.computeIfAbsent(name, Output::new);
        }

        Map<String, byte[]> classes() {
            Map<String, byte[]> classes = new TreeMap<>();
            outputs.forEach((name, output) -> classes.put(name, output.bytes.toByteArray()));
            return classes;
        }
    }
}
