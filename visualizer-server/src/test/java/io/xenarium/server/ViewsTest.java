package io.xenarium.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

import tools.jackson.databind.JsonNode;

import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/// What the views say about a real guest: each against facts that the guest, or Xen's headers, make
/// certain. All tests share one bench.
class ViewsTest {
    @RegisterExtension static final HelloBench BENCH = new HelloBench();

    private static JsonNode time(String command) throws Exception {
        return BENCH.time(command);
    }

    private static JsonNode view(String query) throws Exception {
        return BENCH.view(query);
    }

    @Test
    void theProcessorShowsTheFirstInstructionsOfTheGuestAndTheFrameOfAnUpcall() throws Exception {
        time("\"do\":\"reset\"");
        JsonNode start = view("cpu");
        assertEquals("kernel", start.path("floor").asString());
        assertEquals("cld", start.path("next").asString());
        assertEquals("ffffffff80000000", start.path("registers").path("rip").asString());
        time("\"do\":\"step\",\"unit\":\"instruction\",\"count\":3");
        JsonNode third = view("cpu");
        assertEquals("mov rdi, rsi", third.path("next").asString());
        assertEquals("cld", third.path("tape").get(0).path("words").asString());
        assertEquals("0000000000000000", third.path("registers").path("rbp").asString());
        time("\"do\":\"step\",\"unit\":\"trap\"");
        JsonNode call = view("cpu");
        assertEquals("xen", call.path("floor").asString());
        assertEquals("hypercall", call.path("lift").path("kind").asString());
        assertEquals(
                "console_io", call.path("lift").path("cargo").get(0).path("meaning").asString());
        assertTrue(call.path("text").asString().startsWith("RIP:    e033:[<"), call.toString());
    }

    @Test
    void theFrameOfAnUpcallIsReadFromTheGuestsStack() throws Exception {
        JsonNode view = view("cpu");
        for (int i = 0;
                i < 400 && !view.path("lift").path("kind").asString("").equals("bounce");
                i++) {
            time("\"do\":\"step\",\"unit\":\"event\"");
            view = view("cpu");
        }
        JsonNode cargo = view.path("lift").path("cargo");
        assertEquals("[rcx]", cargo.get(1).path("name").asString());
        assertEquals("[ss]", cargo.get(7).path("name").asString());
        assertEquals("0xe02b", cargo.get(7).path("value").asString());
        String handler =
                "0x" + view.path("registers").path("rip").asString().replaceFirst("^0+", "");
        assertEquals(handler, cargo.get(0).path("value").asString());
    }

    @Test
    void theWalkEndsAtTheFrameThatThePseudoPhysicalNumberNames() throws Exception {
        JsonNode walk = view("walk&va=0xffffffff80000000");
        assertEquals(4, walk.path("levels").size());
        assertEquals("0x00000", walk.path("pfn").asString(), "the kernel is loaded at its base");
        assertEquals("", walk.path("fault").asString());
        assertTrue(walk.path("text").asString().contains("L1"));
    }

    @Test
    void aWriteToAPageTableIsRefusedByTheEntryThatIsReadOnly() throws Exception {
        JsonNode frames = view("frames");
        String tableMfn = firstTable(frames, "l1");
        JsonNode detail = view("frames&mfn=" + tableMfn).path("frame");
        assertEquals("l1", detail.path("type").asString());
        for (JsonNode mapping : detail.path("mappings")) {
            boolean isLeaf = mapping.path("level").asInt() == 1;
            assertFalse(isLeaf && mapping.path("writable").asBoolean(), mapping.toString());
        }
    }

    private static String firstTable(JsonNode frames, String type) {
        long at = 0;
        for (JsonNode run : frames.path("runs")) {
            if (run.path("type").asString().equals(type)) {
                return "0x" + Long.toHexString(at);
            }
            at += run.path("count").asLong() * frames.path("each").asLong();
        }
        throw new AssertionError("no frame of type " + type);
    }

    @Test
    void everyFrameIsCountedOnce() throws Exception {
        JsonNode frames = view("frames");
        long counted = 0;
        for (JsonNode count : frames.path("totals")) {
            counted += count.asLong();
        }
        assertEquals(frames.path("frames").asLong(), counted);
        assertEquals(1, frames.path("totals").path("d1 l4").asLong());
    }

    @Test
    void theRingsHoldWhatTheGuestSaid() throws Exception {
        JsonNode rings = view("rings").path("rings");
        assertEquals(4, rings.size());
        for (JsonNode ring : rings) {
            assertTrue(ring.path("sound").asBoolean(), ring.toString());
        }
    }

