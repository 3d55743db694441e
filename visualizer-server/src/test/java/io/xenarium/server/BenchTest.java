package io.xenarium.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.xenarium.lab.LabFolder;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collector;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// A real server with a real bench: what a page asks and what it gets. Every test begins where the
/// guest has just been made; all share one bench, because starting one takes seconds.
class BenchTest {
    /// A cell in a chapter's source.
    private static final Pattern CELL =
            Pattern.compile(
                    "^\\[jshell\\]\n----\n(.*?)\n----$", Pattern.MULTILINE | Pattern.DOTALL);

    private static final Collector<CharSequence, ?, String> LINES = Collectors.joining("\n");

    private static Workbook workbook;
    private static Browser browser;
    private JsonNode start;

    @BeforeAll
    static void startServer() throws IOException, InterruptedException {
        workbook = Workbook.start(new WorkbookConfig(0, 7, List.of(), "hello"));
        browser = new Browser(workbook);
        awaitReady();
    }

    @AfterAll
    static void stopServer() {
        browser.close();
        workbook.close();
    }

    @BeforeEach
    void resetMachine() throws Exception {
        start = time("\"do\":\"reset\"");
    }

    private static void awaitReady() throws IOException, InterruptedException {
        try (Listener listener = new Listener(browser)) {
            listener.await("bench", it -> !it.path("status").asString().equals("starting"));
        }
    }

    private static JsonNode time(String command) throws Exception {
        return browser.ask("/api/time", "{" + command + "}");
    }

    private static JsonNode cell(String code) throws Exception {
        String json = JsonMapper.shared().createObjectNode().put("code", code).toString();
        return browser.ask("/api/cell", json);
    }

    private static String outputs(JsonNode answer) {
        StringBuilder text = new StringBuilder();
        answer.path("outputs")
                .forEach(one ->
                        text.append(one.path("kind").asString())
                                .append(": ")
                                .append(one.path("text").asString())
                                .append('\n'));
        return text.toString();
    }

    /// Runs until the guest has reached its prompt and waits.
    private static JsonNode bootGuest() throws Exception {
        cell("xen.run(50_000_000)");
        return browser.read("/api/frame");
    }

    private static void type(String text) throws Exception {
        String data = Base64.getEncoder().encodeToString(text.getBytes(StandardCharsets.UTF_8));
        browser.ask("/api/console", "{\"domain\":1,\"data\":\"%s\"}".formatted(data));
    }

    /// What does not change from one look to the next: counters of calls do.
    private static String state(JsonNode frame) {
        return ""
                + frame.path("t")
                + frame.path("nanos")
                + frame.path("sentence")
                + frame.path("domains")
                + frame.path("cpu").path("registers")
                + frame.path("events").path("text");
    }

    @Test
    void itStartsPausedWithAGuestThatHasNotRun() {
        assertFalse(start.path("running").asBoolean());
        assertEquals("hello", start.path("domains").get(1).path("name").asString());
        assertEquals("reference", start.path("slots").get(0).path("holder").asString());
        assertEquals(1, start.path("cpu").path("domain").asInt());
    }

    @Test
    void stepsGoOneEventOnAndBackAgainToTheSameState() throws Exception {
        List<String> there = new ArrayList<>();
        there.add(state(start));
        for (int i = 0; i < 12; i++) {
            there.add(state(time("\"do\":\"step\",\"unit\":\"event\"")));
        }
        assertEquals(there.size(), new HashSet<>(there).size());
        for (int i = there.size() - 2; i >= 0; i--) {
            assertEquals(there.get(i), state(time("\"do\":\"back\",\"unit\":\"event\"")));
        }
    }

