package io.xenarium.server;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/// The labs and their solutions once more, for tests that write into them.
final class CopiedLabs {
    private CopiedLabs() {}

    /// Makes `root` a root of a workbook.
    static void into(Path root) {
        Path original = Path.of(System.getProperty("xenarium.root"));
        for (String part : List.of("labs", "solutions")) {
            copyTree(original.resolve(part), root.resolve(part));
        }
    }

    private static void copyTree(Path from, Path to) {
        try (Stream<Path> files = Files.walk(from)) {
            files.filter(Files::isRegularFile)
                    .filter(path -> !from.relativize(path).startsWith("target"))
                    .forEach(path -> copyFile(path, to.resolve(from.relativize(path).toString())));
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
    }

    private static void copyFile(Path from, Path to) {
        try {
            Files.createDirectories(to.getParent());
            Files.copy(from, to);
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
    }
}
