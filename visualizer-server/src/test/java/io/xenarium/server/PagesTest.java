package io.xenarium.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.util.List;
import java.util.regex.Pattern;

class PagesTest {
    private static final WorkbookConfig ANYWHERE = new WorkbookConfig(0, 1, List.of(), "hello");
    private static Workbook workbook;
    private static Browser browser;

    @BeforeAll
    static void startServer() throws IOException, InterruptedException {
        workbook = Workbook.startWithoutBench(ANYWHERE);
        browser = new Browser(workbook);
    }

    @AfterAll
    static void stopServer() {
        browser.close();
        workbook.close();
    }

    @Test
    void theHomePageListsTheChapters() throws Exception {
        String page = browser.get("/").body();
        assertTrue(page.contains("data-kind=\"home\""));
        assertTrue(page.contains("<a href=\"/chapter/05\""));
    }

    @Test
    void aLabLeadsToItsChapter() throws Exception {
        String page = browser.get("/lab/5?seed=81&t=18422").body();
        assertTrue(page.contains("data-chapter=\"05\""));
        assertTrue(page.contains("data-lab=\"05\""));
    }

    @Test
    void everyFileThatThePageNamesIsServed() throws Exception {
        String page = browser.get("/chapter/05").body();
        var links = Pattern.compile("(?:src|href)=\"(/(?:app|webjars)/[^\"]+)\"").matcher(page);
        int found = 0;
        while (links.find()) {
            assertEquals(200, browser.get(links.group(1)).statusCode(), links.group(1));
            found++;
        }
        assertTrue(found > 3);
    }

    @Test
    void aChapterLeadsToTheOneBeforeAndTheOneAfter() throws Exception {
        String page = browser.get("/chapter/01").body();
        assertTrue(page.contains("<a rel=\"prev\" href=\"/chapter/00\">"));
        assertTrue(page.contains("<a rel=\"next\" href=\"/chapter/02\">"));
        assertTrue(browser.get("/").body().contains("<a rel=\"next\" href=\"/chapter/history\">"));
    }

    @Test
    void theSearchIndexIsServed() throws Exception {
        assertTrue(browser.get("/search.json").body().contains("\"anchor\":\"xenoservers\""));
    }

    @Test
    void aPortThatIsTakenIsSaid() {
        WorkbookConfig same = new WorkbookConfig(workbook.port(), 1, List.of(), "hello");
        PortInUse taken = assertThrows(PortInUse.class, () -> Workbook.startWithoutBench(same));
        assertEquals(workbook.port(), taken.port());
    }
}