    @Test
    void theCellsOfTheChaptersPrintWhatTheChaptersShow() throws Exception {
        bootGuest();
        List<String> wrong = new ArrayList<>();
        int compared = 0;
        for (Path chapter : chapters()) {
            Matcher cell = CELL.matcher(Files.readString(chapter));
            while (cell.find()) {
                List<String> lines = cell.group(1).lines().toList();
                List<String> shown = lines.stream().filter(it -> it.startsWith("//=>")).toList();
                String code = lines.stream().filter(it -> !it.startsWith("//=>")).collect(LINES);
                String expected = shown.stream().map(it -> it.substring(4).strip()).collect(LINES);
                String printed = printed(cell(code));
                compared += shown.size();
                boolean isWrong = !shown.isEmpty() && !printed.equals(expected);
                if (isWrong || printed.contains("error: ")) {
                    wrong.add(chapter.getFileName() + ": " + code + "\nprints\n" + printed);
                }
            }
        }
        assertEquals("", String.join("\n\n", wrong));
        assertTrue(compared > 0, "no chapter shows what a cell prints");
    }

    private static List<Path> chapters() throws IOException {
        try (Stream<Path> files = Files.list(LabFolder.root().resolve("chapters"))) {
            return files.filter(file -> file.toString().endsWith(".adoc")).sorted().toList();
        }
    }

    private static String printed(JsonNode answer) {
        List<String> said = new ArrayList<>();
        answer.path("outputs")
                .forEach(one -> {
                    String kind = one.path("kind").asString();
                    if (kind.equals("out") || kind.equals("error")) {
                        String mark = kind.equals("error") ? "error: " : "";
                        said.add(mark + one.path("text").asString().strip());
                    }
                });
        return String.join("\n", said);
    }

    @Test
    void everyUnitGoesBothWays() throws Exception {
        bootGuest();
        JsonNode middle = time("\"do\":\"seek\",\"t\":1200");
        for (String unit : List.of("instruction", "trap", "event")) {
            JsonNode on = time("\"do\":\"step\",\"count\":3,\"unit\":\"%s\"".formatted(unit));
            assertNotEquals(state(middle), state(on), unit);
            time("\"do\":\"back\",\"count\":3,\"unit\":\"%s\"".formatted(unit));
            time("\"do\":\"seek\",\"t\":1200");
        }
        assertEquals(state(middle), state(time("\"do\":\"seek\",\"t\":1200")));
    }

    @Test
    void everyEventHasItsSentenceAndItsPlace() throws Exception {
        JsonNode end = bootGuest();
        long to = end.path("t").asLong();
        JsonNode events = browser.read("/api/events?from=%d&to=%d".formatted(to - 300, to));
        Set<String> topics = new HashSet<>();
        long expected = to - 300;
        for (JsonNode event : events.path("events")) {
            assertEquals(expected++, event.path("seq").asLong());
            assertTrue(
                    event.path("sentence").asString().matches("(?s)[\\p{L}\\d].*\\."),
                    event.toString());
            topics.add(event.path("topic").asString());
        }
        assertTrue(topics.containsAll(Set.of("CPU", "PORTS", "SCHED")), topics.toString());
    }

    @Test
    void theTextTwinTellsWhatTheLampsShow() throws Exception {
        JsonNode booted = bootGuest();
        String text = booted.path("events").path("text").asString();
        for (JsonNode domain : booted.path("events").path("domains")) {
            for (JsonNode port : domain.path("ports")) {
                String line =
                        "%4d [%d/%d/%d]: s="
                                .formatted(
                                        port.path("port").asInt(),
                                        port.path("pending").asBoolean() ? 1 : 0,
                                        port.path("masked").asBoolean() ? 1 : 0,
                                        port.path("selector").asBoolean() ? 1 : 0);
                assertTrue(text.contains(line), line + " is not in\n" + text);
            }
        }
    }

    @Test
    void whatIsTypedReachesTheGuestAndItsAnswerThePage() throws Exception {
        bootGuest();
        try (Listener listener = new Listener(browser)) {
            type("ports\r");
            cell("xen.run(20_000_000)");
            listener.await(
                    "console",
                    it -> decoded(it).contains("ports") && it.path("domain").asInt() == 1);
        }
        assertTrue(outputs(cell("dom(1).console()")).contains("ports"));
    }

    private static String decoded(JsonNode console) {
        return new String(
                Base64.getDecoder().decode(console.path("text").asString()),
                StandardCharsets.UTF_8);
    }

