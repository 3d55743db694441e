package io.xenarium.lab;

import io.xenarium.parts.Parts;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Consumer;

/// Checks a learner's part: compiles it, counts its steps, loads it afresh, runs the lab's checks
/// on it, and tells each outcome as it comes.
///
/// 1. Nothing is ever written into the learner's folder.
/// 2. The same sources give the same verdicts.
///
/// Keep one and use it again: compiler and JUnit are warm from the second run on. One thread at a
/// time.
public final class Runner {
    private final Path root;
    private final Parts reference;
    private final LearnerParts parts = new LearnerParts();
    private final Checks checks = new Checks();
    private final Map<String, String> answers = new HashMap<>();

    /// Runs the labs under `root` against the parts in `reference`, which must fill all slots.
    public Runner(Path root, Parts reference) {
        this.root = root;
        this.reference = reference;
    }

    /// What `replay` saw.
    ///
    /// @param steps what happened, in words, in order
    /// @param recording the run of a whole computer in which it failed, where it was one
    public record Replay(Verdict verdict, List<String> steps, Optional<Recording> recording) {}

    /// Answers a task that asks something, in the place of the answer that the [Workspace] keeps.
    void answer(String task, String answer) {
        answers.put(task, answer);
    }

    /// Checks a lab (`05`) or one task of it (`05.2`) and what that task builds on.
    public Report check(String what, Consumer<CheckEvent> progress) {
        LabFolder folder = LabFolder.of(root, what.split("\\.")[0]);
        return check(folder, what, () -> parts.compile(folder.sources()), progress);
    }

    /// The same for sources that lie elsewhere, or nowhere: a solution, a mutant.
    Report check(LabFolder folder, String what, Sources sources, Consumer<CheckEvent> progress) {
        long start = System.nanoTime();
        Lab lab = LabYaml.read(folder);
        progress.accept(new CheckEvent.Checking(lab.id(), lab.title()));
        List<Lab.Task> tasks = tasks(lab, what);
        Compile.Result compiled = sources.compile();
        Report report;
        if (compiled.isGood()) {
            Subject subject = subject(lab, compiled.classes(), null);
            progress.accept(new CheckEvent.Compiled(lab.id(), millisSince(start)));
            List<Verdict> verdicts = new ArrayList<>();
            checks.run(
                    lab.id(),
                    tasks.stream().map(Lab.Task::id).toList(),
                    subject,
                    verdict -> {
                        verdicts.add(verdict);
                        progress.accept(new CheckEvent.Judged(lab.id(), verdict));
                        subject.takeRecording()
                                .filter(_ -> verdict.status() == Verdict.Status.FAILED)
                                .map(run -> new CheckEvent.Recorded(lab.id(), verdict, run))
                                .ifPresent(progress);
                    });
            report = Scores.report(lab, tasks, verdicts, millisSince(start));
        } else {
            report = Scores.refused(lab, tasks, compiled.complaints(), millisSince(start));
        }
        progress.accept(new CheckEvent.Finished(lab.id(), report));
        return report;
    }

    /// Where the classes to check come from.
    @FunctionalInterface
    interface Sources {
        Compile.Result compile();
    }

    /// Repeats one case, and tells what happens step by step.
    public Replay replay(Token token) {
        LabFolder folder = LabFolder.of(root, token.lab());
        return replay(token, parts.compile(folder.sources()));
    }

    /// What happens in the same case with the reference in the place of the learner's part, as far
    /// as the case is one for it: where the learner's part takes more turns than it should, the
    /// reference has none left to take.
    public List<String> referenceSteps(Token token) {
        Lab lab = LabYaml.read(LabFolder.of(root, token.lab()));
        Subject subject = new Subject(lab, reference, reference, answers, token.data());
        try {
            checks.run(token, subject, _ -> {});
        } catch (LabProblem otherwise) {
            subject.steps().add("(from here on the reference does not come this way)");
        }
        return List.copyOf(subject.steps());
    }

    Replay replay(Token token, Compile.Result compiled) {
        LabFolder folder = LabFolder.of(root, token.lab());
        if (!compiled.isGood()) {
            throw new LabProblem(compiled.complaints().getFirst().toString());
        }
        Subject subject = subject(LabYaml.read(folder), compiled.classes(), token.data());
        List<Verdict> verdicts = new ArrayList<>();
        checks.run(token, subject, verdicts::add);
        if (verdicts.isEmpty()) {
            throw new LabProblem("lab " + token.lab() + " has no check " + token.check());
        }
        return new Replay(
                verdicts.getFirst(), List.copyOf(subject.steps()), subject.takeRecording());
    }

    /// The Java files under a folder, by path.
    static Map<String, String> texts(Path folder) {
        Map<String, String> texts = new TreeMap<>();
        for (Path file : LabFolder.files(folder)) {
            if (file.toString().endsWith(".java")) {
                String path = folder.relativize(file).toString().replace('\\', '/');
                texts.put(path, LabFolder.read(file));
            }
        }
        return texts;
    }

    /// The loader that this runner keeps warm.
    LearnerParts parts() {
        return parts;
    }

    private Subject subject(Lab lab, Map<String, byte[]> classes, String replay) {
        Parts mine = LearnerParts.fill(reference, lab.id(), classes, Parts.Holder.YOURS);
        Map<String, String> given = new TreeMap<>(new Workspace(root).answers());
        given.putAll(answers);
        return new Subject(lab, mine, reference, given, replay);
    }

    /// The task that is asked for, and all that it builds on, in order; or all.
    private static List<Lab.Task> tasks(Lab lab, String what) {
        if (!what.contains(".")) {
            return lab.tasks();
        }
        Set<String> wanted = new LinkedHashSet<>();
        need(lab, lab.id() + what.substring(what.indexOf('.')), wanted);
        return lab.tasks().stream().filter(task -> wanted.contains(task.id())).toList();
    }

    private static void need(Lab lab, String task, Set<String> wanted) {
        lab.task(task).blockedBy().forEach(blocker -> need(lab, blocker, wanted));
        wanted.add(task);
    }

    private static long millisSince(long start) {
        return (System.nanoTime() - start) / 1_000_000;
    }
}
