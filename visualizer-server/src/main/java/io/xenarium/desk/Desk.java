package io.xenarium.desk;

import io.xenarium.lab.Lab;
import io.xenarium.lab.LabFolder;
import io.xenarium.lab.LabProblem;
import io.xenarium.lab.LabYaml;
import io.xenarium.lab.Track;
import io.xenarium.lab.Tracks;
import io.xenarium.lab.Workspace;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/// All that a page can do with the learner's labs, apart from running them. Safe for any thread:
/// one thing at a time.
public final class Desk {
    /// A lab with its files and tasks.
    public record OpenLab(String lab, String title, List<SourceText> files, List<Task> tasks) {}

    /// @param earned points, where the last check of this task gave some
    /// @param hints those that were asked for already
    /// @param rungs how many hints there are
    public record Task(
            String id,
            String title,
            String size,
            String docRef,
            int earned,
            int points,
            List<Hint> hints,
            int rungs) {}

    /// @param rung its kind, such as `concept`
    public record Hint(String rung, String text) {}

    /// A lab in the map of progress.
    public record Progress(String lab, String title, int earned, int points, List<Task> tasks) {}

    /// A kept text in the list of them.
    public record Kept(String id, long millis, int lines) {}

    /// One line of a comparison.
    public record Line(String kind, String mine, String reference) {}

    private final Path root;
    private final Workspace workspace;

    public Desk(Path root) {
        this.root = root;
        workspace = new Workspace(root);
    }

    /// A lab, by its two digits.
    public synchronized OpenLab open(String lab) {
        return told(() -> {
            LabFolder folder = LabFolder.of(root, lab);
            Lab read = LabYaml.read(folder);
            List<SourceText> texts = sources(lab).texts();
            return new OpenLab(read.id(), read.title(), texts, tasks(read));
        });
    }

    /// How far the learner is, in all labs.
    public synchronized List<Progress> progress() {
        return told(() -> LabFolder.all(root).stream().map(this::progress).toList());
    }

    /// The courses' ways through the labs.
    public List<Track> tracks() {
        return told(() -> Tracks.all(root));
    }

    /// The files of a lab as they are now.
    public synchronized List<SourceText> texts(String lab) {
        return told(() -> sources(lab).texts());
    }

    /// Saves a file.
    ///
    /// @throws Conflict where the text on disk is not the one with version `base`
    public synchronized SourceText save(String lab, String file, String text, String base) {
        return told(() -> sources(lab).save(file, text, base));
    }

    /// Keeps a text in the local history, without writing the file.
    public synchronized void keep(String lab, String file, String text) {
        told(() -> {
            sources(lab).keep(file, text);
            return true;
        });
    }

    /// The older texts of a file, the newest first.
    public synchronized List<Kept> history(String lab, String file) {
        return told(() -> {
            LabSources sources = sources(lab);
            sources.text(file);
            return sources.history(file).entries().stream()
                    .map(one -> new Kept(one.id(), one.millis(), one.lines()))
                    .toList();
        });
    }

    /// One older text.
    public synchronized String older(String lab, String file, String id) {
        return told(() -> {
            LabSources sources = sources(lab);
            sources.text(file);
            return sources.history(file).text(id);
        });
    }

    /// The next hint for a task, which counts as taken from now on.
    public synchronized Task hint(String task) {
        return told(() -> {
            Lab lab = LabYaml.read(LabFolder.of(root, task.split("\\.")[0]));
            workspace.nextRung(task, lab.task(task).hints().size());
            return task(lab.task(task), workspace.progress());
        });
    }

    /// Gives an answer to a task that asks for one.
    public synchronized void answer(String task, String answer) {
        told(() -> {
            LabYaml.read(LabFolder.of(root, task.split("\\.")[0])).task(task);
            workspace.answer(task, answer);
            return true;
        });
    }

    /// The learner's file beside ours, once the whole lab has passed.
    public synchronized List<Line> comparison(String lab, String file) {
        return told(() -> {
            LabFolder folder = LabFolder.of(root, lab);
            Progress progress = progress(folder);
            if (progress.earned() < progress.points()) {
                throw new DeskRefused("Ours is shown beside yours once all checks pass.");
            }
            SourceText mine = sources(lab).text(file);
            Path inLab = folder.sources().relativize(Path.of(mine.path()));
            String ours = Files.readString(folder.solutionSources().resolve(inLab));
            return Comparison.of(mine.text(), ours).stream()
                    .map(row -> new Line(row.kind(), row.mine(), row.reference()))
                    .toList();
        });
    }

    private Progress progress(LabFolder folder) {
        Lab lab = LabYaml.read(folder);
        List<Task> tasks = tasks(lab);
        int earned = tasks.stream().mapToInt(Task::earned).sum();
        return new Progress(lab.id(), lab.title(), earned, lab.points(), tasks);
    }

    private List<Task> tasks(Lab lab) {
        Map<String, Integer> earned = workspace.progress();
        return lab.tasks().stream().map(task -> task(task, earned)).toList();
    }

    private Task task(Lab.Task task, Map<String, Integer> earned) {
        int taken = workspace.rungsTaken(task.id(), task.hints().size());
        return new Task(
                task.id(),
                task.title(),
                task.size(),
                task.docRef(),
                earned.getOrDefault(task.id(), 0),
                task.points(),
                task.hints().stream().limit(taken).map(Desk::hint).toList(),
                task.hints().size());
    }

    private static Hint hint(Lab.Hint hint) {
        return new Hint(hint.rung().name().toLowerCase(Locale.ROOT), hint.text());
    }

    private LabSources sources(String lab) {
        LabFolder folder = LabFolder.of(root, lab);
        return new LabSources(folder, workspace.folder("history", folder));
    }

    @FunctionalInterface
    private interface Question<T> {
        T ask() throws IOException;
    }

    private static <T> T told(Question<T> question) {
        try {
            return question.ask();
        } catch (LabProblem problem) {
            throw new DeskRefused(problem.getMessage());
        } catch (IOException failed) {
            throw new DeskRefused("It cannot be read: " + failed.getMessage());
        }
    }
}