    @Test
    void typingInThePastForksAndKeepsTheOldFuture() throws Exception {
        JsonNode booted = bootGuest();
        long middle = booted.path("t").asLong() - 20;
        time("\"do\":\"seek\",\"t\":%d".formatted(middle));
        type("x");
        JsonNode forked = browser.read("/api/frame");
        assertTrue(forked.path("branch").asInt() > booted.path("branch").asInt());
        assertTrue(forked.path("end").asLong() <= booted.path("end").asLong());
    }

    @Test
    void maskSendAndUnmaskByClickMoveTheLampsInXensOrder() throws Exception {
        bootGuest();
        String port = "\"domain\":1,\"port\":4";
        assertEquals(
                List.of("d1.p4.masked"),
                changed(browser.ask("/api/input", "{\"kind\":\"mask\"," + port + "}")));
        assertEquals(
                List.of("d1.p4.pending"),
                changed(browser.ask("/api/input", "{\"kind\":\"send\"," + port + "}")));
        assertTrue(
                changed(browser.ask("/api/input", "{\"kind\":\"unmask\"," + port + "}"))
                        .containsAll(List.of("d1.p4.masked", "d1.p4.selector", "d1.v0.upcall")));
    }

    private static List<String> changed(JsonNode frame) {
        List<String> changed = new ArrayList<>();
        frame.path("events").path("changed").forEach(one -> changed.add(one.asString()));
        return changed;
    }

    @Test
    void runningSendsPicturesUntilItIsPaused() throws Exception {
        try (Listener listener = new Listener(browser)) {
            time("\"do\":\"run\",\"speed\":100000000");
            listener.await(
                    "state", it -> it.path("running").asBoolean() && it.path("t").asLong() > 1200);
            assertFalse(time("\"do\":\"pause\"").path("running").asBoolean());
            listener.await("state", it -> !it.path("running").asBoolean());
        }
        long stopped = browser.read("/api/frame").path("nanos").asLong();
        assertEquals(stopped, browser.read("/api/frame").path("nanos").asLong());
    }

    @Test
    void aLongSeekIsAnsweredAtOnceAndGivesWayToAPause() throws Exception {
        JsonNode underWay = time("\"do\":\"seek\",\"t\":1000000000");
        assertTrue(underWay.path("running").asBoolean());
        assertEquals(1_000_000_000, underWay.path("seeking").asLong());
        JsonNode paused = time("\"do\":\"pause\"");
        assertFalse(paused.path("running").asBoolean());
        assertEquals(-1, paused.path("seeking").asLong());
    }

    @Test
    void theTicksOfTheTimeBarCountEveryEvent() throws Exception {
        long end = bootGuest().path("end").asLong();
        JsonNode ticks = browser.read("/api/ticks?from=0&to=%d&buckets=50".formatted(end));
        long counted = 0;
        for (JsonNode tick : ticks.path("ticks")) {
            for (JsonNode count : tick.path("counts")) {
                counted += count.asLong();
            }
        }
        assertTrue(counted > 0 && counted <= end, counted + " of " + end);
    }

    @Test
    void whyLeadsFromAnEventToItsCauses() throws Exception {
        JsonNode end = bootGuest();
        for (long seq = end.path("t").asLong(); seq > 1000; seq--) {
            JsonNode chain = browser.read("/api/why?seq=" + seq).path("events");
            if (chain.size() > 1) {
                assertEquals(
                        chain.get(0).path("cause").asLong(), chain.get(1).path("seq").asLong());
                return;
            }
        }
        throw new AssertionError("no event has a cause");
    }

    @Test
    void aCellSeesTheLiveMachine() throws Exception {
        assertEquals("value: 3\n", outputs(cell("1 + 2")));
        assertTrue(outputs(cell("xen.domains()")).contains("d1 “hello”"));
        assertTrue(outputs(cell("store")).contains("/local/domain/1/name = \"hello\""));
        assertTrue(outputs(cell("dom(1).vcpu(new VcpuId(0)).registers()")).contains("rip"));
        assertTrue(outputs(cell("dom(7)")).contains("there is no domain 7"));
    }

