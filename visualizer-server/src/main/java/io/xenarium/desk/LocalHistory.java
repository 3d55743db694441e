package io.xenarium.desk;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/// Older texts of a file, each a file of its own named by the millisecond at which it was kept.
///
/// 1. A text that equals the newest kept one is not kept again.
/// 2. Of each file the newest [#TEXTS_MAX] are there.
final class LocalHistory {
    static final int TEXTS_MAX = 300;

    /// @param id names it to [#text]
    record Entry(String id, long millis, int lines) {}

    private final Path folder;

    LocalHistory(Path folder) {
        this.folder = folder;
    }

    /// Keeps a text, unless it is the newest one already.
    void keep(String text) {
        try {
            Files.createDirectories(folder);
            List<Path> kept = newestFirst();
            if (!kept.isEmpty() && Files.readString(kept.getFirst()).equals(text)) {
                return;
            }
            long after = kept.isEmpty() ? 0 : millis(kept.getFirst()) + 1;
            long now = Math.max(System.currentTimeMillis(), after);
            Files.writeString(folder.resolve("%d.txt".formatted(now)), text);
            for (Path old : kept.subList(Math.min(kept.size(), TEXTS_MAX - 1), kept.size())) {
                Files.delete(old);
            }
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
    }

    /// When the newest text was kept; 0 where there is none.
    long newestMillis() {
        return newestFirst().stream().mapToLong(LocalHistory::millis).findFirst().orElse(0);
    }

    /// What is kept, the newest first.
    List<Entry> entries() {
        return newestFirst().stream().map(LocalHistory::entry).toList();
    }

    /// One of the texts.
    String text(String id) {
        Path file =
                newestFirst().stream()
                        .filter(one -> id(one).equals(id))
                        .findFirst()
                        .orElseThrow(() -> new DeskRefused("This text is not kept any more."));
        return read(file);
    }

    private static Entry entry(Path file) {
        return new Entry(id(file), millis(file), (int) read(file).lines().count());
    }

    private static String id(Path file) {
        return file.getFileName().toString().replace(".txt", "");
    }

    private static long millis(Path file) {
        return Long.parseLong(id(file));
    }

    private static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException unreadable) {
            throw new UncheckedIOException(unreadable);
        }
    }

    private List<Path> newestFirst() {
        if (!Files.isDirectory(folder)) {
            return List.of();
        }
        try (Stream<Path> files = Files.list(folder)) {
            return files.filter(file -> id(file).matches("\\d{1,18}"))
                    .sorted(Comparator.comparingLong(LocalHistory::millis).reversed())
                    .toList();
        } catch (IOException unreadable) {
            throw new UncheckedIOException(unreadable);
        }
    }
}
