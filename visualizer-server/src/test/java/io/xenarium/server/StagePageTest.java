package io.xenarium.server;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.microsoft.playwright.Browser;
import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.options.ColorScheme;
import com.microsoft.playwright.options.ForcedColors;
import com.microsoft.playwright.options.Media;
import com.microsoft.playwright.options.ReducedMotion;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

import java.nio.file.Path;
import java.util.List;

/// Every view of the stage in a real browser: opened by address and by keys alone, in light, dark,
/// the reader's own colours and a lecture hall's, held to the rules of WCAG 2.2 AA by axe. A
/// screenshot of each stays in `target/screenshots`. Takes about two minutes.
class StagePageTest {
    static final List<String> VIEWS =
            List.of(
                    "machine",
                    "channels",
                    "walk",
                    "frames",
                    "grants",
                    "rings",
                    "store",
                    "sched",
                    "cpu",
                    "life",
                    "history",
                    "builder",
                    "time",
                    "translator");
    private static final Path SCREENSHOTS = Path.of("target/screenshots");

    /// Draws a guest that has all bits set, and had none before.
    private static final String WHOLE_WORD =
            """
            async () => {
              const { EventsView } = await import("/app/events.js");
              const vcpu = (selector) => ({ id: 0, upcall: false, masked: false, selector });
              const frame = (selector) => ({ domains: [], events: { domains: [0, 1].map((id) =>
                ({ id, ports: [], vcpus: [vcpu(selector)] })) } });
              const view = new EventsView();
              document.querySelector(".picture").prepend(view.picture);
              const over = ["0x0", "0xffffffffffffffff"].flatMap((word, index, all) => {
                view.show(frame(word), frame(all[1 - index]));
                return view.sides.map((side) => {
                  const words = side.selectorText.getBBox();
                  const lamp = side.selector.body[0].getBBox();
                  return words.x < lamp.x + lamp.width && lamp.x < words.x + words.width;
                });
              });
              view.picture.remove();
              return over.includes(true) ? "covered: " + over : "free";
            }
            """;

    /// What Mermaid has drawn in colours that are not the reader's.
    private static final String OWN_COLOURS =
            """
            () => {
              const probe = document.body.appendChild(document.createElement("i"));
              const theirs = ["none", ...["Canvas", "CanvasText", "Highlight"].map((name) => {
                probe.style.color = name;
                return getComputedStyle(probe).color;
              })];
              const drawn = document.querySelectorAll(
                ":is(.drawn, .life-diagram) svg :is(text, rect, circle, line, path, polygon):not(defs :not(marker) *)");
              if (drawn.length < 50) return "too little is drawn: " + drawn.length;
              return [...drawn].filter((one) => !["fill", "stroke"].every((name) =>
                theirs.includes(getComputedStyle(one)[name]))).map((one) => one.outerHTML).join("\\n");
            }
            """;

    private static Workbook workbook;
    private static Chromium chromium;
    private Page page;

