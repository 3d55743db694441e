package io.xenarium.server;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.microsoft.playwright.Browser;
import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.options.ColorScheme;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.function.BooleanSupplier;

/// A lab in the page, in a real browser, on a copy of the labs: the editor, an IDE beside it, the
/// history, the checks and what comes after them. Takes about 30 s.
class LabPageTest {
    private static final Path ROOT = Path.of(System.getProperty("xenarium.root"));
    private static final String SOURCE =
            "src/main/java/io/xenarium/lab05/TwoLevelEventChannels.java";
    private static final Path SCREENSHOTS = Path.of("target/screenshots");

    @TempDir static Path copy;
    private static Workbook workbook;
    private static Chromium chromium;
    private static Path file;
    private Page page;

    @BeforeAll
    static void startWorkbookAndBrowser() {
        Chromium.require(LabPageTest.class);
        CopiedLabs.into(copy);
        file = copy.resolve("labs/05-event-channels").resolve(SOURCE);
        workbook = Workbook.start(new WorkbookConfig(0, 1, List.of(), "hello", copy));
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
    void openTheLab() throws IOException {
        Files.copy(
                ROOT.resolve("labs/05-event-channels").resolve(SOURCE),
                file,
                StandardCopyOption.REPLACE_EXISTING);
        open(ColorScheme.LIGHT);
    }

    private void open(ColorScheme scheme) {
        page =
                chromium.page(
                        new Browser.NewPageOptions()
                                .setViewportSize(1440, 1000)
                                .setColorScheme(scheme));
        page.navigate(workbook.address() + "/lab/05");
        page.locator(".check").scrollIntoViewIfNeeded();
        assertThat(editor()).containsText("class TwoLevelEventChannels");
    }

    @AfterEach
    void nothingWasWrongAndNobodyElseWasAsked() {
        page.close();
        chromium.checkManners();
    }

    private Locator editor() {
        return page.locator(".cm-content");
    }

    /// Waits in the browser's own time, which never ends a test early.
    private void waitUntil(BooleanSupplier isSo) {
        page.waitForCondition(isSo);
    }

    private static String onDisk() {
        try {
            return Files.readString(file);
        } catch (IOException unreadable) {
            throw new UncheckedIOException(unreadable);
        }
    }

    private void typeAtTheStart(String text) {
        editor().focus();
        page.keyboard().press("Control+Home");
        page.keyboard().insertText(text);
    }

    private static void saveAsAnIde(String text) throws IOException {
        Files.writeString(file, text);
    }

    @Test
    void whatIsTypedIsOnDiskAndWhatAnIdeSavesIsInThePageAndTheOlderTextComesBack()
            throws IOException {
        String skeleton = onDisk();
        typeAtTheStart("// from the page\n");
        waitUntil(() -> onDisk().startsWith("// from the page\n"));
        saveAsAnIde(onDisk().replace("from the page", "from an IDE"));
        assertThat(editor()).containsText("// from an IDE");
        page.getByText("Older texts").click();
        page.locator(".older button").last().click();
        assertThat(page.locator(".older-text pre")).containsText("class TwoLevelEventChannels");
        page.getByText("Put this text back").click();
        waitUntil(() -> onDisk().equals(skeleton));
    }

    @Test
    void whereBothHaveWrittenTheReaderDecidesAndNothingIsLost() throws IOException {
        page.route("**/api/lab/save", route -> route.abort());
        typeAtTheStart("// mine\n");
        assertThat(page.locator(".files")).containsText("Not saved: ");
        saveAsAnIde("// theirs\n" + onDisk());
        assertThat(page.locator(".conflict")).isVisible();
        page.unroute("**/api/lab/save");
        page.getByText("Take the other program's").click();
        assertThat(editor()).containsText("// theirs");
        page.getByText("Older texts").click();
        page.locator(".older button").first().click();
        assertThat(page.locator(".older-text pre")).containsText("// mine");
        chromium.forgive("net::ERR_FAILED");
    }

    @Test
    void anErrorOfTheCompilerStandsAtItsLine() {
        typeAtTheStart("int wrong = ;\n");
        page.getByText("Check my part").click();
        assertThat(page.locator(".verdict")).containsText("It does not compile yet");
        assertThat(page.locator(".cm-lint-marker-error").first()).isVisible();
        assertThat(page.locator(".cm-activeLine")).containsText("int wrong");
        page.screenshot(
                new Page.ScreenshotOptions().setPath(SCREENSHOTS.resolve("lab-compile-error.png")));
    }

    @Test
    void aHintIsGivenOneRungAtATime() {
        Locator task = page.locator(".tasks > li").nth(3);
        task.getByText("Hint 1 of 4").click();
        assertThat(task.locator(".hints li")).hasCount(1);
        task.getByText("Hint 2 of 4").click();
        assertThat(task.locator(".hints li")).hasCount(2);
    }

    @Test
    void aGreenLabShowsOursBesideYoursAndIsYoursOnTheMap() throws IOException {
        saveAsAnIde(Files.readString(ROOT.resolve("solutions/05-event-channels").resolve(SOURCE)));
        assertThat(page.locator(".files")).containsText("Another program has saved");
        page.getByText("Check my part").click();
        assertThat(page.locator(".tiers [data-state='passed']")).hasCount(5);
        assertThat(page.locator(".tasks [data-state='yours']").first()).isVisible();
        page.getByText("Beside the reference", new Page.GetByTextOptions().setExact(true)).click();
        assertThat(page.locator(".diff")).containsText("class TwoLevelEventChannels");
        assertEquals("", Axe.broken(page));
        page.screenshot(new Page.ScreenshotOptions().setPath(SCREENSHOTS.resolve("lab-green.png")));
        page.navigate(workbook.address() + "/");
        Locator row =
                page.locator(".progress tbody tr")
                        .filter(new Locator.FilterOptions().setHasText("Event channels"));
        assertThat(row.locator(".task-mark").last()).containsText("✔");
    }

    @Test
    void aCourseOrdersTheLabsAndIsRemembered() {
        page.navigate(workbook.address() + "/");
        Locator rows = page.locator(".progress tbody tr");
        assertThat(rows.filter(new Locator.FilterOptions().setHasText("00"))).isVisible();
        int all = rows.count();
        page.getByLabel("Your course").selectOption("sampler");
        assertThat(rows).hasCount(5);
        assertThat(rows.nth(2)).containsText("05 Event channels");
        assertEquals("", Axe.broken(page));
        page.reload();
        assertThat(page.locator(".tracks")).containsText("About 18 hours");
        page.getByLabel("Your course").selectOption("");
        assertThat(rows).hasCount(all);
    }

    @Test
    void aFailingRunIsOpenedOneEventBeforeItGoesWrong() throws IOException {
        String ours = Files.readString(ROOT.resolve("solutions/05-event-channels").resolve(SOURCE));
        saveAsAnIde(broken(ours));
        assertThat(page.locator(".files")).containsText("Another program has saved");
        page.getByText("Check my part").click();
        Locator look =
                page.locator(".places button")
                        .filter(new Locator.FilterOptions().setHasText("one event before"));
        String event = look.textContent().replaceAll(".*\\(event (\\d+)\\).*", "$1");
        look.click();
        assertThat(page.locator(".check")).containsText("your part, called");
        assertThat(page.locator(".where")).containsText("event " + grouped(event) + " of");
    }

    private static String grouped(String number) {
        return number.replaceAll("\\B(?=(\\d{3})+$)", "\u202f");
    }

    /// Keeps the rules where the part is tested alone, and breaks one in a whole computer.
    private static String broken(String ours) {
        String begin = "public long send(DomId caller, Port port) {";
        String dropped =
                """
                if (caller.value() == 1 && port.value() == 2
                    && platform.state(new DomId(0), new Port(1)) instanceof PortState.Interdomain) {
                    return 0;
                }
                """;
        assertTrue(ours.contains(begin));
        return ours.replace(begin, begin + dropped);
    }

    @Test
    void theLabKeepsTheRulesOfAccessibility() {
        assertEquals("", Axe.broken(page));
        page.screenshot(new Page.ScreenshotOptions().setPath(SCREENSHOTS.resolve("lab-light.png")));
        page.close();
        open(ColorScheme.DARK);
        assertEquals("", Axe.broken(page));
        page.screenshot(new Page.ScreenshotOptions().setPath(SCREENSHOTS.resolve("lab-dark.png")));
    }
}
