package io.xenarium.server;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.microsoft.playwright.Browser;
import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.options.ColorScheme;

import io.xenarium.lab.LabFolder;
import io.xenarium.lab.Mutant;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/// Yours beside the reference, in a real browser: a mutant and a learner's part with the same bug,
/// reached by keys and from failing checks. Takes about 40 s.
class ComparePageTest {
    private static final Path SCREENSHOTS = Path.of("target/screenshots");

    @TempDir static Path copy;
    private static Workbook workbook;
    private static Chromium chromium;
    private Page page;

    /// The learner's part of lab 05 is the solution with the second mutant's bug.
    @BeforeAll
    static void startWorkbookAndBrowser() throws IOException {
        Chromium.require(ComparePageTest.class);
        CopiedLabs.into(copy);
        LabFolder lab = LabFolder.of(copy, "05");
        for (Map.Entry<String, String> text : Mutant.of(lab, "M2").apply(lab).entrySet()) {
            Files.writeString(lab.sources().resolve(text.getKey()), text.getValue());
        }
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

    @AfterEach
    void nothingWasWrongAndNobodyElseWasAsked() {
        page.close();
        chromium.checkManners();
    }

    private void open(String path, ColorScheme scheme) {
        page =
                chromium.page(
                        new Browser.NewPageOptions()
                                .setViewportSize(1440, 1200)
                                .setColorScheme(scheme));
        page.navigate(workbook.address() + path);
        assertThat(page.locator(".where")).containsText("event");
    }

    /// The bench has been made anew with other parts.
    private void putOnTheBench(String parts) {
        page.locator(".compare summary").click();
        page.getByLabel("On the bench").selectOption(parts);
        page.getByText("Put it there").click();
        assertThat(page.locator("#bench")).containsText("made anew");
        assertThat(page.locator("#bench")).hasAttribute("data-status", "restarted");
    }

    @Test
    void theFirstDifferenceOfAMutantIsReachedByKeysAndOutlinedInBothPictures() {
        open("/chapter/05", ColorScheme.DARK);
        putOnTheBench("05:M2");
        page.locator("#stage").focus();
        page.keyboard().press("c");
        Locator words = page.locator(".lane-words");
        assertThat(words).containsText("The first difference is event");
        assertThat(words).containsText("mutant M2 of lab 05: forgets the selector");
        page.keyboard().press("x");
        assertThat(words).containsText(", here");
        assertThat(page.locator(".lane .selector.differs").first()).isVisible();
        assertThat(page.locator(".picture > .events .selector.differs").first()).isVisible();
        assertThat(page.locator(".lane-rows tr.differs")).containsText("sets selector bit 0");
        assertEquals("", Axe.broken(page));
        page.screenshot(new Page.ScreenshotOptions().setPath(SCREENSHOTS.resolve("compare.png")));
        page.keyboard().press("t");
        assertThat(page.locator(".lane-twin mark").first()).containsText("upcall_pending");
        assertEquals("", Axe.broken(page));
        page.keyboard().press("t");
        page.keyboard().press("p");
        assertThat(words).containsText("1 on from here");
        assertThat(page.locator(".lane")).isVisible();
        assertThat(page.locator(".differs")).hasCount(0);
        page.keyboard().press("c");
        assertThat(page.locator(".lane")).isHidden();
    }

    @Test
    void aFailingCheckShowsItsStepsBesideTheReferences() {
        open("/lab/05", ColorScheme.LIGHT);
        page.getByText("Check my part").click();
        page.getByText(Pattern.compile("^Yours beside the reference: ")).first().click();
        Locator first = page.locator(".steps tr.differs");
        assertThat(first).containsText("upcall");
        assertEquals(1, first.count());
        assertEquals("", Axe.broken(page));
        page.screenshot(new Page.ScreenshotOptions().setPath(SCREENSHOTS.resolve("steps.png")));
    }

    @Test
    void theAddressOfAFailingRunOpensTheStageOneEventBeforeBesideTheReference() {
        open("/lab/05?replay=xn1:05:4.aGuestBootsAndAnswers", ColorScheme.LIGHT);
        Locator look = page.getByText(Pattern.compile("^Look at it: "));
        look.click();
        Locator words = page.locator(".lane-words");
        assertThat(words).containsText("The first difference is event");
        assertThat(words).containsText("your part of lab 05");
        assertThat(words).containsText(", 1 on from here");
        assertTrue(!page.url().contains("replay"), page.url());
    }
}