    @BeforeAll
    static void startWorkbookAndBrowser() {
        Chromium.require(StagePageTest.class);
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

    @AfterEach
    void nothingWasWrongAndNobodyElseWasAsked() {
        page.close();
        chromium.checkManners();
    }

    private void open(String path, ColorScheme scheme) {
        page =
                chromium.page(
                        new Browser.NewPageOptions()
                                .setViewportSize(1440, 950)
                                .setColorScheme(scheme));
        page.navigate(workbook.address() + path);
        assertThat(page.locator(".where")).containsText("event");
    }

    private void show(String view) {
        page.locator(".view-select").selectOption(view);
        shown(view);
    }

    private void shown(String view) {
        assertThat(page.locator(".picture > :visible").first()).isVisible();
        page.waitForFunction(
                "view => view === 'machine' || document.querySelector('.picture').innerText.length"
                        + " > 20 || document.querySelector('.picture svg')",
                view);
    }

    @Test
    void everyViewKeepsTheRulesOfAccessibilityInTheLight() {
        open("/chapter/05", ColorScheme.LIGHT);
        everyViewReachedByKeysKeepsTheRules("light");
    }

    @Test
    void everyViewKeepsTheRulesOfAccessibilityInTheDark() {
        open("/chapter/05", ColorScheme.DARK);
        everyViewReachedByKeysKeepsTheRules("dark");
    }

    /// Goes over all views with nothing but keys: Tab from the stage leads to the list of views,
    /// the arrow down to the next one.
    private void everyViewReachedByKeysKeepsTheRules(String theme) {
        page.locator("#stage").focus();
        page.keyboard().press("n");
        page.keyboard().press("1");
        page.keyboard().press("Tab");
        StringBuilder wrong = new StringBuilder();
        for (String view : VIEWS) {
            if (!view.equals(VIEWS.getFirst())) {
                page.keyboard().press("ArrowDown");
            }
            assertThat(page.locator(".view-select")).hasValue(view);
            shown(view);
            String name = view + "-" + theme + ".png";
            page.screenshot(new Page.ScreenshotOptions().setPath(SCREENSHOTS.resolve(name)));
            String broken = Axe.broken(page, ".stage");
            wrong.append(broken.isEmpty() ? "" : view + ":\n" + broken + "\n");
        }
        assertEquals("", wrong + Axe.broken(page));
    }

    @Test
    void theHomePageKeepsTheRulesOfAccessibility() {
        open("/", ColorScheme.LIGHT);
        assertThat(page.locator(".map svg")).isVisible();
        assertEquals("", Axe.broken(page));
    }

    @Test
    void aNumberKeyChoosesAViewAndTheAddressRemembersIt() {
        open("/chapter/05", ColorScheme.LIGHT);
        page.locator("#stage").focus();
        page.keyboard().press("3");
        assertThat(page.locator("svg.walk")).isVisible();
        page.waitForFunction("location.search.includes('view=walk')");
        page.reload();
        assertThat(page.locator("svg.walk")).isVisible();
        page.locator("#stage").focus();
        page.keyboard().press("t");
        assertThat(page.locator(".twin:visible")).containsText("L4");
    }

    @Test
    void theProcessorIsSteppedByInstructionAndBackAndTellsWhatChanged() {
        open("/chapter/01", ColorScheme.LIGHT);
        page.getByLabel("Back to the start").click();
        assertThat(page.locator(".where")).containsText("· 1 ns");
        Locator words = page.locator(".cpu-words");
        assertThat(words).containsText("Next is cld");
        page.getByLabel("One instruction on").click();
        assertThat(words).containsText("Next is lea rsp");
        page.getByLabel("One instruction on").click();
        assertThat(words).containsText("rsp went from");
        assertThat(words).containsText("Next is xor ebp, ebp");
        assertThat(page.locator(".tape .done .words")).containsText("lea rsp");
        assertThat(page.locator(".cpu-registers .changed dt"))
                .hasText(List.of("rsp", "rip").toArray(String[]::new));
        page.screenshot(
                new Page.ScreenshotOptions().setPath(SCREENSHOTS.resolve("cpu-stepped.png")));
        page.getByLabel("One instruction back").click();
        assertThat(page.locator(".tape .next .words")).containsText("lea rsp");
        page.getByLabel("On to the next trap or hypercall").click();
        assertThat(page.locator(".floor-xen")).hasClass(java.util.regex.Pattern.compile("here"));
        assertThat(page.locator(".cargo")).containsText("console_io");
    }

    @Test
    void whatTheTranslatorMadeIsReadGuessedAtAndForgotten() {
        open("/chapter/speed", ColorScheme.LIGHT);
        page.getByLabel("Translate a block").selectOption("1");
        page.locator("#stage").focus();
        page.keyboard().press(" ");
        Locator title = page.locator(".region h3");
        assertThat(title).containsText("became");
        page.keyboard().press(" ");
        assertThat(page.locator(".heat-words")).containsText("instructions");
        Locator bytecode = page.locator(".region-lines pre").first();
        assertThat(bytecode).containsText("ldc");
        page.getByLabel("Cover the bytecode, to guess first").click();
        assertThat(bytecode).isHidden();
        page.locator(".region-lines summary").first().click();
        assertThat(page.locator(".region-lines summary").first()).containsText("of the JVM's");
        page.locator(".heat-map").focus();
        page.keyboard().press("ArrowRight");
        page.waitForFunction("location.search.includes('f.at=0xffffffff8')");
        page.waitForFunction("document.querySelector('.region-blocks .open')");
        String region = title.textContent().replaceFirst(",.*", "");
        page.getByLabel("Forget the region that is shown").click();
        assertThat(page.locator(".sentence")).containsText(region + " is forgotten");
        page.getByLabel("Translate a block").selectOption("1000");
        assertThat(page.locator(".region .absent")).containsText("No region in use holds");
        page.getByLabel("Back to the start").click();
        assertThat(page.locator(".where")).containsText("· 1 ns");
    }

    @Test
    void aQuestionIsAskedRightBeforeItsAnswerAndAStepUncoversIt() {
        open("/chapter/05", ColorScheme.LIGHT);
        page.locator("#stage").focus();
        page.keyboard().press("q");
        Locator form = page.locator(".forecast-form");
        assertThat(form).containsText("The next event is about event channels");
        assertThat(form.locator("input").first()).isFocused();
        assertEquals("", Axe.broken(page));
        page.screenshot(new Page.ScreenshotOptions().setPath(SCREENSHOTS.resolve("predict.png")));
        page.keyboard().press("Space");
        page.keyboard().press("Enter");
        assertThat(page.locator(".forecast-words")).containsText("of 1)");
        assertThat(form).isHidden();
        show("sched");
        page.getByText("To the next question").click();
        assertThat(form).containsText("about the scheduler");
        page.getByLabel("Step", new Page.GetByLabelOptions().setExact(true)).click();
        assertThat(page.locator(".forecast-words")).containsText("moved on");
    }

    @Test
    void aBookmarkLeadsBackToTheBranchThatItIsOn() {
        open("/chapter/05", ColorScheme.LIGHT);
        ask("time({ do: 'step', unit: 'event', count: 1500 })");
        Object marked = ask("frame.t + ' on ' + frame.branch");
        page.locator("#stage").focus();
        page.keyboard().press("m");
        ask("time({ do: 'back', unit: 'event', count: 50 })");
        ask("input({ kind: 'pause', domain: 1 })");
        assertNotEquals(marked, ask("frame.t + ' on ' + frame.branch"));
        assertThat(page.locator(".branch.now")).isVisible();
        page.getByText("Bookmarks and links").click();
        page.locator(".marks li button").first().click();
        page.waitForFunction(
                "async (marked) => { const { frame } = await import('/app/machine.js');"
                        + " return frame.t + ' on ' + frame.branch === marked; }",
                marked);
    }

    /// What the module of the machine answers in the page.
    private Object ask(String question) {
        return page.evaluate(
                "async () => { const { frame, time, input } = await import('/app/machine.js');"
                        + " return await ("
                        + question
                        + "); }");
    }

    @Test
    void aLectureHallSeesALightLargeStageWithFewFacts() {
        page =
                chromium.page(
                        new Browser.NewPageOptions()
                                .setViewportSize(1920, 1080)
                                .setColorScheme(ColorScheme.DARK));
        page.navigate(workbook.address() + "/chapter/05?projector");
        assertThat(page.locator(".stage.lecture")).isVisible();
        assertThat(page.locator(".address")).containsText("/chapter/05");
        assertThat(page.locator("html")).hasAttribute("data-theme", "light");
        everyViewReachedByKeysKeepsTheRules("projector");
    }

    @Test
    void forcedColoursAndReducedMotionLeaveEveryViewReadable() {
        page =
                chromium.page(
                        new Browser.NewPageOptions()
                                .setViewportSize(1440, 950)
                                .setForcedColors(ForcedColors.ACTIVE)
                                .setReducedMotion(ReducedMotion.REDUCE));
        page.navigate(workbook.address() + "/chapter/05");
        assertThat(page.locator(".where")).containsText("event");
        everyViewReachedByKeysKeepsTheRules("forced");
        show("life");
        assertEquals("", page.evaluate(OWN_COLOURS));
        Object moving =
                page.evaluate(
                        "document.getAnimations().filter((one) => one.playState ==="
                                + " 'running').length");
        assertEquals(0, ((Number) moving).intValue());
    }

    @Test
    void onPaperStandsTheTextWithoutTheStage() {
        open("/chapter/05", ColorScheme.LIGHT);
        page.emulateMedia(new Page.EmulateMediaOptions().setMedia(Media.PRINT));
        assertThat(page.locator(".stage")).isHidden();
        assertThat(page.locator(".inspector")).isHidden();
        assertThat(page.locator("#text h1")).isVisible();
        assertTrue(page.locator("#text").boundingBox().width > 1000, "half of the paper is empty");
        page.screenshot(new Page.ScreenshotOptions().setPath(SCREENSHOTS.resolve("print.png")));
    }

    /// On phones, and where a window of 1280 by 1024 is enlarged to 400 %, which shows 320 by 256.
    @Test
    void everyViewFitsAPhoneAndKeepsTheRulesOfAccessibilityThere() {
        page = chromium.page(new Browser.NewPageOptions().setViewportSize(320, 700));
        page.navigate(workbook.address() + "/chapter/05");
        assertThat(page.locator(".where")).containsText("event");
        StringBuilder wrong = new StringBuilder();
        for (String view : VIEWS) {
            show(view);
            for (int[] size : new int[][] {{390, 844}, {320, 256}, {320, 700}}) {
                page.setViewportSize(size[0], size[1]);
                String where = "%s on %d by %d: ".formatted(view, size[0], size[1]);
                Object wide = page.evaluate("document.documentElement.scrollWidth - innerWidth");
                assertEquals(0, ((Number) wide).intValue(), where);
                String broken = Axe.brokenForWantOfRoom(page, ".stage");
                wrong.append(broken.isEmpty() ? "" : where + broken + "\n");
            }
            wrong.append(Axe.broken(page, ".stage"));
            String name = view + "-320.png";
            page.screenshot(new Page.ScreenshotOptions().setPath(SCREENSHOTS.resolve(name)));
        }
        assertEquals("", wrong + Axe.broken(page));
    }

    @Test
    void nothingStaysOverTheTextWhereThePageIsEnlargedToFourHundredPercent() {
        page = chromium.page(new Browser.NewPageOptions().setViewportSize(320, 256));
        page.navigate(workbook.address() + "/chapter/05");
        assertThat(page.locator(".where")).containsText("event");
        page.locator("#text h2").first().scrollIntoViewIfNeeded();
        Object over =
                page.evaluate(
                        "[...document.querySelectorAll('.stage, .clock')].filter((one) =>"
                                + " ['sticky', 'fixed'].includes(getComputedStyle(one).position))"
                                + ".length");
        assertEquals(0, ((Number) over).intValue());
        assertEquals("", Axe.broken(page));
    }

    @Test
    void aWholeWordOfSelectorBitsLeavesTheLampBesideItFree() {
        open("/chapter/05", ColorScheme.LIGHT);
        for (int width : new int[] {1440, 390}) {
            page.setViewportSize(width, 900);
            assertEquals("free", page.evaluate(WHOLE_WORD));
        }
    }
}
