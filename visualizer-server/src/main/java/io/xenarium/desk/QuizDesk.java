package io.xenarium.desk;

import io.xenarium.lab.LabFolder;
import io.xenarium.lab.LabProblem;
import io.xenarium.lab.LabYaml;
import io.xenarium.lab.Question;
import io.xenarium.lab.Quiz;
import io.xenarium.lab.QuizRecord;
import io.xenarium.lab.Quizzes;
import io.xenarium.lab.Workspace;

import java.nio.file.Path;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// All that a page can do with the quizzes. Safe for any thread: one thing at a time.
public final class QuizDesk {
    /// How many questions a day begins with.
    private static final int EARLIER = 3;

    /// Numbers for the statistics' examples; any seed would do.
    private static final long EXAMPLE = 1;

    /// One round of questions: what decides all that is in it.
    ///
    /// @param round 1 where all are asked; above that, those that went wrong are asked again
    /// @param ask the items, by their names
    public record Sitting(long seed, int round, List<String> ask) {}

    /// A question of a sitting.
    public record Asked(String name, String ask, List<Choice> choices) {}

    /// @param why why it is right, or what is wrong about it
    public record Choice(String text, String why, boolean isRight) {}

    /// How one lab's quiz has gone.
    ///
    /// @param items how many questions it has
    /// @param tried how many of them were asked at least once
    public record Standing(String lab, String title, int items, int tried, int asked, int right) {}

    /// How one item has gone that was wrong at least once.
    ///
    /// @param ask the question, with some numbers
    /// @param worst the wrong answer that was chosen most
    /// @param due when it is to be asked again, null where it went right at last
    public record Missed(
            String lab, String ask, int asked, int right, String worst, int times, LocalDate due) {}

    private final Path root;
    private final QuizRecord quizRecord;

    public QuizDesk(Path root) {
        this.root = root;
        quizRecord = new QuizRecord(new Workspace(root));
    }

    /// The names of a lab's items; empty where it has no quiz.
    public synchronized List<String> items(String lab) {
        return items().keySet().stream().filter(name -> name.startsWith(lab + ".")).toList();
    }

    /// The title of a lab that has a quiz.
    public String title(String lab) {
        return LabYaml.read(LabFolder.of(root, lab)).title();
    }

    /// The items to begin a day with.
    public synchronized List<String> earlier() {
        return quizRecord.earlier(List.copyOf(items().keySet()), LocalDate.now(), EARLIER);
    }

    /// The questions of a sitting.
    ///
    /// @throws DeskRefused where there is none of a name
    public synchronized List<Asked> questions(Sitting sitting) {
        return questions(sitting, items());
    }

    private static List<Asked> questions(Sitting sitting, Map<String, Item> items) {
        List<Asked> asked = new ArrayList<>();
        for (String name : sitting.ask()) {
            Item item = items.get(name);
            if (item == null) {
                throw new DeskRefused("There is no question " + name + ".");
            }
            Question question = item.question(sitting.seed() + sitting.round());
            asked.add(
                    new Asked(
                            name,
                            question.ask(),
                            question.options().stream()
                                    .map(one -> new Choice(one.text(), one.why(), one.isRight()))
                                    .toList()));
        }
        return asked;
    }

    /// Keeps what was chosen in a first round. A second time in the same sitting changes nothing.
    ///
    /// @param chosen the place of the option, by the item's name
    public synchronized void note(Sitting sitting, Map<String, Integer> chosen) {
        if (sitting.round() > 1) {
            return;
        }
        Map<String, Item> items = items();
        questions(sitting, items);
        chosen.forEach((name, place) -> {
            Question question = items.get(name).question(sitting.seed() + sitting.round());
            int number = question.options().get(place).number();
            quizRecord.note("" + sitting.seed(), name, number, LocalDate.now());
        });
    }

    /// How each quiz has gone, in the order of the labs.
    public synchronized List<Standing> standings() {
        Map<String, QuizRecord.Tally> tallies = quizRecord.tallies();
        List<Standing> standings = new ArrayList<>();
        for (Quiz quiz : quizzes()) {
            List<QuizRecord.Tally> own =
                    quiz.items().stream()
                            .map(item -> tallies.get(quiz.name(item)))
                            .filter(tally -> tally != null)
                            .toList();
            standings.add(
                    new Standing(
                            quiz.lab(),
                            title(quiz.lab()),
                            quiz.items().size(),
                            own.size(),
                            own.stream().mapToInt(QuizRecord.Tally::asked).sum(),
                            own.stream().mapToInt(QuizRecord.Tally::right).sum()));
        }
        return standings;
    }

    /// The items that went wrong, those that did most first.
    public synchronized List<Missed> missed() {
        Map<String, Item> items = items();
        List<Map.Entry<String, QuizRecord.Tally>> wrong = new ArrayList<>();
        quizRecord.tallies().entrySet().stream()
                .filter(each -> each.getValue().missed() > 0 && items.containsKey(each.getKey()))
                .forEach(wrong::add);
        wrong.sort(Comparator.comparing(each -> -each.getValue().missed()));
        return wrong.stream()
                .map(each -> missed(items.get(each.getKey()), each.getValue()))
                .toList();
    }

    private static Missed missed(Item item, QuizRecord.Tally tally) {
        Question example = item.question(EXAMPLE);
        Map.Entry<Integer, Integer> worst =
                tally.wrong().entrySet().stream()
                        .filter(each -> each.getKey() < example.options().size())
                        .max(Map.Entry.comparingByValue())
                        .orElse(null);
        return new Missed(
                item.quiz().lab(),
                example.ask(),
                tally.asked(),
                tally.right(),
                worst == null ? "" : example.option(worst.getKey()).text(),
                worst == null ? 0 : worst.getValue(),
                tally.due());
    }

    /// An item with the quiz that it is of.
    private record Item(Quiz quiz, Quiz.Item item) {
        Question question(long seed) {
            return Question.of(quiz, item, seed);
        }
    }

    private List<Quiz> quizzes() {
        try {
            return Quizzes.all(root);
        } catch (LabProblem problem) {
            throw new DeskRefused(problem.getMessage());
        }
    }

    /// All items, by name, in the order of the labs.
    private Map<String, Item> items() {
        Map<String, Item> items = new LinkedHashMap<>();
        for (Quiz quiz : quizzes()) {
            quiz.items().forEach(item -> items.put(quiz.name(item), new Item(quiz, item)));
        }
        return items;
    }
}
