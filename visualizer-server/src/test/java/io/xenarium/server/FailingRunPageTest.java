package io.xenarium.server;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;

import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;

import io.xenarium.lab.LabFolder;
import io.xenarium.lab.Mutant;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/// A part with a bug that shows in a whole computer, checked in the page: where the computer is the
/// stage's own, the run opens there, one event before it goes wrong; where the check drives a guest
/// of its own, its steps stand beside the reference's.
class FailingRunPageTest {
    private static final Path SCREENSHOTS = Path.of("target/screenshots");

    @TempDir static Path copy;
    private static Workbook workbook;
    private static Chromium chromium;

    @BeforeAll
    static void startWorkbookAndBrowser() {
        Chromium.require(FailingRunPageTest.class);
        CopiedLabs.into(copy);
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

    /// The page of a lab in which `mutant` is what the learner wrote, at the address that a failure
    /// of its check of the whole computer prints.
    private static Page replayed(String lab, String mutant, String check) throws IOException {
        LabFolder folder = LabFolder.of(copy, lab);
        for (Map.Entry<String, String> file : Mutant.of(folder, mutant).apply(folder).entrySet()) {
            Files.writeString(folder.sources().resolve(file.getKey()), file.getValue());
        }
        Page page = chromium.page();
        page.navigate(
                "%s/lab/%s?replay=xn1:%s:4.%s".formatted(workbook.address(), lab, lab, check));
        return page;
    }

    @ParameterizedTest
    @CsvSource({
        "03, M1, aGuestBootsAndAnswers",
        "06, M16, aGuestSleepsForASecond",
        "06, M18, aGuestSleepsForASecond",
        "08, M12, aGuestBootsAndAnswers"
    })
    void aRunOfTheStagesComputerOpensOneEventBeforeItGoesWrong(
            String lab, String mutant, String check) throws IOException {
        Page page = replayed(lab, mutant, check);
        Locator look =
                page.locator(".places button")
                        .filter(new Locator.FilterOptions().setHasText("one event before"));
        String event = look.textContent().replaceAll("(?s).*\\(event (\\d+)\\).*", "$1");
        look.click();
        assertThat(page.locator(".check")).containsText("your part, called");
        assertThat(page.locator(".where")).containsText("event " + grouped(event) + " of");
        page.screenshot(picture(lab, mutant));
        page.close();
        chromium.checkManners();
    }

    private static Page.ScreenshotOptions picture(String lab, String mutant) {
        return new Page.ScreenshotOptions()
                .setPath(SCREENSHOTS.resolve("failing-" + lab + "-" + mutant + ".png"));
    }

    private static String grouped(String number) {
        return number.replaceAll("\\B(?=(\\d{3})+$)", "\u202f");
    }

    @ParameterizedTest
    @CsvSource({"09, M2", "09, M14", "12, M4", "12, M7"})
    void aGuestOfTheChecksOwnIsShownStepByStepUpToTheFirstThatDiffers(String lab, String mutant)
            throws IOException {
        Page page = replayed(lab, mutant, "aGuestReadsAndWritesItsDisk");
        assertThat(page.locator(".steps tr.differs")).isVisible();
        page.screenshot(picture(lab, mutant));
        page.close();
        chromium.checkManners();
    }
}
