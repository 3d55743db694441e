package io.xenarium.lab;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;

/// The questions as the book on paper has them, at its end: each with the numbers of one seed, the
/// answers of all behind the questions of all. The file is made from the quizzes, and checked in
/// because chapters know nothing of labs; `-Dupdate` writes it anew.
class PaperQuizzesTest {
    private static final Path ROOT = LabFolder.root();
    private static final Path FILE = ROOT.resolve("chapters/paper/quizzes.adoc");
    private static final long SEED = 1;

    /// What AsciiDoc would take for its own.
    private static final Pattern MARKS = Pattern.compile("[*_#^~+<>{}\\[\\]]|--|\\.\\.\\.|\\(C\\)");

    @Test
    void theQuestionsOnPaperAreThoseOfTheQuizzes() throws IOException {
        String wanted = text();
        if (System.getProperty("update") != null) {
            Files.createDirectories(FILE.getParent());
            Files.writeString(FILE, wanted);
        }
        assertEquals(
                wanted,
                Files.readString(FILE),
                "rewrite it: mvn -pl labs -am test -Dtest=PaperQuizzesTest -Dupdate");
    }

    private static String text() {
        StringBuilder text =
                new StringBuilder(
                        """
                        = Questions and their answers

                        The page asks these at the end of each chapter, and `xenarium quiz` in a \
                        terminal, with other numbers each time. Here every question has the numbers \
                        of one seed. Answer first, with a pencil, and look then: behind each wrong \
                        answer stands what whoever chose it has overlooked.

                        """);
        List<Quiz> quizzes = Quizzes.all(ROOT);
        quizzes.forEach(quiz -> questions(quiz, text));
        quizzes.forEach(quiz -> answers(quiz, text));
        return text.toString();
    }

    private static void questions(Quiz quiz, StringBuilder text) {
        text.append("[#lab-%s]\n== Questions on chapter %s\n\n".formatted(quiz.lab(), quiz.lab()));
        int number = 0;
        for (Quiz.Item item : quiz.items()) {
            Question question = Question.of(quiz, item, SEED);
            number++;
            text.append("*%d.* %s\n\n[upperalpha]\n".formatted(number, onPaper(question.ask())));
            question.options().forEach(each -> text.append(". " + onPaper(each.text()) + "\n"));
            text.append('\n');
        }
    }

    private static void answers(Quiz quiz, StringBuilder text) {
        text.append("== Answers to chapter %s\n\n".formatted(quiz.lab()));
        int number = 0;
        for (Quiz.Item item : quiz.items()) {
            List<Question.Option> options = Question.of(quiz, item, SEED).options();
            number++;
            for (Question.Option each : options) {
                if (each.isRight()) {
                    text.append("*%d. %s.* ".formatted(number, letter(options, each)))
                            .append(onPaper(each.why()))
                            .append("\n\n");
                }
            }
            for (Question.Option each : options) {
                if (!each.isRight()) {
                    text.append("* _%s?_ ".formatted(letter(options, each)))
                            .append(onPaper(each.why()))
                            .append('\n');
                }
            }
            text.append('\n');
        }
    }

    private static char letter(List<Question.Option> options, Question.Option option) {
        return (char) ('A' + options.indexOf(option));
    }

    /// A question's words in AsciiDoc, in which they mean nothing but themselves; what is between
    /// backticks is code.
    private static String onPaper(String words) {
        StringBuilder text = new StringBuilder();
        boolean isCode = false;
        for (String piece : words.split("`", -1)) {
            if (isCode) {
                text.append("`+").append(piece).append("+`");
            } else if (MARKS.matcher(piece).find()) {
                text.append("pass:c[").append(piece.replace("]", "\\]")).append(']');
            } else {
                text.append(piece);
            }
            isCode = !isCode;
        }
        return text.toString();
    }
}
