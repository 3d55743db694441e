package io.xenarium.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import tools.jackson.databind.JsonNode;

import java.io.IOException;
import java.util.List;

/// Breakpoints, branches and links to moments, asked for as a page does. All tests share one bench.
class TravelTest {
    private static Workbook workbook;
    private static Browser browser;

    @BeforeAll
    static void startServer() throws IOException, InterruptedException {
        workbook = Workbook.start(new WorkbookConfig(0, 7, List.of(), "hello"));
        browser = new Browser(workbook);
        try (Listener listener = new Listener(browser)) {
            listener.await("bench", it -> !it.path("status").asString().equals("starting"));
        }
    }

    @AfterAll
    static void stopServer() {
        browser.close();
        workbook.close();
    }

    /// The guest has said hello and waits for its timer.
    @BeforeEach
    void letTheGuestBoot() throws Exception {
        time("\"do\":\"reset\"");
        time("\"do\":\"step\",\"unit\":\"event\",\"count\":1500");
    }

    private static JsonNode time(String command) throws Exception {
        return browser.ask("/api/time", "{" + command + "}");
    }

    private static JsonNode stopAt(String json) throws Exception {
        return browser.ask("/api/break", json);
    }

    /// Waits for the machine to stand still, and says where.
    private static JsonNode atRest() throws Exception {
        try (Listener listener = new Listener(browser)) {
            return listener.await("state", frame -> !frame.path("running").asBoolean());
        }
    }

    @Test
    void aRunStopsAtABreakpointAndBackAtTheOneBefore() throws Exception {
        JsonNode before = stopAt("{\"kind\":\"event\",\"value\":\"TimerFired\"}");
        assertEquals("event timer fired", before.path("breakpoints").get(0).asString());
        time("\"do\":\"run\",\"speed\":1000000000000");
        JsonNode there = atRest();
        assertEquals("TimerFired", there.path("event").path("kind").asString());
        assertTrue(there.path("t").asLong() > before.path("t").asLong());
        time("\"do\":\"run\",\"speed\":1000000000000");
        JsonNode next = atRest();
        assertEquals("TimerFired", next.path("event").path("kind").asString());
        JsonNode back = time("\"do\":\"runBack\"");
        assertEquals(there.path("t"), back.path("t"));
        JsonNode none = stopAt("{\"remove\":\"event timer fired\"}");
        assertEquals(0, none.path("breakpoints").size());
    }

    @Test
    void aBreakpointThatMakesNoSenseIsRefusedInWords() throws Exception {
        for (String wrong :
                List.of(
                        "{\"kind\":\"hypercall\",\"value\":\"mmu_updat\"}",
                        "{\"kind\":\"port\",\"domain\":1,\"value\":\"two\"}",
                        "{\"kind\":\"moon\"}")) {
            assertEquals(422, browser.post("/api/break", wrong).statusCode(), wrong);
        }
    }

    @Test
    void actingInThePastMakesABranchAndTheOldOneCanBeGoneBackTo() throws Exception {
        JsonNode end = browser.read("/api/frame");
        int branch = end.path("branch").asInt();
        time("\"do\":\"back\",\"unit\":\"event\",\"count\":300");
        JsonNode other = browser.ask("/api/input", "{\"kind\":\"pause\",\"domain\":1}");
        assertTrue(other.path("branches").size() > end.path("branches").size());
        assertTrue(other.path("branch").asInt() != branch);
        time("\"do\":\"branch\",\"branch\":" + branch);
        JsonNode back = time("\"do\":\"seek\",\"t\":" + end.path("t").asLong());
        assertEquals(end.path("sentence"), back.path("sentence"));
        assertEquals(end.path("cpu").path("rip"), back.path("cpu").path("rip"));
    }

    @Test
    void aFaultIsToldAndUndoneByGoingBack() throws Exception {
        JsonNode before = browser.read("/api/frame");
        JsonNode broken =
                browser.ask(
                        "/api/input",
                        "{\"kind\":\"fault\",\"domain\":1,\"fault\":\"flip_bit\",\"seed\":5}");
        assertTrue(
                broken.path("sentence").asString().startsWith("On purpose: domain 1 finds bit"),
                broken.path("sentence").asString());
        JsonNode back = time("\"do\":\"seek\",\"t\":" + before.path("t").asLong());
        assertEquals(before.path("sentence"), back.path("sentence"));
        assertEquals(
                422,
                browser.post("/api/input", "{\"kind\":\"fault\",\"domain\":1,\"fault\":\"moon\"}")
                        .statusCode());
    }

    @Test
    void aLinkOpensTheVeryMomentAgain() throws Exception {
        JsonNode here = browser.read("/api/frame");
        String token = browser.read("/api/token").path("token").asString();
        time("\"do\":\"reset\"");
        String asked = "{\"token\":\"%s\",\"t\":%d}".formatted(token, here.path("t").asLong());
        try (Listener listener = new Listener(browser)) {
            assertTrue(browser.ask("/api/moment", asked).path("opened").asBoolean());
            listener.await("bench", it -> it.path("status").asString().equals("restarted"));
        }
        JsonNode there = browser.read("/api/frame");
        assertEquals(here.path("t"), there.path("t"));
        assertEquals(here.path("sentence"), there.path("sentence"));
    }

    @Test
    void aLinkThatIsNoneIsRefused() throws Exception {
        for (String wrong : List.of("", "abc", "H4sIAAAAAAAAAA", "x".repeat(30_000))) {
            var answer = browser.post("/api/moment", "{\"token\":\"" + wrong + "\"}");
            assertEquals(400, answer.statusCode(), answer.body());
        }
    }
}
