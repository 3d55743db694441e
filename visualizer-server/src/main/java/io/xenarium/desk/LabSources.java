package io.xenarium.desk;

import io.xenarium.lab.LabFolder;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.MalformedInputException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.stream.Stream;

/// The source files of one lab, read and written where they lie, so that an IDE and the page work
/// on the same text.
///
/// 1. Only files that are there can be named: no name leads out of the lab.
/// 2. A text is never overwritten that is neither what its writer began with nor in the history.
final class LabSources {
    /// While somebody types, this much time is between two kept texts.
    private static final long HISTORY_MILLIS = 20_000;

    private final LabFolder lab;
    private final Path histories;

    /// @param histories the folder in which older texts are kept
    LabSources(LabFolder lab, Path histories) {
        this.lab = lab;
        this.histories = histories;
    }

    /// All files with their texts.
    List<SourceText> texts() {
        return files().stream().map(LabSources::read).toList();
    }

    SourceText text(String file) {
        return read(path(file));
    }

    /// Writes `text`, whose writer began with the text that has the version `base`.
    ///
    /// @throws Conflict where that is no longer what lies on disk
    SourceText save(String file, String text, String base) {
        Path path = path(file);
        SourceText before = read(path);
        if (before.text().equals(text)) {
            return before;
        }
        LocalHistory history = history(file);
        if (!before.version().equals(base)) {
            history.keep(before.text());
            history.keep(text);
            throw new Conflict(before);
        }
        if (System.currentTimeMillis() - history.newestMillis() > HISTORY_MILLIS) {
            history.keep(before.text());
        }
        write(path, text);
        return read(path);
    }

    /// Keeps a text that came from elsewhere, or that is about to be given up.
    void keep(String file, String text) {
        path(file);
        history(file).keep(text);
    }

    LocalHistory history(String file) {
        return new LocalHistory(histories.resolve(file));
    }

    /// In one step, so that nobody ever reads half of a text.
    private static void write(Path path, String text) {
        try {
            Path draft = Files.createTempFile(path.getParent(), ".saving", ".tmp");
            Files.writeString(draft, text);
            Files.move(
                    draft,
                    path,
                    StandardCopyOption.ATOMIC_MOVE,
                    StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException failed) {
            throw new DeskRefused("It cannot be saved: " + failed.getMessage());
        }
    }

    private Path path(String file) {
        return files().stream()
                .filter(path -> path.getFileName().toString().equals(file))
                .findFirst()
                .orElseThrow(() -> new DeskRefused("Lab " + lab.id() + " has no such file."));
    }

    private List<Path> files() {
        try (Stream<Path> files = Files.walk(lab.sources())) {
            return files.filter(path -> path.toString().endsWith(".java"))
                    .filter(path -> !path.endsWith("package-info.java"))
                    .sorted()
                    .toList();
        } catch (IOException | UncheckedIOException unreadable) {
            throw new DeskRefused("The files of lab " + lab.id() + " cannot be read.");
        }
    }

    private static SourceText read(Path path) {
        try {
            return SourceText.of(
                    path.getFileName().toString(), path.toString(), Files.readString(path));
        } catch (MalformedInputException binary) {
            throw new DeskRefused(path.getFileName() + " is not written in UTF-8.");
        } catch (IOException unreadable) {
            throw new DeskRefused(path.getFileName() + " cannot be read.");
        }
    }
}
