package io.xenarium.server;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;

import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;

/// The page in a real browser, on a real bench with the guest `hello`. Skipped, and says so, where
/// no Chromium is installed; fails there where `CI=true`. Takes about 40 s, most of it the start of
/// browser and bench, and patience.
class PageTest {
    private static final Pattern EVENT_NUMBER = Pattern.compile("event ([\\d\\u202f]+) of");

    private static Workbook workbook;
    private static Chromium chromium;
    private Page page;

    @BeforeAll
    static void startWorkbookAndBrowser() {
        Chromium.require(PageTest.class);
        workbook = Workbook.start(new WorkbookConfig(0, 1, List.of(), "hello"));
        chromium = Chromium.on(workbook);
    }

    @AfterAll
    static void stopBoth() {
        if (chromium != null) {
            chromium.close();
            workbook.close();
        }
    }

    @BeforeEach
    void openAPage() {
        page = chromium.page();
    }

    @AfterEach
    void nothingWasWrongAndNobodyElseWasAsked() {
        page.close();
        chromium.checkManners();
    }

    @Test
    void aStepAndAStepBackEndWhereTheyBegan() {
        Locator where = chapter();
        page.locator("#stage").focus();
        long before = eventNumber(where);
        page.keyboard().press("n");
        assertThat(where).not().containsText("event " + grouped(before) + " of");
        long at = eventNumber(where);
        String sentence = page.locator(".sentence").textContent();
        page.keyboard().press("n");
        assertThat(where).containsText("event " + grouped(at + 1) + " of");
        assertThat(page.locator(".sentence")).not().hasText(sentence);
        page.keyboard().press("p");
        assertThat(where).containsText("event " + grouped(at) + " of");
        assertThat(page.locator(".sentence")).hasText(sentence);
        assertTrue(page.url().endsWith("t=" + at), page.url());
    }

    /// The bench stands still as on a computer that has no time for it.
    @Test
    @DisabledOnOs(value = OS.WINDOWS, disabledReason = "there is no SIGSTOP")
    void onASlowComputerThePageSaysThatTheWorkGoesOnAndShowsTheAnswerWhenItIsThere()
            throws Exception {
        Locator where = chapter();
        Locator bar = page.locator("#bench");
        page.locator("#stage").focus();
        long before = eventNumber(where);
        signal("STOP");
        page.keyboard().press("n");
        assertThat(bar).hasText(Pattern.compile("Still working…"));
        page.waitForTimeout(16_000);
        assertThat(bar).hasText(Pattern.compile("Still working…"));
        signal("CONT");
        assertThat(where).containsText("event " + grouped(before + 1) + " of");
        assertThat(bar).isHidden();
    }

    private static void signal(String name) throws Exception {
        String bench = Long.toString(workbook.benchProcess().pid());
        assertEquals(0, new ProcessBuilder("kill", "-" + name, bench).start().waitFor());
    }

    @Test
    void theChapterThatIsOpenIsSeenInTheRowOfChapters() {
        chapter();
        for (String path : List.of("/chapter/00", "/chapter/12", "/chapter/glossary")) {
            page.navigate(workbook.address() + path);
            assertThat(page.locator(".contents [aria-current]")).isInViewport();
        }
    }

    @Test
    void theGuestAnswersWhatIsTypedIntoItsConsole() {
        chapter();
        page.locator(".transport button.run").click();
        Locator screen = page.locator(".screen .xterm-accessibility");
        assertThat(screen).containsText("hello>");
        page.locator(".screen textarea").focus();
        page.keyboard().type("ports\r");
        assertThat(screen).containsText("interdomain");
    }

    /// A guest that asks its terminal where the cursor is, and the same words when the page is
    /// loaded once more.
    @Test
    void anOldQuestionToTheTerminalIsNotAnswered() {
        chapter();
        Object sent =
                page.evaluate(
                        """
                        async () => {
                          const { Screen } = await import("/app/console.js");
                          const place = document.querySelector("main")
                            .appendChild(document.createElement("div"));
                          const screen = new Screen(1, place);
                          const sent = [];
                          screen.type = (text) => sent.push(text);
                          const question = new TextEncoder().encode("old\\x1b[6n");
                          screen.show(0, question, true);
                          await new Promise((done) => screen.terminal.write("", done));
                          screen.show(7, new TextEncoder().encode("new\\x1b[6n"), false);
                          await new Promise((done) => screen.terminal.write("", done));
                          place.remove();
                          return sent.join("").replaceAll("\\x1b", "ESC");
                        }
                        """);
        assertEquals("ESC[1;7R", sent);
    }

