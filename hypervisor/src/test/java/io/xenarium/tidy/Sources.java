package io.xenarium.tidy;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;
import java.util.regex.Pattern;

/// The files of the whole house, apart from what is built.
final class Sources {
    static final Path ROOT = Path.of(System.getProperty("xenarium.root")).toAbsolutePath();

    private static final Set<String> NOT_OURS =
            Set.of("target", ".git", ".idea", ".vscode", ".settings", "node_modules", ".xenarium");

    private static final Set<String> TEXT =
            Set.of(
                    "java",
                    "md",
                    "adoc",
                    "xml",
                    "yaml",
                    "yml",
                    "json",
                    "properties",
                    "js",
                    "css",
                    "html",
                    "svg",
                    "sh",
                    "cmd",
                    "c",
                    "h",
                    "S",
                    "ld",
                    "run",
                    "xenarium",
                    "txt");

    /// A skeleton is cut from a solution: what is wrong in it is wrong there.
    private static final Pattern SKELETON = Pattern.compile("labs/[0-9][^/]*/src/main/.*");

    private Sources() {}

    /// Every Java file that somebody writes.
    static List<Path> java() {
        return files(file ->
                file.toString().endsWith(".java") && !SKELETON.matcher(name(file)).matches());
    }

    /// Every Java file under `folder` of the house.
    static List<Path> java(String folder) {
        return java().stream().filter(file -> name(file).startsWith(folder + "/")).toList();
    }

    /// Every file that is text.
    static List<Path> text() {
        return files(file -> {
            String last = file.getFileName().toString();
            return TEXT.contains(last.substring(last.lastIndexOf('.') + 1));
        });
    }

    static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
    }

    /// The file's name from the root of the house, with slashes on every system.
    static String name(Path file) {
        return ROOT.relativize(file).toString().replace('\\', '/');
    }

    private static List<Path> files(Predicate<Path> wanted) {
        List<Path> files = new ArrayList<>();
        try {
            Files.walkFileTree(ROOT, new Walk(wanted, files));
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
        files.sort(null);
        return files;
    }

    private static final class Walk extends SimpleFileVisitor<Path> {
        private final Predicate<Path> wanted;
        private final List<Path> files;

        Walk(Predicate<Path> wanted, List<Path> files) {
            this.wanted = wanted;
            this.files = files;
        }

        @Override
        public FileVisitResult preVisitDirectory(Path folder, BasicFileAttributes attributes) {
            return NOT_OURS.contains(folder.getFileName().toString())
                    ? FileVisitResult.SKIP_SUBTREE
                    : FileVisitResult.CONTINUE;
        }

        @Override
        public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
            if (attributes.isRegularFile() && wanted.test(file)) {
                files.add(file);
            }
            return FileVisitResult.CONTINUE;
        }
    }
}
