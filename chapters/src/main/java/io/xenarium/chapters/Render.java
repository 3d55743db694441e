package io.xenarium.chapters;

import tools.jackson.databind.json.JsonMapper;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;

/// Renders the chapters while building: `Render ROOT OUTPUT` turns `ROOT/chapters/*.adoc` into one
/// HTML fragment each and a `chapters.json`, under `OUTPUT/chapters`.
///
/// Any complaint of Asciidoctor (an include without its tag, say) and any link that leads nowhere
/// ends the build. Where nothing has changed since the last time, nothing is done: starting JRuby
/// costs seconds.
public final class Render {
    private final Path root;
    private final Path output;

    Render(Path root, Path output) {
        this.root = root;
        this.output = output;
    }

    public static void main(String[] arguments) throws IOException {
        if (arguments.length != 2) {
            System.err.println("usage: Render ROOT OUTPUT");
            System.exit(2);
        }
        Path output = Path.of(arguments[1]).resolve("chapters");
        List<String> complaints = new Render(Path.of(arguments[0]), output).run();
        complaints.forEach(line -> System.err.println("chapters: " + line));
        if (!complaints.isEmpty()) {
            System.exit(1);
        }
    }

    /// Renders what has to be; returns the complaints, and writes nothing where there are any.
    List<String> run() throws IOException {
        String inputs = inputs();
        if (isUpToDate(inputs)) {
            return List.of();
        }
        List<Chapter> chapters = new ArrayList<>();
        Map<String, String> fragments = new LinkedHashMap<>();
        List<String> complaints = new ArrayList<>();
        try (ChapterWriter writer = new ChapterWriter(root)) {
            for (Path source : sources(root)) {
                String id = idOf(source);
                String text = Files.readString(source);
                ChapterWriter.Rendered done = writer.render(id, text, source.getParent());
                chapters.add(done.chapter());
                fragments.put(id, done.html());
                writer.complaints().forEach(line -> complaints.add(id + ": " + line));
                writer.complaints().clear();
            }
        }
        complaints.addAll(Links.broken(fragments));
        if (complaints.isEmpty()) {
            write(chapters, fragments);
            copyPictures();
            Files.writeString(stamp(), inputs);
        }
        return complaints;
    }

    private boolean isUpToDate(String inputs) throws IOException {
        return Files.exists(output.resolve("chapters.json"))
                && Files.exists(stamp())
                && Files.readString(stamp()).equals(inputs);
    }

    /// What was rendered last. It stands beside the classes, so that it does not get into the jar.
    private Path stamp() {
        return output.toAbsolutePath().getParent().resolveSibling("rendered-chapters.txt");
    }

    private void write(List<Chapter> chapters, Map<String, String> fragments) throws IOException {
        Files.createDirectories(output);
        SearchIndex index = new SearchIndex();
        chapters.forEach(chapter -> index.add(chapter, fragments.get(chapter.id())));
        Files.write(
                output.resolve("search.json"),
                JsonMapper.shared().writeValueAsBytes(index.entries()));
        for (Map.Entry<String, String> fragment : fragments.entrySet()) {
            Path file = output.resolve(fragment.getKey() + ".html");
            Files.writeString(file, fragment.getValue(), StandardCharsets.UTF_8);
        }
        byte[] json =
                JsonMapper.shared().writerWithDefaultPrettyPrinter().writeValueAsBytes(chapters);
        Files.write(output.resolve("chapters.json"), json);
    }

    private void copyPictures() throws IOException {
        Path pictures = root.resolve("chapters/images");
        if (!Files.isDirectory(pictures)) {
            return;
        }
        Files.createDirectories(output.resolve("images"));
        try (Stream<Path> files = Files.list(pictures)) {
            for (Path file : files.toList()) {
                Path copy = output.resolve("images").resolve(file.getFileName().toString());
                Files.write(copy, Files.readAllBytes(file));
            }
        }
    }

    /// The chapters' files in the order in which they are read.
    static List<Path> sources(Path root) throws IOException {
        try (Stream<Path> files = Files.list(root.resolve("chapters"))) {
            return files.filter(file -> file.toString().endsWith(".adoc"))
                    .sorted(Comparator.comparingInt(Render::place).thenComparing(Path::getFileName))
                    .toList();
        }
    }

    /// The home text and the history first, then the numbered chapters, the glossary last.
    private static int place(Path source) {
        return switch (idOf(source)) {
            case "index" -> 0;
            case "history" -> 1;
            case "glossary" -> 3;
            default -> 2;
        };
    }

    /// `05` of `05-event-channels.adoc`, `index` of `index.adoc`.
    static String idOf(Path source) {
        String name = source.getFileName().toString().replace(".adoc", "");
        return name.matches("\\d\\d-.*") ? name.substring(0, 2) : name;
    }

    /// Name, size and time of every file that a fragment can depend on, and of this renderer.
    private String inputs() throws IOException {
        TreeSet<String> lines = new TreeSet<>();
        describe(lines, root.resolve("chapters"));
        describe(lines, root.resolve("solutions"));
        describe(lines, root.resolve("hypervisor/src/main/java"));
        return String.join("\n", lines);
    }

    private void describe(TreeSet<String> lines, Path folder) throws IOException {
        if (!Files.isDirectory(folder)) {
            return;
        }
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                Path name = root.relativize(file);
                if (!isBuilt(name)) {
                    long time = Files.getLastModifiedTime(file).toMillis();
                    lines.add(name + " " + Files.size(file) + " " + time);
                }
            }
        }
    }

    private static boolean isBuilt(Path name) {
        return StreamSupport.stream(name.spliterator(), false)
                .anyMatch(part -> part.toString().equals("target"));
    }
}
