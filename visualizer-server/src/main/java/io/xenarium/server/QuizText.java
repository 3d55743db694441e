package io.xenarium.server;

import static io.xenarium.server.Pages.escaped;

import io.xenarium.desk.QuizDesk;

import java.util.ArrayList;
import java.util.List;

/// The HTML of the quizzes' pages.
final class QuizText {
    /// The address of a sitting.
    static String address(String of, QuizDesk.Sitting sitting) {
        return "/quiz/%s?seed=%d&round=%d&ask=%s"
                .formatted(of, sitting.seed(), sitting.round(), String.join(",", sitting.ask()));
    }

    /// A text of an author's: what is between backticks is code.
    private static String marked(String text) {
        return escaped(text).replaceAll("`([^`]+)`", "<code>$1</code>");
    }

    private static String head(String title, String lead) {
        return "<h1>%s</h1>\n<p class=\"lead\">%s</p>\n".formatted(escaped(title), lead);
    }

    /// The questions, to be answered.
    String form(
            String of,
            String title,
            String token,
            QuizDesk.Sitting sitting,
            List<QuizDesk.Asked> questions) {
        String lead =
                sitting.round() == 1
                        ? "%s. Numbers and order are others each time; you may look things up."
                                .formatted(count(questions.size(), "question"))
                        : "Once more, with other numbers: what went wrong.";
        StringBuilder page = new StringBuilder(head(title, lead));
        page.append("<form class=\"quiz\" method=\"post\" action=\"/quiz/%s\">\n".formatted(of));
        page.append(hidden("token", token)).append(hidden("seed", "" + sitting.seed()));
        page.append(hidden("round", "" + sitting.round()));
        page.append(hidden("ask", escaped(String.join(",", sitting.ask()))));
        for (int i = 0; i < questions.size(); i++) {
            QuizDesk.Asked question = questions.get(i);
            page.append(
                    "<fieldset><legend>%d. %s</legend>\n".formatted(i + 1, marked(question.ask())));
            for (int place = 0; place < question.choices().size(); place++) {
                page.append(
                        "<label><input type=\"radio\" name=\"%s\" value=\"%d\" required> <span>%s</span></label>\n"
                                .formatted(
                                        escaped(question.name()),
                                        place,
                                        marked(question.choices().get(place).text())));
            }
            page.append("</fieldset>\n");
        }
        return page.append("<p><button type=\"submit\">See how it went</button></p>\n</form>")
                .toString();
    }

    private static String hidden(String name, String value) {
        return "<input type=\"hidden\" name=\"%s\" value=\"%s\">\n".formatted(name, value);
    }

    /// What was answered, with the reason for each answer. What is right is not told where
    /// something else was chosen: it is asked again.
    String judged(
            String of,
            String title,
            QuizDesk.Sitting sitting,
            List<QuizDesk.Asked> questions,
            List<Integer> places) {
        List<String> wrong = new ArrayList<>();
        StringBuilder rows = new StringBuilder("<ol class=\"judged\">\n");
        for (int i = 0; i < questions.size(); i++) {
            QuizDesk.Asked question = questions.get(i);
            int place = places.get(i);
            QuizDesk.Choice choice = place < 0 ? null : question.choices().get(place);
            if (choice == null || !choice.isRight()) {
                wrong.add(question.name());
            }
            rows.append(row(question, choice));
        }
        rows.append("</ol>\n");
        int right = questions.size() - wrong.size();
        String lead = "%d of %d right.".formatted(right, questions.size());
        return head(title, lead) + rows + onward(of, sitting, wrong);
    }

    private static String row(QuizDesk.Asked question, QuizDesk.Choice choice) {
        String verdict =
                choice == null
                        ? "<p class=\"verdict-line\">○ Not answered.</p>"
                        : "<p class=\"verdict-line\">%s <span class=\"given\">%s</span></p><p>%s</p>"
                                .formatted(
                                        choice.isRight() ? "✔ Right:" : "✘ Not right:",
                                        marked(choice.text()),
                                        marked(choice.why()));
        return "<li class=\"%s\"><p class=\"asked\">%s</p>%s</li>\n"
                .formatted(
                        choice != null && choice.isRight() ? "right" : "wrong",
                        marked(question.ask()),
                        verdict);
    }

