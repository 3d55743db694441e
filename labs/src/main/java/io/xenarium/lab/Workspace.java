package io.xenarium.lab;

import java.io.IOException;
import java.io.Reader;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Properties;
import java.util.TreeMap;

/// What the workbook remembers for its learner, beside the labs and never in them: the answers to
/// tasks that ask, how far down the hints somebody is, the points of the last check, the answers to
/// quizzes ([QuizRecord]), older texts of the files that the page has edited, and copies of what
/// `reset` replaced.
///
/// It lies in `.xenarium` under the workbook's root.
public final class Workspace {
    private static final String FOLDER = ".xenarium";
    private static final String ANSWERS = "answers.properties";
    private static final String HINTS = "hints.properties";
    private static final String PROGRESS = "progress.properties";

    private final Path root;

    public Workspace(Path root) {
        this.root = root;
    }

    /// The answers given so far, by task.
    public Map<String, String> answers() {
        Map<String, String> answers = new TreeMap<>();
        Properties properties = load(ANSWERS);
        properties
                .stringPropertyNames()
                .forEach(task -> answers.put(task, properties.getProperty(task)));
        return answers;
    }

    public void answer(String task, String answer) {
        Properties properties = load(ANSWERS);
        properties.setProperty(task, answer);
        store(ANSWERS, properties);
    }

    /// The rung of the next hint for `task`, from 0; the last one is repeated.
    public int nextRung(String task, int rungs) {
        int taken = rungsTaken(task, rungs);
        Properties properties = load(HINTS);
        properties.setProperty(task, "" + Math.min(taken + 1, rungs));
        store(HINTS, properties);
        return Math.min(taken, rungs - 1);
    }

    /// How many of the `rungs` hints for `task` were asked for.
    public int rungsTaken(String task, int rungs) {
        return Math.min(Integer.parseInt(load(HINTS).getProperty(task, "0")), rungs);
    }

    /// Remembers the points of every task that was checked; a lab that does not compile loses none.
    public void remember(Report report) {
        if (report.tasks().isEmpty()) {
            return;
        }
        Properties properties = load(PROGRESS);
        report.tasks().forEach(task -> properties.setProperty(task.id(), "" + task.earned()));
        store(PROGRESS, properties);
    }

    /// The points that the last check of each task gave.
    public Map<String, Integer> progress() {
        Map<String, Integer> points = new TreeMap<>();
        Properties properties = load(PROGRESS);
        properties
                .stringPropertyNames()
                .forEach(task -> points.put(task, Integer.parseInt(properties.getProperty(task))));
        return points;
    }

    /// The folder for what is kept under `name` about a lab; it need not exist.
    public Path folder(String name, LabFolder lab) {
        return root.resolve(FOLDER).resolve(name).resolve(lab.id());
    }

    /// A folder for a backup of `lab` that does not exist yet.
    Path freeFolder(LabFolder lab) {
        Path all = folder("backup", lab);
        int number = 1;
        while (Files.exists(all.resolve("" + number))) {
            number++;
        }
        return all.resolve("" + number);
    }

    Properties load(String name) {
        Properties properties = new Properties();
        Path file = root.resolve(FOLDER).resolve(name);
        if (Files.exists(file)) {
            try (Reader in = Files.newBufferedReader(file)) {
                properties.load(in);
            } catch (IOException failed) {
                throw new UncheckedIOException(failed);
            }
        }
        return properties;
    }

    void store(String name, Properties properties) {
        Path file = root.resolve(FOLDER).resolve(name);
        try {
            Files.createDirectories(file.getParent());
            try (Writer out = Files.newBufferedWriter(file)) {
                properties.store(out, null);
            }
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
    }
}
