package io.xenarium.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

import tools.jackson.databind.JsonNode;

import java.util.List;

/// What a reader changes beside the three clocks and in the scheduler, and how it is undone. A
/// bench of its own, because inputs stay in the journal and come again.
class TimeViewTest {
    @RegisterExtension static final HelloBench BENCH = new HelloBench();

    @Test
    void aRecordThatIsHalfWrittenIsSeenAndUndoneByGoingBack() throws Exception {
        long t = BENCH.time("\"do\":\"step\",\"unit\":\"event\",\"count\":3").path("t").asLong();
        input("{\"kind\":\"fault\",\"domain\":1,\"fault\":\"tear_time\",\"seed\":1}");
        JsonNode torn = BENCH.view("time");
        assertTrue(torn.path("record").path("isOdd").asBoolean());
        JsonNode marks = torn.path("marks");
        assertEquals("odd", marks.get(marks.size() - 1).path("kind").asString());
        assertTrue(torn.path("text").asString().contains("odd: it is being changed"));
        BENCH.time("\"do\":\"seek\",\"t\":" + t);
        assertFalse(BENCH.view("time").path("record").path("isOdd").asBoolean());
    }

    @Test
    void dateAndTimerAreSetFromThePage() throws Exception {
        JsonNode frame = input("{\"kind\":\"date\",\"domain\":1,\"seconds\":1800000000}");
        assertTrue(frame.path("sentence").asString().contains("2027-01-15T08:00:00Z"));
        String wall = BENCH.view("time").path("record").path("wall").asString();
        assertTrue(wall.startsWith("2027-01-15T08:00:00"), wall);
        long due = frame.path("nanos").asLong() + 5_000_000;
        input("{\"kind\":\"timer\",\"domain\":1,\"vcpu\":0,\"nanos\":" + due + "}");
        assertEquals(due, BENCH.view("time").path("alarms").get(0).path("nanos").asLong());
        for (String wrong :
                List.of(
                        "{\"kind\":\"date\",\"domain\":1}",
                        "{\"kind\":\"timer\",\"domain\":0,\"nanos\":1}",
                        "{\"kind\":\"timer\",\"domain\":1,\"nanos\":-1}")) {
            assertEquals(422, BENCH.browser().post("/api/input", wrong).statusCode(), wrong);
        }
    }

    private static JsonNode input(String body) throws Exception {
        return BENCH.browser().ask("/api/input", body);
    }

    @Test
    void weightAndCapAreSetAndGoingBackTakesThemAway() throws Exception {
        long t = BENCH.time("\"do\":\"step\",\"unit\":\"event\"").path("t").asLong();
        input("{\"kind\":\"share\",\"domain\":1,\"weight\":300,\"cap\":25}");
        JsonNode share = BENCH.view("sched").path("shares").get(0);
        assertEquals(300, share.path("weight").asInt());
        assertEquals(25, share.path("cap").asInt());
        assertTrue(BENCH.view("sched").path("text").asString().contains("   300     25"));
        int ten = BENCH.view("sched").path("tracks").get(0).path("ten").asInt();
        assertTrue(ten >= 0 && ten < 900, ten + " thousandths of ten seconds");
        BENCH.time("\"do\":\"seek\",\"t\":" + t);
        assertEquals(256, BENCH.view("sched").path("shares").get(0).path("weight").asInt());
    }

    /// Until the record of neither is to be written soon.
    private static void untilBothSleep() throws Exception {
        for (int i = 0; i < 1_000; i++) {
            String sentence =
                    BENCH.time("\"do\":\"step\",\"unit\":\"event\"").path("sentence").asString();
            String states = BENCH.view("sched").path("tracks").toString();
            if (sentence.endsWith("to blocked.")
                    && states.matches(
                            ".*\"state\":\"blocked\",\"timer.*\"state\":\"blocked\",\"timer.*")) {
                return;
            }
        }
        throw new AssertionError("they never sleep");
    }

    /// Two guests that want all of the one processor, one of twice the weight: a second of theirs.
    @Test
    void whoWeighsTwiceAsMuchRunsTwiceAsLongAndItsCreditFallsAsFast() throws Exception {
        input("{\"kind\":\"guest\"}");
        BENCH.time("\"do\":\"step\",\"unit\":\"event\",\"count\":2500");
        untilBothSleep();
        input("{\"kind\":\"share\",\"domain\":2,\"weight\":512,\"cap\":0}");
        for (int domain = 1; domain <= 2; domain++) {
            input(
                    "{\"kind\":\"fault\",\"domain\":%d,\"fault\":\"tear_time\",\"seed\":1}"
                            .formatted(domain));
            BENCH.browser()
                    .ask("/api/console", "{\"domain\":%d,\"data\":\"dGlja3MN\"}".formatted(domain));
        }
        BENCH.time("\"do\":\"step\",\"unit\":\"slice\",\"count\":60");
        JsonNode sched = BENCH.view("sched&span=12000000");
        int one = sched.path("tracks").get(0).path("shares").path("running").asInt();
        int two = sched.path("tracks").get(1).path("shares").path("running").asInt();
        assertTrue(one > 280 && one < 380 && two > 620 && two < 720, sched.toString());
        JsonNode processor = sched.path("processors").get(0);
        String both =
                processor.path("runs").asString() + processor.path("waiting").get(0).asString();
        assertTrue(both.equals("d1v0d2v0") || both.equals("d2v0d1v0"), both);
        assertTrue(sched.path("curves").get(1).path("points").size() > 10, sched.toString());
    }
}
