package io.xenarium.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

import tools.jackson.databind.JsonNode;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/// A bench may die or hang; the server goes on, and another bench takes over where the last one
/// stood. Takes half a minute, most of it in starting benches and in waiting for one that hangs.
class BenchDeathTest {
    private static final WorkbookConfig CONFIG = new WorkbookConfig(0, 7, List.of(), "hello");

    @Test
    void anotherBenchGoesOnWhereTheLastOneStood() throws Exception {
        try (Workbook workbook = Workbook.start(CONFIG);
                Browser browser = new Browser(workbook);
                Listener listener = new Listener(browser)) {
            listener.await("state", _ -> true);
            browser.ask("/api/cell", "{\"code\":\"xen.run(50_000_000)\"}");
            browser.ask("/api/console", "{\"domain\":1,\"data\":\"eA==\"}");
            JsonNode before = browser.ask("/api/time", "{\"do\":\"back\",\"count\":5}");

            assertEquals(
                    503, browser.post("/api/cell", "{\"code\":\"System.exit(3)\"}").statusCode());

            assertEquals(200, browser.get("/chapter/05").statusCode());
            JsonNode told =
                    listener.await("bench", it -> it.path("status").asString().equals("restarted"));
            assertTrue(told.path("message").asString().contains("System.exit"), told.toString());
            JsonNode after = browser.read("/api/frame");
            for (String field : List.of("t", "nanos", "sentence", "domains")) {
                assertEquals(before.path(field), after.path(field), field);
            }
            assertEquals(before.path("cpu").path("registers"), after.path("cpu").path("registers"));
        }
    }

    @Test
    void theTreeOfBranchesIsStillThereWhenAnotherBenchGoesOn() throws Exception {
        try (Workbook workbook = Workbook.start(CONFIG);
                Browser browser = new Browser(workbook);
                Listener listener = new Listener(browser)) {
            listener.await("state", _ -> true);
            JsonNode old = browser.ask("/api/cell", "{\"code\":\"xen.run(50_000_000)\"}");
            browser.ask("/api/time", "{\"do\":\"back\",\"count\":50}");
            browser.ask("/api/console", "{\"domain\":1,\"data\":\"eA==\"}");
            browser.ask("/api/time", "{\"do\":\"back\",\"count\":20}");
            JsonNode paused = browser.ask("/api/input", "{\"kind\":\"pause\",\"domain\":1}");
            JsonNode before = browser.ask("/api/time", "{\"do\":\"branch\",\"branch\":1}");
            assertEquals(3, before.path("branches").size());

            browser.post("/api/cell", "{\"code\":\"System.exit(3)\"}");
            listener.await("bench", it -> it.path("status").asString().equals("restarted"));

            JsonNode after = browser.read("/api/frame");
            for (String field : List.of("t", "branch", "branches", "sentence", "end")) {
                assertEquals(before.path(field), after.path(field), field);
            }
            long t = old.path("t").asLong();
            JsonNode there =
                    browser.ask("/api/time", "{\"do\":\"seek\",\"branch\":0,\"t\":" + t + "}");
            for (String field : List.of("t", "sentence", "domains")) {
                assertEquals(old.path("frame").path(field), there.path(field), field);
            }
            browser.ask("/api/time", "{\"do\":\"branch\",\"branch\":2}");
            JsonNode again = browser.ask("/api/cell", "{\"code\":\"xen.run(1_000_000)\"}");
            assertEquals(paused.path("domains"), again.path("frame").path("domains"));
        }
    }

    @Test
    void aPartThatWaitsForEverIsEndedAndNamed(@TempDir Path root) throws Exception {
        CopiedLabs.into(root);
        String part = "00-hello/src/main/java/io/xenarium/lab00/HelloConsole.java";
        String good = Files.readString(root.resolve("solutions").resolve(part));
        String waiting = "new java.util.concurrent.Semaphore(0).acquireUninterruptibly();";
        Files.writeString(
                root.resolve("labs").resolve(part),
                good.replace("if (count < 0)", waiting + "\nif (count < 0)"));
        WorkbookConfig config = new WorkbookConfig(0, 7, List.of("00"), "hello", root);
        try (Workbook workbook = Workbook.start(config);
                Browser browser = new Browser(workbook);
                Listener listener = new Listener(browser)) {
            listener.await("state", _ -> true);
            browser.ask("/api/time", "{\"do\":\"run\"}");
            JsonNode told =
                    listener.await("bench", it -> it.path("status").asString().equals("restarted"));
            String words = told.path("message").asString();
            assertTrue(words.contains("did not come back for 8 s"), words);
            assertTrue(words.contains("it was in HelloConsole.write"), words);
        }
    }

    /// The bench stands still, so that the question is sure to be without an answer when it ends.
    @Test
    @DisabledOnOs(value = OS.WINDOWS, disabledReason = "there is no SIGSTOP")
    void aQuestionThatTheBenchTakesWithItIsAnsweredByTheNextOne() throws Exception {
        try (Workbook workbook = Workbook.start(CONFIG);
                Browser browser = new Browser(workbook);
                Listener listener = new Listener(browser)) {
            JsonNode before = listener.await("state", _ -> true);
            ProcessHandle bench = workbook.benchProcess();
            String pid = Long.toString(bench.pid());
            assertEquals(0, new ProcessBuilder("kill", "-STOP", pid).start().waitFor());
            FutureTask<JsonNode> answer = new FutureTask<>(() -> browser.read("/api/frame"));
            Thread.ofVirtual().start(answer);
            assertThrows(TimeoutException.class, () -> answer.get(1, TimeUnit.SECONDS));
            bench.destroyForcibly();
            assertEquals(before.path("t"), answer.get(60, TimeUnit.SECONDS).path("t"));
        }
    }

    @Test
    void aBenchEndsWithItsServer() throws Exception {
        ProcessHandle bench;
        try (Workbook workbook = Workbook.start(CONFIG);
                Browser browser = new Browser(workbook);
                Listener listener = new Listener(browser)) {
            listener.await("state", _ -> true);
            bench = workbook.benchProcess();
            assertTrue(bench.isAlive());
        }
        bench.onExit().get(20, TimeUnit.SECONDS);
        assertFalse(bench.isAlive());
    }
}