    @Test
    void aCellRunsOnTheMachineAndALampChangesAndChangesBack() {
        chapter();
        Locator cell = page.locator(".inspector .cell.live");
        cell.locator("textarea").fill("xen.run(50_000_000); dom(1).name()");
        cell.locator("button.primary").click();
        assertThat(cell.locator(".output.value").last()).hasText("\"hello\"");
        Locator mask = page.locator("[aria-label='mask port 4 of domain 1']");
        mask.click();
        Locator lamp = page.locator("[aria-label^='port 4: mask is set']");
        assertThat(lamp).hasCount(1);
        page.locator("#stage").focus();
        page.keyboard().press("p");
        assertThat(lamp).hasCount(0);
    }

    @Test
    void thePictureHasATextTwinAndGoesDark() {
        chapter();
        page.locator("#stage").focus();
        page.keyboard().press("t");
        assertThat(page.locator(".twin")).isVisible();
        page.locator("#top-end button.plain").click();
        assertEquals("dark", page.evaluate("document.documentElement.dataset.theme"));
    }

    @Test
    void aSliderMovedByKeysGivesAGuestAnotherWeightAndAStepBackTakesItAway() {
        page.navigate(workbook.address() + "/chapter/08");
        Locator exact = page.getByLabel("Weight of d1 hello, exact");
        assertThat(exact).hasValue("256");
        page.locator("#stage").focus();
        page.keyboard().press("n");
        page.getByLabel("Weight of d1 hello", new Page.GetByLabelOptions().setExact(true)).focus();
        page.keyboard().press("ArrowRight");
        assertThat(page.locator(".sentence")).containsText("has weight 304 from now on");
        assertThat(exact).hasValue("304");
        page.locator("#stage").focus();
        page.keyboard().press("p");
        assertThat(exact).hasValue("256");
        page.locator("svg.sched").focus();
        page.keyboard().press("ArrowLeft");
        assertThat(page.locator(".mark-told")).containsText("d1v0");
    }

    @Test
    void theRecordOfTheClocksIsLeftHalfWrittenAndAStepBackMendsIt() {
        page.navigate(workbook.address() + "/chapter/06");
        Locator sign = page.locator(".time-sign");
        assertThat(sign).containsText("even: the record is whole");
        assertThat(page.locator(".dial").nth(1)).containsText("as Xen’s own");
        page.locator(".experiments button").first().click();
        assertThat(sign).containsText("odd: the record is being changed");
        page.getByLabel("Cover what is calculated").click();
        assertThat(page.locator(".dial b.made").first()).isHidden();
        page.locator("svg.time-strip").focus();
        page.keyboard().press("ArrowUp");
        assertThat(page.locator(".mark-told")).not().hasText("");
        page.locator("#stage").focus();
        page.keyboard().press("p");
        page.keyboard().press("p");
        assertThat(sign).containsText("even");
    }

    @Test
    void aPhoneShowsOneColumnWithoutSidewaysScrolling() {
        page.setViewportSize(320, 700);
        chapter();
        Object overflow = page.evaluate("document.documentElement.scrollWidth - window.innerWidth");
        assertEquals(0, ((Number) overflow).intValue());
    }

    @Test
    void noChapterIsWiderThanAPhone() {
        page.setViewportSize(320, 700);
        chapter();
        Object all =
                page.evaluate(
                        "[...document.querySelectorAll('a[href^=\"/chapter/\"]')].map(each"
                                + " => each.getAttribute('href').replace(/#.*/, ''))");
        Set<String> paths = new TreeSet<>();
        ((List<?>) all).forEach(path -> paths.add(path.toString()));
        assertTrue(paths.size() > 12, paths.toString());
        for (String path : paths) {
            page.navigate(workbook.address() + path);
            Object wide = page.evaluate("document.documentElement.scrollWidth - innerWidth");
            assertEquals(0, wide, path);
        }
    }

    @Test
    void aWordIsFoundInTheChaptersWithoutAskingTheServerAgain() {
        chapter();
        page.locator("#text").focus();
        page.keyboard().press("/");
        page.locator(".search input").fill("xenoservers 1999");
        Locator first = page.locator(".found a").first();
        assertThat(first).containsText("1999");
        first.click();
        page.waitForURL("**/chapter/history#xenoservers");
    }

    @Test
    void theHomePageMapsTheMachine() {
        page.navigate(workbook.address() + "/");
        assertThat(page.locator(".map svg")).isVisible();
        assertThat(page.locator(".map-tables")).containsText("Event channels");
        assertEquals(0, page.locator("script:not([src]):not([type=importmap])").count());
    }

    /// Opens chapter 05, paused; returns what tells the moment.
    private Locator chapter() {
        page.navigate(workbook.address() + "/chapter/05");
        Locator where = page.locator(".where");
        assertThat(page.locator(".domain-name").nth(1)).containsText("hello");
        return where;
    }

    /// A number as the page writes it: with narrow spaces between thousands.
    private static String grouped(long number) {
        return "%,d".formatted(number).replace(',', '\u202f');
    }

    private static long eventNumber(Locator where) {
        var found = EVENT_NUMBER.matcher(where.textContent());
        assertTrue(found.find(), where.textContent());
        return Long.parseLong(found.group(1).replace("\u202f", ""));
    }
}
