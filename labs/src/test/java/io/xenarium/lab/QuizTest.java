package io.xenarium.lab;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.nio.file.Path;
import java.time.LocalDate;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.BiConsumer;

/// The quizzes: that each of their questions is one for a thousand seeds, what is said of one that
/// is not, and what is remembered of the answers.
class QuizTest {
    private static final Path ROOT = LabFolder.root();
    private static final LocalDate MONDAY = LocalDate.of(2026, 11, 23);

    @TempDir private Path house;

    private static void forEachSeed(BiConsumer<Quiz.Item, Question> look) {
        for (Quiz quiz : Quizzes.all(ROOT)) {
            for (Quiz.Item item : quiz.items()) {
                for (long seed = 0; seed < 1000; seed++) {
                    look.accept(item, Question.of(quiz, item, seed));
                }
            }
        }
    }

    @Test
    void everyLabHasAQuiz() {
        List<String> labs = LabFolder.all(ROOT).stream().map(LabFolder::id).toList();
        assertEquals(labs, Quizzes.all(ROOT).stream().map(Quiz::lab).toList());
    }

    @Test
    void forAThousandSeedsEveryQuestionHasOneRightOptionAndNoTwoThatAreEqual() {
        forEachSeed((item, question) -> {
            Set<String> texts = new HashSet<>();
            question.options().forEach(option -> texts.add(option.text()));
            assertEquals(item.wrong().size() + 1, texts.size(), question.toString());
            long right = question.options().stream().filter(Question.Option::isRight).count();
            assertEquals(1, right, question.toString());
        });
    }

    @Test
    void forAThousandSeedsEveryOptionHasAReasonOfItsOwnAndNoFormulaIsLeft() {
        forEachSeed((item, question) -> {
            Set<String> reasons = new HashSet<>();
            question.options().forEach(option -> reasons.add(option.why()));
            assertEquals(item.wrong().size() + 1, reasons.size(), question.toString());
            String all = question.ask() + question.options();
            assertFalse(all.contains("{") || all.contains("}"), all);
        });
    }

    @Test
    void aSeedDecidesNumbersAndOrder() {
        Quiz quiz = quiz("05");
        Quiz.Item item = quiz.items().getFirst();
        assertEquals(Question.of(quiz, item, 7), Question.of(quiz, item, 7));
        Set<String> asked = new HashSet<>();
        Set<Integer> places = new HashSet<>();
        for (long seed = 0; seed < 40; seed++) {
            Question question = Question.of(quiz, item, seed);
            asked.add(question.ask());
            places.add(question.options().indexOf(question.option(0)));
        }
        assertTrue(asked.size() > 30, asked.toString());
        assertEquals(Set.of(0, 1, 2, 3), places);
    }

    @Test
    void theRightAnswerFollowsTheNumbers() {
        Quiz quiz = quiz("05");
        for (long seed = 0; seed < 100; seed++) {
            Question question = Question.of(quiz, quiz.items().getFirst(), seed);
            int port = Integer.parseInt(question.ask().replaceAll("\\D+(\\d+).*", "$1"));
            assertEquals(
                    "bit %d of word %d".formatted(port % 64, port / 64), question.option(0).text());
        }
    }

    private static Quiz quiz(String lab) {
        return Quizzes.in(LabFolder.of(ROOT, lab)).orElseThrow();
    }

    @Test
    void aFormulaBindsAsInJava() {
        Map<String, Long> names = Map.of("a", 70L, "b", 3L);
        assertEquals(6, Formula.value("a % 64", names));
        assertEquals(70 + 3 * 2 - 1, Formula.value("a + b * 2 - 1", names));
        assertEquals((70 >> 1 + 1) & 0xf, Formula.value("(a >> 1 + 1) & 0xf", names));
        assertEquals(1L << 40 | 3, Formula.value("1 << 40 | b", names));
        assertEquals(-73, Formula.value("-(a + b)", names));
    }