    private static String onward(String of, QuizDesk.Sitting sitting, List<String> wrong) {
        StringBuilder links = new StringBuilder("<p class=\"quiz-box\">");
        if (!wrong.isEmpty()) {
            QuizDesk.Sitting next =
                    new QuizDesk.Sitting(sitting.seed(), sitting.round() + 1, wrong);
            String what =
                    wrong.size() == 1
                            ? "the wrong one"
                            : "the %d wrong ones".formatted(wrong.size());
            links.append(link(escaped(address(of, next)), "Try " + what + " again"));
        } else if (of.matches("\\d\\d")) {
            links.append(link("/quiz/" + of, "All of them once more, with other numbers"));
        }
        if (of.matches("\\d\\d")) {
            links.append(link("/chapter/" + of, "The chapter"));
        }
        return links.append(link("/quizzes", "Your quizzes")).append("</p>").toString();
    }

    private static String link(String address, String words) {
        return "<a href=\"%s\">%s</a> ".formatted(address, words);
    }

    /// Where nothing is left to ask about.
    String nothingEarlier() {
        return head("From earlier labs", "Nothing to ask you today.")
                + "<p>Here come three questions from quizzes that you have taken, on a later day,"
                + " and those first that went wrong. "
                + link("/quizzes", "Your quizzes")
                + "</p>";
    }

    /// How all quizzes have gone.
    String standings(List<QuizDesk.Standing> standings, List<QuizDesk.Missed> missed, int earlier) {
        StringBuilder page =
                new StringBuilder(
                        head(
                                "Your quizzes",
                                "What was asked, and what was right the first time. Kept on this"
                                    + " machine, in <code>.xenarium</code>, and nowhere else."));
        if (earlier > 0) {
            page.append("<p class=\"quiz-box\">").append(linkEarlier(earlier)).append("</p>\n");
        }
        page.append(open("Quizzes", "Quiz", "Questions", "Asked", "Right the first time"));
        for (QuizDesk.Standing each : standings) {
            page.append(
                    "<tr><th scope=\"row\">%s</th><td>%d of %d seen</td><td>%d</td><td>%s</td></tr>\n"
                            .formatted(
                                    link(
                                            "/quiz/" + each.lab(),
                                            each.lab() + " " + escaped(each.title())),
                                    each.tried(),
                                    each.items(),
                                    each.asked(),
                                    share(each.right(), each.asked())));
        }
        page.append(CLOSED).append("<h2>What goes wrong most</h2>\n");
        if (missed.isEmpty()) {
            return page.append("<p>Nothing so far.</p>").toString();
        }
        page.append(
                open(
                        "What goes wrong",
                        "Question",
                        "Right",
                        "Chosen instead, most often",
                        "Asked again"));
        missed.forEach(each -> page.append(row(each)));
        return page.append(CLOSED).toString();
    }

    private static String row(QuizDesk.Missed each) {
        return "<tr><th scope=\"row\">%s %s</th><td>%s</td><td>%s, %s</td><td class=\"due\">%s</td></tr>\n"
                .formatted(
                        each.lab(),
                        marked(each.ask()),
                        share(each.right(), each.asked()),
                        marked(each.worst()),
                        count(each.times(), "time"),
                        each.due() == null ? "right since" : "from " + each.due());
    }

    private static final String CLOSED = "</tbody></table></div>\n";

    private static String open(String name, String... columns) {
        StringBuilder table =
                new StringBuilder(
                        "<div class=\"tablewrap\" tabindex=\"0\" role=\"region\" aria-label=\"%s\"><table"
                                        .formatted(name)
                                + " class=\"tableblock\"><thead><tr>");
        for (String column : columns) {
            table.append("<th scope=\"col\">").append(column).append("</th>");
        }
        return table.append("</tr></thead><tbody>\n").toString();
    }

    private static String share(int right, int asked) {
        return asked == 0 ? "–" : "%d of %d".formatted(right, asked);
    }

    private static String count(int number, String what) {
        return number + " " + what + (number == 1 ? "" : "s");
    }

    private static String linkEarlier(int earlier) {
        return link("/quiz/earlier", count(earlier, "question") + " from earlier labs");
    }

    /// What leads from a chapter to its quiz.
    String invitation(String lab, int items) {
        return "<p class=\"quiz-box\">%s</p>"
                .formatted(
                        link(
                                "/quiz/" + lab,
                                "Quiz: " + count(items, "question") + " on this chapter"));
    }

    /// What the home page begins with: questions from earlier labs, where there are some.
    String greeting(int earlier) {
        return earlier == 0 ? "" : "<p class=\"quiz-box\">%s</p>".formatted(linkEarlier(earlier));
    }

    /// What leads from the home page to all quizzes.
    String invitationHome() {
        return "<p class=\"quiz-box\">%s</p>".formatted(link("/quizzes", "Your quizzes"));
    }
}