    @Test
    void theStoreShowsTheGuestsNameWithItsPermissions() throws Exception {
        JsonNode store = view("store&path=/local/domain/1");
        assertTrue(store.path("text").asString().contains("/local/domain/1/name = \"hello\""));
        BENCH.browser()
                .ask("/api/input", "{\"kind\":\"store\",\"path\":\"/tool/x\",\"value\":\"<b>&\"}");
        JsonNode tool = view("store&path=/tool");
        assertTrue(tool.path("text").asString().contains("/tool/x = \"<b>&\""));
    }

    @Test
    void theTracksOfTheSchedulerFillTheStretchWithoutGaps() throws Exception {
        JsonNode sched = view("sched&span=1000000000");
        JsonNode track = sched.path("tracks").get(0);
        long at = sched.path("fromNanos").asLong();
        for (JsonNode part : track.path("parts")) {
            assertEquals(at, part.path("fromNanos").asLong());
            at = part.path("toNanos").asLong();
        }
        assertEquals(sched.path("toNanos").asLong(), at);
    }

    /// Whatever the moment: what the guest makes of its record is what Xen's clock shows.
    @Test
    void theClocksAgreeWithXensOwnAndTheBillIsComplete() throws Exception {
        for (int i = 0; i < 5; i++) {
            JsonNode frame = time("\"do\":\"step\",\"unit\":\"event\",\"count\":37");
            JsonNode view = view("time");
            JsonNode record = view.path("record");
            String nanos = frame.path("nanos").asString();
            assertEquals(nanos, record.path("tsc").asString());
            assertEquals(nanos, record.path("system").asString());
            assertEquals("0", record.path("ahead").asString());
            assertFalse(record.path("isOdd").asBoolean(), record.toString());
            long whole = view.path("madeNanos").asLong();
            for (JsonNode each : view.path("bill")) {
                whole += each.path("withNowNanos").asLong();
            }
            assertEquals(frame.path("nanos").asLong(), whole, "not a nanosecond is missing");
        }
        assertTrue(BENCH.browser().get("/api/view?name=time&domain=0").body().contains("is Java"));
    }

    @Test
    void theGrantTableShowsWhatTheToolstackReserved() throws Exception {
        JsonNode guest = view("grants").path("domains").get(1);
        assertEquals(1, guest.path("domain").asInt());
        assertEquals(
                0, guest.path("entries").get(0).path("to").asInt(), "the console, to domain 0");
    }

    @Test
    void theBuilderShowsEveryPieceInItsPlaceAndWhatTheGuestHasReached() throws Exception {
        JsonNode view = view("builder");
        JsonNode bricks = view.path("bricks");
        long end = 0;
        Set<Integer> steps = new TreeSet<>();
        for (JsonNode brick : bricks) {
            assertTrue(brick.path("first").asLong() >= end, "no piece lies over another: " + brick);
            end = brick.path("first").asLong() + brick.path("frames").asLong();
            steps.add(brick.path("step").asInt());
        }
        assertTrue(end <= view.path("pages").asLong(), "all of it is the domain's");
        assertEquals(bricks.size(), steps.size(), "one after the other");
        String text = view.path("text").asString();
        assertTrue(text.contains("1 of type L4"), text);
        assertTrue(text.contains("xen-3.0-x86_64, 2,048 pages"), text);
        assertEquals("built", view.path("milestones").get(0).path("name").asString());
        assertTrue(view.path("milestones").get(0).path("isReached").asBoolean());
        assertTrue(view("builder&domain=0").path("words").asString().contains("nobody builds it"));
    }

    @Test
    void theHistoryEndsWithTheMomentAndCanBeOfOneTopic() throws Exception {
        JsonNode all = view("history").path("rows");
        long t = BENCH.browser().read("/api/frame").path("t").asLong();
        assertEquals(t, all.get(all.size() - 1).path("seq").asLong());
        for (JsonNode row : view("history&topic=store").path("rows")) {
            assertEquals("store", row.path("topic").asString());
        }
    }

    /// With so little patience that a guest that says hello is translated: it reads a message of
    /// its own byte by byte.
    @Test
    void theTranslatorShowsWhatBecameOfTheGuestsInstructions() throws Exception {
        translate("\"do\":\"patience\",\"times\":1");
        JsonNode view = view("translator");
        for (int i = 0; i < 200 && view.path("chosen").isNull(); i++) {
            time("\"do\":\"step\",\"unit\":\"event\",\"count\":20");
            view = view("translator");
        }
        JsonNode chosen = view.path("chosen");
        assertEquals("d1", "d" + chosen.path("row").path("owner").asInt());
        assertEquals(view.path("hottest").get(0), chosen.path("row"), "by default the hottest");
        JsonNode block = chosen.path("blocks").get(chosen.path("block").asInt());
        JsonNode lines = chosen.path("lines");
        assertEquals(block.path("instructions").asInt(), lines.size());
        String first = lines.get(0).path("bytecode").get(0).asString();
        assertTrue(first.matches(" *\\d+: [a-z].*"), first);
        String page = block.path("vaddr").asString().substring(0, 13) + "000";
        assertTrue(view.path("pages").toString().contains(page), "it is on the map");
    }

