package io.xenarium.lab;

import java.util.ArrayList;
import java.util.List;

/// What an author of a quiz has to keep.
final class QuizRules {
    private static final int ITEMS_MIN = 6;
    private static final int WRONG_MIN = 2;

    /// As many seeds are tried of each item.
    private static final int SEEDS = 1000;

    /// A reason shorter than this says nothing but "no".
    private static final int REASON_CHARS = 20;

    private QuizRules() {}

    /// The rules that a quiz breaks, in words.
    static List<String> broken(Quiz quiz) {
        List<String> wrong = new ArrayList<>();
        if (quiz.items().size() < ITEMS_MIN) {
            wrong.add("has fewer than six questions");
        }
        if (quiz.items().stream().allMatch(item -> item.numbers().isEmpty())) {
            wrong.add("has no question whose numbers are drawn");
        }
        Question.twice(quiz.items().stream().map(Quiz.Item::id).toList())
                .forEach(id -> wrong.add("has two questions `" + id + "`"));
        quiz.items().forEach(item -> examine(quiz, item, wrong));
        return wrong;
    }

    private static void examine(Quiz quiz, Quiz.Item item, List<String> wrong) {
        String name = "question `" + item.id() + "` ";
        if (!item.id().matches("[a-z][a-z0-9-]*")) {
            wrong.add(name + "is not called by small letters and digits");
        }
        if (item.wrong().size() < WRONG_MIN) {
            wrong.add(name + "has fewer than two wrong answers");
        }
        List<String> reasons = new ArrayList<>(item.wrong().stream().map(Quiz.Wrong::why).toList());
        reasons.add(item.because());
        if (reasons.stream().anyMatch(reason -> reason.length() < REASON_CHARS)) {
            wrong.add(name + "has an answer without a reason");
        }
        Question.twice(reasons)
                .forEach(reason -> wrong.add(name + "has one reason for two answers: " + reason));
        try {
            for (long seed = 0; seed < SEEDS; seed++) {
                Question.of(quiz, item, seed);
            }
        } catch (LabProblem problem) {
            wrong.add(name + problem.getMessage());
        }
    }
}
