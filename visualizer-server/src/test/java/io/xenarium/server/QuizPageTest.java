package io.xenarium.server;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.microsoft.playwright.Browser;
import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.options.ColorScheme;

import io.xenarium.desk.QuizDesk;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.net.http.HttpRequest;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.util.List;

/// The quizzes in a real browser, on a copy of the labs, and against requests that no page of ours
/// would make.
class QuizPageTest {
    @TempDir static Path copy;
    private static Workbook workbook;
    private static Chromium chromium;
    private static QuizDesk desk;

    @BeforeAll
    static void startWorkbookAndBrowser() {
        Chromium.require(QuizPageTest.class);
        CopiedLabs.into(copy);
        workbook = Workbook.startWithoutBench(new WorkbookConfig(0, 1, List.of(), "hello", copy));
        chromium = Chromium.on(workbook);
        desk = new QuizDesk(copy);
    }

    @AfterAll
    static void stopBoth() {
        if (chromium != null) {
            chromium.close();
            workbook.close();
        }
    }

    @BeforeEach
    void forget() throws IOException {
        Files.deleteIfExists(copy.resolve(".xenarium/quiz.properties"));
    }

    @AfterEach
    void nothingWasWrongAndNobodyElseWasAsked() {
        chromium.checkManners();
    }

    private static Page open(String path, Browser.NewPageOptions options) {
        Page page = chromium.page(options.setViewportSize(1000, 900));
        page.navigate(workbook.address() + path);
        return page;
    }

    private static Page open(String path) {
        return open(path, new Browser.NewPageOptions());
    }

    private static List<QuizDesk.Asked> sitting(long seed, int round, List<String> ask) {
        return desk.questions(new QuizDesk.Sitting(seed, round, ask));
    }

    private static int place(QuizDesk.Asked question, boolean isRight) {
        for (int i = 0; i < question.choices().size(); i++) {
            if (question.choices().get(i).isRight() == isRight) {
                return i;
            }
        }
        throw new AssertionError("no such choice in " + question);
    }

    private static Locator choice(Page page, QuizDesk.Asked question, boolean isRight) {
        return page.locator(
                "input[name='%s'][value='%d']"
                        .formatted(question.name(), place(question, isRight)));
    }

    /// Answers wrongly what is in `wrong`, and the rest rightly.
    private static void answer(Page page, List<QuizDesk.Asked> questions, List<String> wrong) {
        for (QuizDesk.Asked question : questions) {
            choice(page, question, !wrong.contains(question.name())).check();
        }
        page.getByText("See how it went").click();
        assertThat(page.locator(".judged")).isVisible();
    }

    @Test
    void onlyWhatWentWrongIsAskedAgainAndEachWrongAnswerHasItsReason() {
        List<String> all = desk.items("05");
        List<String> wrong = List.of(all.get(1), all.get(3));
        Page page = open("/quiz/05?seed=7&round=1");
        List<QuizDesk.Asked> first = sitting(7, 1, all);
        answer(page, first, wrong);
        assertThat(page.locator(".lead"))
                .hasText("%d of %d right.".formatted(all.size() - 2, all.size()));
        assertThat(page.locator(".judged li.wrong")).hasCount(2);
        QuizDesk.Asked missed = first.get(1);
        String why = missed.choices().get(place(missed, false)).why();
        assertThat(page.locator(".judged li.wrong").first()).containsText(why.replace("`", ""));
        String right = missed.choices().get(place(missed, true)).text().replace("`", "");
        assertThat(page.locator(".judged li.wrong").first()).not().containsText(right + ".");
        page.getByText("Try the 2 wrong ones again").click();
        assertThat(page.locator("fieldset")).hasCount(2);
        answer(page, sitting(7, 2, wrong), List.of());
        assertThat(page.locator(".lead")).hasText("2 of 2 right.");
        page.close();
    }

    @Test
    void theRecordHasEachFirstAnswerOnceWhateverIsReadOrSentAgain() {
        List<String> all = desk.items("05");
        Page page = open("/quiz/05?seed=9&round=1");
        answer(page, sitting(9, 1, all), List.of(all.get(2)));
        page.reload();
        page.goBack();
        answer(page, sitting(9, 1, all), List.of());
        QuizDesk.Standing standing =
                desk.standings().stream()
                        .filter(one -> one.lab().equals("05"))
                        .findFirst()
                        .orElseThrow();
        assertEquals(all.size(), standing.asked());
        assertEquals(all.size() - 1, standing.right());
        QuizDesk.Missed missed = desk.missed().getFirst();
        assertEquals(1, missed.times());
        assertEquals(LocalDate.now().plusDays(1), missed.due());
        page.navigate(workbook.address() + "/quizzes");
        assertThat(page.locator("table").first())
                .containsText("%d of %d".formatted(all.size() - 1, all.size()));
        assertThat(page.locator("table").last()).containsText(missed.worst().replace("`", ""));
        page.close();
    }

