package io.xenarium.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

import tools.jackson.databind.JsonNode;

/// The computer on the bench beside one with the reference in all slots: where the two part, and
/// what each is like there.
class CompareTest {
    @RegisterExtension static final HelloBench BENCH = new HelloBench();

    @AfterEach
    void compareNoMore() throws Exception {
        compare(false);
    }

    private static void compare(boolean isOn) throws Exception {
        BENCH.browser().ask("/api/compare", "{\"on\":" + isOn + "}");
    }

    /// Puts these parts on the bench, unless they are there.
    private static void use(String mine) throws Exception {
        JsonNode now = BENCH.browser().read("/api/parts").path("mine");
        if (!now.toString().equals("[" + mine + "]")) {
            BENCH.remake("/api/parts", "{\"mine\":[" + mine + "]}");
            BENCH.beforeEach(null);
        }
    }

    /// Puts a mutant on the bench, runs it for a while, and waits until the lanes are compared.
    private static JsonNode mutant(String id) throws Exception {
        use("\"" + id + "\"");
        BENCH.time("\"do\":\"step\",\"unit\":\"event\",\"count\":1500");
        return lanes();
    }

    private static JsonNode lanes() throws Exception {
        try (Listener listener = new Listener(BENCH.browser())) {
            compare(true);
            return listener.await(
                            "state",
                            frame ->
                                    !frame.path("lanes")
                                            .path("state")
                                            .asString("looking")
                                            .equals("looking"))
                    .path("lanes");
        }
    }

    @Test
    void theFirstEventThatAMutantHasOtherwiseIsFound() throws Exception {
        JsonNode lanes = mutant("05:M2");
        assertEquals("mutant M2 of lab 05: forgets the selector", lanes.path("mine").asString());
        assertEquals("differs", lanes.path("state").asString());
        JsonNode first = lanes.path("first");
        assertTrue(first.path("wanted").asString().contains("selector"), lanes.toString());
        assertNotEquals(first.path("wanted"), first.path("sentence"));
        assertEquals(lanes.path("same").asLong() + 1, first.path("seq").asLong());
    }

    @Test
    void steppingMovesBothLanesAndTheDifferenceIsInTheirPictures() throws Exception {
        long parting = mutant("05:M2").path("first").path("seq").asLong();
        JsonNode before = BENCH.time("\"do\":\"seek\",\"t\":" + (parting - 1));
        JsonNode there = before.path("lanes").path("there");
        assertEquals(parting - 1, there.path("t").asLong());
        assertEquals(before.path("sentence"), there.path("sentence"));
        assertEquals(before.path("events").path("domains"), there.path("events").path("domains"));
        JsonNode after = BENCH.time("\"do\":\"step\",\"unit\":\"event\"");
        there = after.path("lanes").path("there");
        assertEquals(parting, there.path("t").asLong());
        assertNotEquals(after.path("sentence"), there.path("sentence"));
        assertNotEquals(after.path("events").path("domains"), there.path("events").path("domains"));
        JsonNode rows = after.path("lanes").path("rows");
        assertTrue(rows.get(rows.size() - 1).path("differs").asBoolean());
        assertFalse(rows.get(rows.size() - 2).path("differs").asBoolean());
    }

    @Test
    void theReferenceBesideItselfIsTheSameAndAnInputReachesBoth() throws Exception {
        use("");
        JsonNode lanes = lanes();
        assertEquals("same", lanes.path("state").asString());
        assertEquals("the reference", lanes.path("mine").asString());
        JsonNode acted =
                BENCH.browser().ask("/api/input", "{\"kind\":\"send\",\"domain\":1,\"port\":2}");
        JsonNode frame = BENCH.browser().read("/api/frame");
        assertEquals("same", frame.path("lanes").path("state").asString(), frame.toString());
        assertEquals(acted.path("t"), frame.path("lanes").path("there").path("t"));
        JsonNode back = BENCH.time("\"do\":\"back\",\"unit\":\"event\",\"count\":700");
        assertEquals(
                back.path("cpu").path("registers"),
                back.path("lanes").path("there").path("cpu").path("registers"));
    }

    @Test
    void aMutantThatDoesNotExistIsRefusedInWords() throws Exception {
        var answer = BENCH.browser().post("/api/parts", "{\"mine\":[\"05:M99\"]}");
        assertEquals(422, answer.statusCode());
        assertTrue(answer.body().contains("no mutant M99"), answer.body());
        JsonNode mutants = BENCH.browser().read("/api/mutants?lab=05");
        assertEquals("05:M1", mutants.get(0).path("id").asString());
    }
}