    @Test
    void aCellMayHoldManyStatementsAndStopsAtTheFirstError() throws Exception {
        assertEquals(
                "out: 1 2\n\n",
                outputs(cell("int a = 1; int b = 2;\nSystem.out.println(a + \" \" + b);")));
        assertEquals("value: 2\n", outputs(cell("int a = 1; int b = 2;")), "the last, or nothing");
        String text = outputs(cell("int c = nothing; System.out.println(\"not reached\");"));
        assertTrue(text.startsWith("error: ") && !text.contains("not reached"), text);
        assertTrue(outputs(cell("List.of().getFirst()")).contains("NoSuchElementException"));
    }

    @Test
    void printingWithoutEndFillsNothing() throws Exception {
        String text = outputs(cell("for (int i = 0; i < 100_000; i++) System.out.println(i);"));
        assertTrue(text.length() < 70_000 && text.contains("bytes more"), "" + text.length());
    }

    @Test
    void whatACellDoesIsAnInputAndCanBeGoneBackFrom() throws Exception {
        bootGuest();
        JsonNode before = browser.read("/api/frame");
        assertNotEquals(state(before), state(cell("dom(1).pause()").path("frame")));
        JsonNode after = time("\"do\":\"seek\",\"t\":" + before.path("t").asLong());
        assertEquals(before.path("t").asLong(), after.path("t").asLong());
        assertEquals("running", after.path("domains").get(1).path("state").asString());
    }

    @Test
    void completionKnowsTheMachine() throws Exception {
        JsonNode found = browser.ask("/api/complete", "{\"code\":\"dom(1).un\",\"cursor\":9}");
        assertTrue(found.path("items").toString().contains("unmask"), found.toString());
        assertEquals(7, found.path("anchor").asInt());
    }

    @Test
    void theStopButtonEndsALoop() throws Exception {
        Thread presser =
                Thread.ofVirtual()
                        .start(() -> {
                            try (Listener listener = new Listener(browser)) {
                                listener.await(
                                        "state",
                                        it -> it.path("t").asLong() > start.path("t").asLong());
                                browser.post("/api/stop", "{}");
                            } catch (IOException | InterruptedException failed) {
                                throw new IllegalStateException(failed);
                            }
                        });
        long begun = System.nanoTime();
        cell("xen.step(); while (true) { }");
        assertTrue(System.nanoTime() - begun < 9e9, "it ran into its budget");
        presser.join();
        assertEquals("value: 2\n", outputs(cell("1 + 1")));
    }

    @Test
    void whatIsAskedWronglyIsRefusedInWords() throws Exception {
        for (String body :
                List.of("{\"do\":\"fly\"}", "{\"do\":\"step\",\"unit\":\"mile\"}", "{}")) {
            assertEquals(422, browser.post("/api/time", body).statusCode(), body);
        }
        assertEquals(
                422,
                browser.post("/api/input", "{\"kind\":\"send\",\"domain\":1,\"port\":99}")
                        .statusCode());
        assertEquals(
                422, browser.post("/api/console", "{\"domain\":5,\"data\":\"\"}").statusCode());
        assertEquals(
                422, browser.post("/api/parts", "{\"guest\":\"/no/such/image\"}").statusCode());
        assertEquals(422, browser.post("/api/parts", "{\"mine\":[\"77\"]}").statusCode());
        for (String body : List.of("{\"do\":\"seek\",\"t\":\"x\"}", "{\"do\":[],\"t\":{}}")) {
            assertEquals(422, browser.post("/api/time", body).statusCode(), body);
        }
        String noBase64 = "{\"domain\":1,\"data\":\"***\"}";
        assertEquals(422, browser.post("/api/console", noBase64).statusCode());
        assertEquals(state(start), state(browser.read("/api/frame")));
    }

    @Test
    void moreThanEnoughListenersAreTurnedAway() throws Exception {
        List<Listener> listeners = new ArrayList<>();
        try {
            for (int i = 0; i < Streams.CLIENTS_MAX; i++) {
                Listener listener = new Listener(browser);
                listener.await("state", _ -> true);
                listeners.add(listener);
            }
            try (Listener oneTooMany = new Listener(browser)) {
                listeners.add(oneTooMany);
                oneTooMany.await("end", _ -> true);
            }
        } finally {
            for (Listener listener : listeners) {
                listener.close();
            }
        }
    }
}
