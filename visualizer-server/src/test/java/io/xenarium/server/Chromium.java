package io.xenarium.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.microsoft.playwright.Browser;
import com.microsoft.playwright.BrowserType.LaunchOptions;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.Playwright;
import com.microsoft.playwright.assertions.PlaywrightAssertions;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;

/// A real browser for tests of pages. Where no Chromium is installed, its tests are skipped and say
/// so; where `CI=true` they fail instead.
///
/// It collects what a page must never do: print an error, or ask anybody but the workbook.
final class Chromium implements AutoCloseable {
    private static final Path PROGRAM = Path.of("/usr/bin/chromium");
    private static final List<String> FLAGS =
            List.of(
                    "--no-sandbox",
                    "--disable-gpu",
                    "--disable-quic",
                    "--no-first-run",
                    "--disable-background-networking",
                    "--disable-component-update",
                    "--disable-sync");

    /// A computer may be busy with other things.
    private static final int PATIENCE_MILLIS = 60_000;

    private final String address;
    private final Playwright playwright;
    private final Browser browser;
    private final List<String> complaints = new CopyOnWriteArrayList<>();
    private final List<String> strangers = new CopyOnWriteArrayList<>();

    private Chromium(String address) {
        this.address = address;
        PlaywrightAssertions.setDefaultAssertionTimeout(PATIENCE_MILLIS);
        playwright =
                Playwright.create(
                        new Playwright.CreateOptions()
                                .setEnv(Map.of("PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD", "1")));
        browser =
                playwright
                        .chromium()
                        .launch(new LaunchOptions().setExecutablePath(PROGRAM).setArgs(FLAGS));
    }

    /// Skips the tests of `test`, loudly, where there is no Chromium.
    static void require(Class<?> test) {
        boolean isThere = Files.isExecutable(PROGRAM);
        String name = test.getSimpleName();
        if (!isThere) {
            System.err.printf(
                    "%s is skipped: no Chromium at %s (apt-get install chromium)%n", name, PROGRAM);
        }
        assertTrue(
                isThere || !"true".equals(System.getenv("CI")),
                name + " needs a Chromium at " + PROGRAM + " and may not be skipped here");
        assumeTrue(isThere, "no Chromium at " + PROGRAM);
    }

    /// A browser for the pages of `workbook`.
    static Chromium on(Workbook workbook) {
        return at(workbook.address());
    }

    /// A browser for the pages of a server that may be another process.
    static Chromium at(String address) {
        return new Chromium(address);
    }

    /// A page of its own, as a laptop shows it.
    Page page() {
        return page(new Browser.NewPageOptions().setViewportSize(1440, 900));
    }

    Page page(Browser.NewPageOptions options) {
        Page page = browser.newPage(options);
        page.setDefaultTimeout(PATIENCE_MILLIS);
        page.onConsoleMessage(message -> {
            if (message.type().equals("error")) {
                complaints.add(message.text());
            }
        });
        page.onPageError(complaints::add);
        page.onRequest(request -> {
            if (!request.url().startsWith(address)) {
                strangers.add(request.url());
            }
        });
        return page;
    }

    /// Nothing was wrong, and nobody else was asked, since the last time.
    void checkManners() {
        assertEquals(List.of(), complaints);
        assertEquals(List.of(), strangers);
    }

    /// A complaint that a test provoked.
    void forgive(String words) {
        complaints.removeIf(complaint -> complaint.contains(words));
    }

    @Override
    public void close() {
        playwright.close();
    }
}
