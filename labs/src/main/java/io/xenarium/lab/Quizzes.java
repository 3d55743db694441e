package io.xenarium.lab;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/// The quizzes: a file `quiz.yaml` beside each lab.yaml.
public final class Quizzes {
    private static final String FILE = "quiz.yaml";

    private Quizzes() {}

    /// All quizzes under `root`, in the order of the labs.
    ///
    /// @throws LabProblem where a file is no quiz
    public static List<Quiz> all(Path root) {
        return LabFolder.all(root).stream().map(Quizzes::in).flatMap(Optional::stream).toList();
    }

    /// The quiz of one lab; empty where it has none.
    static Optional<Quiz> in(LabFolder lab) {
        Path file = lab.folder().resolve(FILE);
        return Files.exists(file)
                ? Optional.of(parse(file.toString(), lab.id(), LabFolder.read(file)))
                : Optional.empty();
    }

    /// What is in a quiz's file: all but the lab.
    private record Text(List<Quiz.Item> items) {}

    static Quiz parse(String file, String lab, String yaml) {
        return new Quiz(lab, LabYaml.read(file, yaml, Text.class).items());
    }
}
