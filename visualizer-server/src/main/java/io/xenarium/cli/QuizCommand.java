package io.xenarium.cli;

import io.xenarium.lab.LabFolder;
import io.xenarium.lab.LabProblem;
import io.xenarium.lab.Question;
import io.xenarium.lab.Quiz;
import io.xenarium.lab.QuizRecord;
import io.xenarium.lab.Quizzes;
import io.xenarium.lab.Workspace;

import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;

/// `xenarium quiz`: the questions of a lab, or three from earlier labs, one after the other.
@Command(
        name = "quiz",
        mixinStandardHelpOptions = true,
        description = {
            "Questions on a lab, each answer with its reason.",
            "Without a lab: three from those that you have answered before, what went wrong first."
        })
final class QuizCommand implements Callable<Integer> {
    private static final int EARLIER = 3;
    private static final int SEEDS = 1_000_000;

    @Spec private CommandSpec spec;

    @Parameters(arity = "0..1", paramLabel = "LAB", description = "A lab, such as 05.")
    private Optional<String> lab = Optional.empty();

    @Option(
            names = "--seed",
            paramLabel = "NUMBER",
            description = "Decides the numbers and the order; the same seed, the same quiz.")
    private Long seed;

    private final BufferedReader in = new BufferedReader(new InputStreamReader(System.in));
    private PrintWriter out;

    @Override
    public Integer call() throws IOException {
        out = spec.commandLine().getOut();
        Path root = LabFolder.root();
        QuizRecord quizRecord = new QuizRecord(new Workspace(root));
        long chosen = seed == null ? new SecureRandom().nextInt(SEEDS) : seed;
        List<Question> questions = questions(root, quizRecord, chosen + 1);
        List<String> wrong = new ArrayList<>();
        for (Question question : questions) {
            Optional<Question.Option> answer = ask(question);
            if (answer.isEmpty()) {
                break;
            }
            int number = answer.get().number();
            quizRecord.note("" + chosen, question.name(), number, LocalDate.now());
            out.println(answer.get().isRight() ? "  Right." : "  Not right.");
            out.println(Paragraph.wrapped(plain(answer.get().why())).indent(2).stripTrailing());
            if (number > 0) {
                wrong.add(question.name());
            }
        }
        if (questions.isEmpty()) {
            out.println("Nothing to ask today. `xenarium quiz 05` asks about lab 05.");
        } else if (!wrong.isEmpty()) {
            out.println("They come again tomorrow: " + String.join(", ", wrong));
        }
        out.flush();
        return 0;
    }

    private List<Question> questions(Path root, QuizRecord quizRecord, long numbers) {
        Map<String, Question> all = new LinkedHashMap<>();
        String only = lab.map(given -> LabFolder.of(root, given).id() + ".").orElse("");
        for (Quiz quiz : Quizzes.all(root)) {
            quiz.items()
                    .forEach(item -> all.put(quiz.name(item), Question.of(quiz, item, numbers)));
        }
        all.keySet().removeIf(name -> !name.startsWith(only));
        if (lab.isPresent()) {
            if (all.isEmpty()) {
                throw new LabProblem("lab " + lab.get() + " has no quiz");
            }
            return List.copyOf(all.values());
        }
        List<String> names = List.copyOf(all.keySet());
        return quizRecord.earlier(names, LocalDate.now(), EARLIER).stream().map(all::get).toList();
    }

    /// Asks until one of the letters is given; empty where the input ends.
    private Optional<Question.Option> ask(Question question) throws IOException {
        out.printf("%n%s%n", Paragraph.wrapped(plain(question.ask())));
        for (int i = 0; i < question.options().size(); i++) {
            out.printf("  %c  %s%n", 'a' + i, plain(question.options().get(i).text()));
        }
        while (true) {
            out.print("> ");
            out.flush();
            String line = in.readLine();
            if (line == null) {
                out.println();
                return Optional.empty();
            }
            String letter = line.strip().toLowerCase(Locale.ROOT);
            int place = letter.length() == 1 ? letter.charAt(0) - 'a' : -1;
            if (place >= 0 && place < question.options().size()) {
                return Optional.of(question.options().get(place));
            }
            out.printf(
                    "One of the letters a to %c, please.%n", 'a' + question.options().size() - 1);
        }
    }

    private static String plain(String text) {
        return text.replace("`", "");
    }
}