    @Test
    void withoutScriptsAndWithTheKeyboardAloneAQuizIsTakenAndItsChapterLeadsToIt() {
        Page page = open("/chapter/00", new Browser.NewPageOptions().setJavaScriptEnabled(false));
        page.getByText("questions on this chapter").focus();
        page.keyboard().press("Enter");
        page.waitForURL("**/quiz/00?seed=*");
        int questions = page.locator("fieldset").count();
        assertTrue(questions >= 6);
        page.locator("input[type=radio]").first().focus();
        for (int i = 0; i < questions; i++) {
            page.keyboard().press("Space");
            page.keyboard().press("ArrowDown");
            page.keyboard().press("Tab");
        }
        page.keyboard().press("Enter");
        assertThat(page.locator(".judged li")).hasCount(questions);
        assertThat(page.locator(".judged")).not().containsText("Not answered");
        page.close();
    }

    @Test
    void questionsOfEarlierDaysAreAskedThreeAtATimeAndThoseThatWentWrongFirst() throws IOException {
        assertFalse(open("/").locator("#text").textContent().contains("from earlier labs"));
        StringBuilder kept = new StringBuilder();
        for (String name : desk.items("05").subList(0, 4)) {
            kept.append(name).append(".last=2020-01-02\n").append(name).append(".answer.0=1\n");
        }
        String due = desk.items("03").getFirst();
        kept.append(due).append(".last=2020-01-03\n").append(due).append(".answer.2=1\n");
        kept.append(due).append(".due=2020-01-04\n");
        Files.createDirectories(copy.resolve(".xenarium"));
        Files.writeString(copy.resolve(".xenarium/quiz.properties"), kept);
        Page page = open("/");
        page.getByText("3 questions from earlier labs").click();
        assertThat(page.locator("fieldset")).hasCount(3);
        assertThat(page.locator("input[type=radio]").first()).hasAttribute("name", due);
        page.close();
    }

    @Test
    void formAnswersAndRecordKeepTheRulesOfWcagInLightAndDark() {
        List<String> all = desk.items("03");
        for (ColorScheme scheme : List.of(ColorScheme.LIGHT, ColorScheme.DARK)) {
            Page page =
                    open(
                            "/quiz/03?seed=3&round=1",
                            new Browser.NewPageOptions().setColorScheme(scheme));
            assertEquals("", Axe.broken(page));
            answer(page, sitting(3, 1, all), all.subList(0, 2));
            assertEquals("", Axe.broken(page));
            page.navigate(workbook.address() + "/quizzes");
            assertEquals("", Axe.broken(page));
            page.setViewportSize(320, 700);
            assertEquals(0, page.evaluate("document.documentElement.scrollWidth - innerWidth"));
            page.close();
        }
    }

    @Test
    void aFormOfAnotherSiteOrWithoutTheTokenChangesNothing() throws Exception {
        try (io.xenarium.server.Browser browser = new io.xenarium.server.Browser(workbook)) {
            String name = desk.items("05").getFirst();
            String form = "seed=1&round=1&ask=" + name + "&" + name + "=0";
            assertEquals(403, status(browser, workbook.address(), form));
            assertEquals(403, status(browser, workbook.address(), form + "&token=00"));
            String token =
                    browser.get("/")
                            .body()
                            .replaceAll("(?s).*xenarium-token\" content=\"(\\w+)\".*", "$1");
            assertEquals(403, status(browser, "http://evil.example", form + "&token=" + token));
            assertEquals(0, desk.standings().stream().mapToInt(QuizDesk.Standing::asked).sum());
            assertEquals(303, status(browser, workbook.address(), form + "&token=" + token));
            assertEquals(1, desk.standings().stream().mapToInt(QuizDesk.Standing::asked).sum());
        }
    }

    private static int status(io.xenarium.server.Browser browser, String origin, String form)
            throws IOException, InterruptedException {
        return browser.send(
                        browser.request("/quiz/05")
                                .header("Content-Type", "application/x-www-form-urlencoded")
                                .header("Origin", origin)
                                .POST(HttpRequest.BodyPublishers.ofString(form)))
                .statusCode();
    }

    @Test
    void anAddressThatIsNoneIsRefusedAndNeverTheServersFault() throws Exception {
        try (io.xenarium.server.Browser browser = new io.xenarium.server.Browser(workbook)) {
            String name = desk.items("05").getFirst();
            String good = "/quiz/05?seed=1&round=1&ask=" + name;
            assertEquals(200, browser.get(good).statusCode());
            assertEquals(200, browser.get(good + "&chosen=-").statusCode());
            assertEquals(404, browser.get("/quiz/99").statusCode());
            assertEquals(404, browser.get("/quiz/..").statusCode());
            assertEquals(400, browser.get("/quiz/05?seed=x&round=1").statusCode());
            assertEquals(400, browser.get("/quiz/05?seed=1").statusCode());
            assertEquals(400, browser.get(good + "&chosen=9").statusCode());
            assertEquals(400, browser.get(good + "&chosen=1,1").statusCode());
            assertEquals(422, browser.get("/quiz/05?seed=1&round=1&ask=05.none").statusCode());
        }
    }
}
