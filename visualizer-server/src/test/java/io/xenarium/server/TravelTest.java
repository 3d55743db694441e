package io.xenarium.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

import tools.jackson.databind.JsonNode;

import java.util.List;

/// Breakpoints, branches and links to moments, asked for as a page does. All tests share one bench.
class TravelTest {
    @RegisterExtension static final HelloBench BENCH = new HelloBench();

    private static JsonNode time(String command) throws Exception {
        return BENCH.time(command);
    }

    private static JsonNode stopAt(String json) throws Exception {
        return BENCH.browser().ask("/api/break", json);
    }

    /// Waits for the machine to stand still, and says where.
    private static JsonNode atRest() throws Exception {
        try (Listener listener = new Listener(BENCH.browser())) {
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
            assertEquals(422, BENCH.browser().post("/api/break", wrong).statusCode(), wrong);
        }
    }

    @Test
    void actingInThePastMakesABranchAndTheOldOneCanBeGoneBackTo() throws Exception {
        JsonNode end = BENCH.browser().read("/api/frame");
        int branch = end.path("branch").asInt();
        time("\"do\":\"back\",\"unit\":\"event\",\"count\":300");
        JsonNode other = BENCH.browser().ask("/api/input", "{\"kind\":\"pause\",\"domain\":1}");
        assertTrue(other.path("branches").size() > end.path("branches").size());
        assertTrue(other.path("branch").asInt() != branch);
        time("\"do\":\"branch\",\"branch\":" + branch);
        JsonNode back = time("\"do\":\"seek\",\"t\":" + end.path("t").asLong());
        assertEquals(end.path("sentence"), back.path("sentence"));
        assertEquals(end.path("cpu").path("rip"), back.path("cpu").path("rip"));
    }

    @Test
    void aFaultIsToldAndUndoneByGoingBack() throws Exception {
        JsonNode before = BENCH.browser().read("/api/frame");
        JsonNode broken =
                BENCH.browser()
                        .ask(
                                "/api/input",
                                "{\"kind\":\"fault\",\"domain\":1,\"fault\":\"flip_bit\",\"seed\":5}");
        assertTrue(
                broken.path("sentence").asString().startsWith("On purpose: domain 1 finds bit"),
                broken.path("sentence").asString());
        JsonNode back = time("\"do\":\"seek\",\"t\":" + before.path("t").asLong());
        assertEquals(before.path("sentence"), back.path("sentence"));
        assertEquals(
                422,
                BENCH.browser()
                        .post("/api/input", "{\"kind\":\"fault\",\"domain\":1,\"fault\":\"moon\"}")
                        .statusCode());
    }

    @Test
    void timeStopsRightBeforeWhatAQuestionIsAbout() throws Exception {
        time("\"do\":\"reset\"");
        for (String topic : List.of("ports", "sched", "ring", "store")) {
            JsonNode before = time("\"do\":\"before\",\"topic\":\"" + topic + "\"");
            JsonNode next = time("\"do\":\"step\",\"unit\":\"event\"");
            assertEquals(before.path("t").asLong() + 1, next.path("t").asLong());
            assertEquals(
                    topic.toUpperCase(java.util.Locale.ROOT),
                    next.path("event").path("topic").asString());
        }
        long t = BENCH.browser().read("/api/frame").path("t").asLong();
        var never = BENCH.browser().post("/api/time", "{\"do\":\"before\",\"topic\":\"moon\"}");
        assertEquals(422, never.statusCode());
        assertEquals(t, BENCH.browser().read("/api/frame").path("t").asLong());
    }

    @Test
    void aShareAndAnEntryAreInputsThatGoingBackUndoes() throws Exception {
        JsonNode before = BENCH.browser().read("/api/frame");
        JsonNode shared =
                BENCH.browser()
                        .ask(
                                "/api/input",
                                "{\"kind\":\"share\",\"domain\":1,\"weight\":512,\"cap\":50}");
        assertTrue(shared.path("sentence").asString().contains("512"), shared.toString());
        JsonNode walk = BENCH.view("walk");
        long entry =
                Long.parseUnsignedLong(
                        walk.path("levels").get(3).path("entry").asString().substring(2), 16);
        String asked =
                "{\"kind\":\"entry\",\"domain\":1,\"va\":\"%s\",\"entry\":\"0x%x\"}"
                        .formatted(walk.path("vaddr").asString(), entry ^ 2);
        BENCH.browser().ask("/api/input", asked);
        assertTrue(
                BENCH.view("walk&access=write&va=" + walk.path("vaddr").asString())
                        .path("levels")
                        .get(3)
                        .path("refused")
                        .asBoolean());
        JsonNode back = time("\"do\":\"seek\",\"t\":" + before.path("t").asLong());
        assertEquals(before.path("sentence"), back.path("sentence"));
        assertEquals(walk.path("levels"), BENCH.view("walk").path("levels"));
        for (String wrong :
                List.of(
                        "{\"kind\":\"share\",\"domain\":1,\"weight\":0,\"cap\":0}",
                        "{\"kind\":\"share\",\"domain\":1,\"weight\":1,\"cap\":101}",
                        "{\"kind\":\"entry\",\"domain\":0,\"va\":\"0\",\"entry\":\"0\"}",
                        "{\"kind\":\"entry\",\"domain\":1,\"va\":\"x\",\"entry\":\"0\"}")) {
            assertEquals(422, BENCH.browser().post("/api/input", wrong).statusCode(), wrong);
        }
    }

    @Test
    void aLinkOpensTheVeryMomentAgain() throws Exception {
        JsonNode here = BENCH.browser().read("/api/frame");
        String token = BENCH.browser().read("/api/token").path("token").asString();
        time("\"do\":\"reset\"");
        String asked = "{\"token\":\"%s\",\"t\":%d}".formatted(token, here.path("t").asLong());
        try (Listener listener = new Listener(BENCH.browser())) {
            assertTrue(BENCH.browser().ask("/api/moment", asked).path("opened").asBoolean());
            listener.await("bench", it -> it.path("status").asString().equals("restarted"));
        }
        JsonNode there = BENCH.browser().read("/api/frame");
        assertEquals(here.path("t"), there.path("t"));
        assertEquals(here.path("sentence"), there.path("sentence"));
    }

    @Test
    void anEventOfTheStretchAtWhoseEndTheGuestSleepsIsGoneTo() throws Exception {
        BENCH.remake("/api/machine", "{\"guest\":\"hello\"}");
        try (Listener listener = new Listener(BENCH.browser())) {
            time("\"do\":\"seek\",\"t\":1330");
            listener.await("state", it -> it.path("t").asLong() == 1330);
        }
    }

    @Test
    void aLinkThatIsNoneIsRefused() throws Exception {
        for (String wrong : List.of("", "abc", "H4sIAAAAAAAAAA", "x".repeat(30_000))) {
            var answer = BENCH.browser().post("/api/moment", "{\"token\":\"" + wrong + "\"}");
            assertEquals(400, answer.statusCode(), answer.body());
        }
    }
}