    @Test
    void aFormulaWithoutAValueSaysWhy() {
        assertUnworkable("a + ", "a number is missing");
        assertUnworkable("(a", "a bracket is not closed");
        assertUnworkable("c", "nothing is called c");
        assertUnworkable("a a", "something left over");
        assertUnworkable("a / 0", "by zero");
        assertUnworkable("0x7fffffffffffffff + a", "overflow");
    }

    private static void assertUnworkable(String formula, String words) {
        String message =
                assertThrows(LabProblem.class, () -> Formula.value(formula, Map.of("a", 1L)))
                        .getMessage();
        assertTrue(message.contains(words), message);
    }

    @Test
    void whatIsWrongInAQuizIsSaid() {
        Path file = LabFolder.of(ROOT, "05").folder().resolve("quiz.yaml");
        String good = LabFolder.read(file);
        assertEquals(List.of(), QuizRules.broken(Quizzes.parse("quiz.yaml", "05", good)));
        assertBroken(good.replace("id: selector", "id: which-bit"), "two questions `which-bit`");
        assertBroken(good.replace("id: selector", "id: Selector"), "small letters");
        assertBroken(
                good.replace("{port / 64} of word {port % 64}", "{port % 64} of word {port / 64}"),
                "always the same");
        assertBroken(good.replace("{port / 64} of", "{prot / 64} of"), "nothing is called prot");
        assertBroken(good.replaceFirst("why: \"[^\"]*\"", "why: \"No.\""), "without a reason");
        String cut = good.substring(0, good.indexOf("  - id: unmask"));
        assertBroken(cut, "fewer than six questions");
        LabProblem unknown =
                assertThrows(
                        LabProblem.class,
                        () -> Quizzes.parse("quiz.yaml", "05", good.replace("because:", "cause:")));
        assertTrue(unknown.getMessage().startsWith("quiz.yaml:"), unknown.getMessage());
    }

    private static void assertBroken(String yaml, String words) {
        List<String> broken = QuizRules.broken(Quizzes.parse("quiz.yaml", "05", yaml));
        assertTrue(String.join("\n", broken).contains(words), broken.toString());
    }

    @Test
    void onlyTheFirstAnswerInASittingCounts() {
        QuizRecord record = new QuizRecord(new Workspace(house));
        record.note("12", "05.selector", 2, MONDAY);
        record.note("12", "05.selector", 0, MONDAY);
        record.note("13", "05.selector", 0, MONDAY);
        QuizRecord.Tally tally = record.tallies().get("05.selector");
        assertEquals(2, tally.asked());
        assertEquals(1, tally.right());
        assertEquals(Map.of(2, 1), tally.wrong());
    }

    @Test
    void whatWentWrongReturnsOnTheNextDayUntilItGoesRight() {
        QuizRecord record = new QuizRecord(new Workspace(house));
        List<String> there = List.of("05.a", "05.b", "05.c", "05.d", "05.never");
        record.note("1", "05.a", 0, MONDAY.minusDays(9));
        record.note("1", "05.b", 0, MONDAY.minusDays(5));
        record.note("2", "05.c", 3, MONDAY);
        record.note("2", "05.gone", 1, MONDAY);
        assertEquals(List.of("05.a", "05.b"), record.earlier(there, MONDAY, 3));
        LocalDate tuesday = MONDAY.plusDays(1);
        assertEquals(List.of("05.c", "05.a", "05.b"), record.earlier(there, tuesday, 3));
        record.note("3", "05.c", 0, tuesday);
        record.note("3", "05.a", 0, tuesday);
        assertEquals(List.of("05.b"), record.earlier(there, tuesday, 3));
        assertEquals(null, record.tallies().get("05.c").due());
    }

    @Test
    void whatIsRememberedOutlivesTheProgram() {
        new QuizRecord(new Workspace(house)).note("1", "05.a", 1, MONDAY);
        QuizRecord later = new QuizRecord(new Workspace(house));
        assertEquals(1, later.tallies().get("05.a").missed());
        assertNotEquals(null, later.tallies().get("05.a").due());
    }
}
