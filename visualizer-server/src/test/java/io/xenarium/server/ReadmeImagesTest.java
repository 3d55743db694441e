package io.xenarium.server;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;

import com.microsoft.playwright.Browser;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.options.BoundingBox;
import com.microsoft.playwright.options.ColorScheme;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/// Makes the pictures of the README from the real pages, and so runs only when they are to be made
/// anew:
///
/// `mvn -pl visualizer-server -am test -Dtest=ReadmeImagesTest -Dxenarium.excluded=nothing
/// -Dsurefire.failIfNoSpecifiedTests=false`
@Tag("record")
class ReadmeImagesTest {
    private static final Path FOLDER =
            Path.of(System.getProperty("xenarium.root"), "chapters", "images");

    private static Workbook workbook;
    private static Chromium chromium;

    @BeforeAll
    static void startWorkbookAndBrowser() {
        Chromium.require(ReadmeImagesTest.class);
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

    private static Page open(String path, int height, ColorScheme scheme) {
        Page page =
                chromium.page(
                        new Browser.NewPageOptions()
                                .setViewportSize(1280, height)
                                .setColorScheme(scheme));
        page.navigate(workbook.address() + path);
        page.waitForLoadState();
        return page;
    }

    private static void ask(Page page, String path, String body) {
        page.evaluate(
                "async ([path, body]) => { await (await import('/app/machine.js')).report(path,"
                        + " JSON.parse(body)); }",
                List.of(path, body));
    }

    private static void bootTheGuest(Page page) {
        assertThat(page.locator(".where")).containsText("event");
        ask(page, "/api/time", "{\"do\":\"reset\"}");
        ask(page, "/api/time", "{\"do\":\"step\",\"unit\":\"event\",\"count\":1500}");
    }

    private static void shoot(Page page, String name) {
        page.screenshot(new Page.ScreenshotOptions().setPath(FOLDER.resolve(name)));
        page.close();
    }

    @Test
    void theMapOfTheMachine() {
        Page page = open("/", 800, ColorScheme.DARK);
        assertThat(page.locator(".map svg")).isVisible();
        shoot(page, "readme-home-dark.png");
    }

    @Test
    void aPageWalk() {
        Page page = open("/chapter/05?view=walk", 800, ColorScheme.LIGHT);
        bootTheGuest(page);
        assertThat(page.locator("svg.walk .level").first()).isVisible();
        shoot(page, "readme-walk.png");
    }

    @Test
    void whatTheTranslatorMade() {
        Page page = open("/chapter/speed", 1000, ColorScheme.LIGHT);
        assertThat(page.locator(".where")).containsText("event");
        page.getByLabel("Translate a block").selectOption("1");
        bootTheGuest(page);
        ask(page, "/api/time", "{\"do\":\"step\",\"unit\":\"event\",\"count\":300}");
        assertThat(page.locator(".region h3")).containsText("became");
        shoot(page, "readme-translator.png");
    }

    /// A letter is typed, and its way from domain 0 to the guest is gone forth and back.
    @Test
    void steppingBack() throws IOException {
        Page page = open("/chapter/05", 900, ColorScheme.LIGHT);
        bootTheGuest(page);
        ask(page, "/api/console", "{\"domain\":1,\"data\":\"aA==\"}");
        ask(page, "/api/time", "{\"do\":\"step\",\"unit\":\"event\",\"count\":9}");
        page.locator("#stage").focus();
        AnimatedPng moving = new AnimatedPng();
        int steps = 9;
        for (int i = 0; i <= 2 * steps; i++) {
            boolean isEnd = i % steps == 0;
            moving.add(picture(page), isEnd ? 1600 : 700);
            if (i < 2 * steps) {
                String before = page.locator(".where").textContent();
                page.keyboard().press(i < steps ? "p" : "n");
                assertThat(page.locator(".where")).not().hasText(before);
            }
        }
        moving.write(FOLDER.resolve("readme-stepping-back.png"));
        page.close();
    }

    /// The stage from its picture to its clock.
    private static byte[] picture(Page page) {
        BoundingBox stage = page.locator("#stage").boundingBox();
        BoundingBox clock = page.locator(".time-bar").boundingBox();
        double height = clock.y + clock.height - stage.y;
        return page.screenshot(
                new Page.ScreenshotOptions().setClip(stage.x, stage.y, stage.width, height));
    }
}
