package io.xenarium.server;

import static io.xenarium.server.Pages.escaped;

import io.javalin.config.RoutesConfig;
import io.javalin.http.BadRequestResponse;
import io.javalin.http.Context;
import io.javalin.http.HttpStatus;
import io.javalin.http.NotFoundResponse;
import io.xenarium.desk.DeskRefused;
import io.xenarium.desk.QuizDesk;

import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// The pages of the quizzes. They are forms, and work without scripts.
///
/// A sitting is in its address: the seed, the round, what is asked, and, once it is answered, what
/// was chosen. So the browser's own way back is a way back, and reading again counts nothing; only
/// the answer itself, a POST, is kept.
final class QuizPages {
    /// The quiz that is of no lab: questions from those that were worked on before.
    private static final String EARLIER = "earlier";

    private static final int SEEDS = 1_000_000;
    private static final int MOST_ROUNDS = 1000;
    private static final String NOTHING = "-";

    private final QuizDesk desk;
    private final QuizText text = new QuizText();
    private final Pages pages;
    private final SecureRandom random = new SecureRandom();

    QuizPages(QuizDesk desk, Pages pages) {
        this.desk = desk;
        this.pages = pages;
    }

    void serve(RoutesConfig routes) {
        routes.get("/quizzes", this::showStandings);
        routes.get("/quiz/{of}", this::show);
        routes.post("/quiz/{of}", this::take);
    }

    private void showStandings(Context context) {
        String words = text.standings(desk.standings(), desk.missed(), desk.earlier().size());
        show(context, "Your quizzes", words);
    }

    private void show(Context context) {
        String of = of(context);
        String seed = context.queryParam("seed");
        List<String> all = of.equals(EARLIER) ? desk.earlier() : desk.items(of);
        if (of.equals(EARLIER) && seed == null && all.isEmpty()) {
            show(context, title(of), text.nothingEarlier());
            return;
        }
        if (seed == null) {
            QuizDesk.Sitting fresh = new QuizDesk.Sitting(random.nextInt(SEEDS), 1, all);
            context.redirect(QuizText.address(of, fresh), HttpStatus.SEE_OTHER);
            return;
        }
        String asked = context.queryParam("ask");
        QuizDesk.Sitting sitting =
                new QuizDesk.Sitting(
                        number(seed, SEEDS),
                        number(context.queryParam("round"), MOST_ROUNDS),
                        asked == null ? all : List.of(asked.split(",")));
        List<QuizDesk.Asked> questions = desk.questions(sitting);
        String chosen = context.queryParam("chosen");
        String words =
                chosen == null
                        ? text.form(of, title(of), pages.token(), sitting, questions)
                        : text.judged(of, title(of), sitting, questions, places(chosen, questions));
        show(context, title(of), words);
    }

    /// The places that were chosen; below 0 where nothing was.
    private static List<Integer> places(String chosen, List<QuizDesk.Asked> questions) {
        String[] each = chosen.split(",");
        if (each.length != questions.size()) {
            throw new BadRequestResponse("There are not as many answers as questions.");
        }
        List<Integer> places = new ArrayList<>();
        for (int i = 0; i < each.length; i++) {
            places.add(place(each[i], questions.get(i)));
        }
        return places;
    }

    private static int place(String chosen, QuizDesk.Asked question) {
        return chosen.equals(NOTHING) ? -1 : number(chosen, question.choices().size() - 1);
    }

    private void take(Context context) {
        String of = of(context);
        String asked = context.formParam("ask");
        QuizDesk.Sitting sitting =
                new QuizDesk.Sitting(
                        number(context.formParam("seed"), SEEDS),
                        number(context.formParam("round"), MOST_ROUNDS),
                        asked == null ? List.of() : List.of(asked.split(",")));
        Map<String, Integer> chosen = new LinkedHashMap<>();
        List<String> places = new ArrayList<>();
        for (QuizDesk.Asked question : desk.questions(sitting)) {
            String given = context.formParam(question.name());
            String place = given == null ? NOTHING : "" + place(given, question);
            places.add(place);
            if (!place.equals(NOTHING)) {
                chosen.put(question.name(), Integer.parseInt(place));
            }
        }
        desk.note(sitting, chosen);
        String address = QuizText.address(of, sitting) + "&chosen=" + String.join(",", places);
        context.redirect(address, HttpStatus.SEE_OTHER);
    }

    private String of(Context context) {
        String of = context.pathParam("of");
        if (!of.equals(EARLIER) && desk.items(of).isEmpty()) {
            throw new NotFoundResponse("There is no such quiz.");
        }
        return of;
    }

    private String title(String of) {
        return of.equals(EARLIER) ? "From earlier labs" : "Quiz: " + desk.title(of);
    }

    private static int number(String text, int most) {
        boolean isNumber = text != null && text.matches("\\d{1,7}");
        if (!isNumber || Integer.parseInt(text) > most) {
            throw new BadRequestResponse("This is no address of a quiz.");
        }
        return Integer.parseInt(text);
    }

    /// A form that is sent without a referrer has no `Origin` either, and [Guards] would refuse it.
    private void show(Context context, String title, String words) {
        context.header("Referrer-Policy", "same-origin");
        pages.show(context, "quiz", new Chapters.Entry("quiz", title, ""), words);
    }

    /// A chapter's text with what leads to its quiz; the home page's with what leads to all. A quiz
    /// that its author has broken takes no chapter with it.
    String inviting(Chapters.Entry chapter, String chapterText) {
        try {
            if (chapter.id().equals(Chapters.HOME)) {
                String greeting = text.greeting(desk.earlier().size());
                return greeting + chapterText + text.invitationHome();
            }
            int items = chapter.lab().isEmpty() ? 0 : desk.items(chapter.lab()).size();
            return items == 0
                    ? chapterText
                    : chapterText + text.invitation(escaped(chapter.lab()), items);
        } catch (DeskRefused broken) {
            return chapterText;
        }
    }
}
