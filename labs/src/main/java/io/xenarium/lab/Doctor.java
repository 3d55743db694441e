package io.xenarium.lab;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;

/// Holds the labs to the rules for labs, for those who write them. What can be found without
/// running a check is found here; that checks find what they should is proved by the tests.
public final class Doctor {
    private static final Pattern LINE_NUMBER = Pattern.compile("(?i)\\bline \\d+");
    private static final Pattern METHOD = Pattern.compile("io\\.xenarium\\.parts\\.\\w+#\\w+");

    private static final int MUTANTS_MIN = 5;

    /// A shorter line is anybody's.
    private static final int SECRET_CHARS = 40;

    private final Path root;
    private final LabFolder folder;
    private final List<String> findings = new ArrayList<>();

    private Doctor(Path root, LabFolder folder) {
        this.root = root;
        this.folder = folder;
    }

    /// Everything that is not as it should be, one line each.
    public static List<String> examine(Path root) {
        List<String> all = new ArrayList<>();
        for (LabFolder folder : LabFolder.all(root)) {
            Doctor doctor = new Doctor(root, folder);
            doctor.examine();
            all.addAll(doctor.findings);
        }
        try {
            all.addAll(Tracks.problems(root));
        } catch (LabProblem problem) {
            all.add(problem.getMessage());
        }
        return all;
    }

    private void examine() {
        Lab lab;
        try {
            lab = LabYaml.read(folder);
            Checks.classes(lab.id());
        } catch (LabProblem problem) {
            findings.add(problem.getMessage());
            return;
        }
        if (!folder.id().equals(lab.id())) {
            find("lab.yaml says it is lab " + lab.id());
        }
        String chapter = chapter();
        lab.tasks().forEach(task -> examine(task, chapter));
        ChapterRules.broken(lab.id(), chapter).forEach(each -> find("its chapter " + each));
        examineQuiz();
        examineMutants(lab);
        examineSkeleton();
        examineLeaks();
    }

    private void examine(Lab.Task task, String chapter) {
        for (Lab.Hint hint : task.hints()) {
            if (LINE_NUMBER.matcher(hint.text()).find()) {
                find(task.id() + ": a hint names a line number, which will be wrong soon");
            }
        }
        if (!METHOD.matcher(task.method()).matches()) {
            find(task.id() + ": method `" + task.method() + "` is none of a part");
        }
        if (task.size().isBlank()) {
            find(task.id() + ": nothing says how long our version is");
        }
        for (Lab.Misconception each : task.misconceptions()) {
            if (!isCheck(each.killedBy())) {
                find(each.mutant() + " is killed by " + each.killedBy() + ", which is no check");
            }
        }
        String anchor = task.docRef().substring(3);
        if (!chapter.contains("[#" + anchor)) {
            find(task.id() + ": chapter " + folder.id() + " has no place #" + anchor);
        }
    }

    private void examineQuiz() {
        try {
            Quizzes.in(folder)
                    .ifPresentOrElse(
                            quiz ->
                                    QuizRules.broken(quiz)
                                            .forEach(each -> find("its quiz " + each)),
                            () -> find("there is no quiz.yaml"));
        } catch (LabProblem problem) {
            findings.add(problem.getMessage());
        }
    }

    private void examineMutants(Lab lab) {
        Set<String> named = new HashSet<>();
        lab.tasks()
                .forEach(task -> task.misconceptions().forEach(each -> named.add(each.mutant())));
        Set<String> there = new HashSet<>();
        for (Mutant mutant : Mutant.all(folder)) {
            there.add(mutant.id());
            if (!named.contains(mutant.id())) {
                find("mutant " + mutant.id() + " stands in no misconception");
            }
        }
        named.removeAll(there);
        named.forEach(missing -> find("there is no patch for mutant " + missing));
        if (there.size() < MUTANTS_MIN) {
            find("fewer than five mutants");
        }
    }

    /// Whether `T3.noEventIsLost` is a check of this lab.
    private boolean isCheck(String name) {
        String[] parts = name.split("\\.");
        int tier = parts[0].matches("T[1-5]") ? parts[0].charAt(1) - '1' : -1;
        return parts.length == 2
                && tier >= 0
                && Arrays.stream(Checks.classes(folder.id()).get(tier).getDeclaredMethods())
                        .anyMatch(method -> method.getName().equals(parts[1]));
    }

    /// No line of what is cut out may stand in the hints or in the checks, which learners read.
    private void examineLeaks() {
        List<String> secrets = new ArrayList<>();
        for (String text : Runner.texts(folder.solutionSources()).values()) {
            boolean isCut = false;
            for (String line : text.lines().map(String::strip).toList()) {
                isCut =
                        line.startsWith("// tag::lab-")
                                || isCut && !line.startsWith("// end::lab-");
                if (isCut && line.length() >= SECRET_CHARS && !line.startsWith("//")) {
                    secrets.add(line);
                }
            }
        }
        List<Path> read = new ArrayList<>(LabFolder.files(folder.folder().resolve("src/test")));
        read.add(folder.folder().resolve("lab.yaml"));
        read.add(folder.folder().resolve("quiz.yaml"));
        read.removeIf(file -> !Files.exists(file));
        for (Path file : read) {
            String text = LabFolder.read(file);
            secrets.stream()
                    .filter(text::contains)
                    .forEach(line ->
                            find(file.getFileName() + " has a line of the solution: " + line));
        }
    }

    /// The skeleton must be cut from the solution as it is now, and must not hold any of it.
    private void examineSkeleton() {
        Path main = folder.folder().resolve("src/main");
        Cut.of(folder)
                .forEach((path, text) -> {
                    Path file = main.resolve(path);
                    if (!Files.exists(file) || !LabFolder.read(file).equals(text)) {
                        find("src/main/" + path + " is not what is cut from the solution");
                    }
                });
    }

    private String chapter() {
        return LabFolder.files(root.resolve("chapters")).stream()
                .filter(file -> file.getFileName().toString().startsWith(folder.id() + "-"))
                .filter(file -> file.toString().endsWith(".adoc"))
                .findFirst()
                .map(LabFolder::read)
                .orElse("");
    }

    private void find(String what) {
        findings.add("lab " + folder.id() + ": " + what);
    }
}