    @Test
    void whatIsDoneToTheTranslatorChangesItsSpeedAndNotTheGuest() throws Exception {
        long t = BENCH.browser().read("/api/frame").path("t").asLong();
        String hash = registersAt(t + 60);
        translate("\"do\":\"patience\",\"times\":1");
        time("\"do\":\"seek\",\"t\":" + t);
        assertEquals(hash, registersAt(t + 60), "with little patience");
        translate("\"do\":\"interpret\"");
        time("\"do\":\"seek\",\"t\":" + t);
        assertEquals(hash, registersAt(t + 60), "interpreted");
        assertTrue(view("translator").path("total").path("isResting").asBoolean());
        translate("\"do\":\"translate\"");
        translate("\"do\":\"patience\",\"times\":1000");
        assertEquals(0, view("translator").path("regions").asInt(), "all is forgotten");
        for (String wrong :
                List.of("{}", "{\"do\":\"patience\"}", "{\"do\":\"forget\",\"region\":7}")) {
            assertEquals(422, BENCH.browser().post("/api/translator", wrong).statusCode(), wrong);
        }
    }

    private static void translate(String order) throws Exception {
        BENCH.browser().ask("/api/translator", "{" + order + "}");
    }

    private static String registersAt(long t) throws Exception {
        JsonNode frame = time("\"do\":\"seek\",\"t\":" + t);
        assertEquals(t, frame.path("t").asLong());
        return frame.path("cpu").path("registers") + " " + frame.path("nanos");
    }

    /// Twenty of them a second are to cost a page little.
    @Test
    void noPictureIsLargerThanAPageCanReadTwentyTimesASecond() throws Exception {
        for (String name :
                List.of("walk", "frames", "rings", "store", "sched", "grants", "cpu", "time")) {
            int size = view(name).toString().length();
            assertTrue(size < 64 * 1024, name + " takes " + size);
        }
        translate("\"do\":\"patience\",\"times\":1");
        time("\"do\":\"step\",\"unit\":\"event\",\"count\":400");
        for (String name : List.of("history", "translator")) {
            int size = view(name).toString().length();
            assertTrue(size < 64 * 1024, name + " takes " + size);
        }
        translate("\"do\":\"patience\",\"times\":1000");
    }

    @Test
    void lookingChangesNothing() throws Exception {
        JsonNode before = BENCH.browser().read("/api/frame");
        for (String name :
                List.of(
                        "walk",
                        "frames",
                        "rings",
                        "store",
                        "sched",
                        "grants",
                        "time",
                        "translator")) {
            view(name);
        }
        JsonNode after = BENCH.browser().read("/api/frame");
        for (String what : List.of("t", "nanos", "end", "cpu", "events")) {
            assertEquals(before.path(what), after.path(what));
        }
    }

    @Test
    void aViewFollowsTheMachine() throws Exception {
        String key = BENCH.browser().read("/api/view?name=history").path("key").asString();
        JsonNode one = time("\"do\":\"step\",\"unit\":\"event\"").path("views").path(key);
        JsonNode two = time("\"do\":\"step\",\"unit\":\"event\"").path("views").path(key);
        assertNotEquals(one.path("text"), two.path("text"));
    }

    @Test
    void aPageThatLooksElsewhereIsShownThatAloneAndAnotherPageKeepsItsOwn() throws Exception {
        String left = look("one", 1);
        String kept = look("other", 2);
        String now = look("one", 3);
        JsonNode views = BENCH.browser().read("/api/frame").path("views");
        assertTrue(views.has(kept) && views.has(now), views.propertyNames().toString());
        assertFalse(views.has(left), views.propertyNames().toString());
    }

    private static String look(String page, int address) throws Exception {
        String query = "/api/view?name=walk&va=%d&page=%s".formatted(address, page);
        return BENCH.browser().read(query).path("key").asString();
    }

    @Test
    void whatDoesNotExistIsRefusedInWords() throws Exception {
        for (String wrong :
                List.of(
                        "nothing",
                        "walk&va=xyz",
                        "walk&access=jump",
                        "frames&mfn=" + "9".repeat(70))) {
            var answer = BENCH.browser().get("/api/view?name=" + wrong);
            boolean isRefused = answer.statusCode() >= 400 || answer.body().contains("absent");
            assertTrue(isRefused, wrong + ": " + answer.body());
        }
        assertTrue(
                BENCH.browser().get("/api/view?name=walk&domain=9").body().contains("no domain 9"));
    }
}
