package io.xenarium.lab;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.abort;

import io.xenarium.parts.Parts;
import io.xenarium.parts.Slot;
import io.xenarium.terms.DomId;
import io.xenarium.toolstack.GuestShelf;
import io.xenarium.toolstack.Host;
import io.xenarium.toolstack.HostConfig;
import io.xenarium.toolstack.Images;
import io.xenarium.toolstack.LinuxShelf;
import io.xenarium.toolstack.Refused;
import io.xenarium.toolstack.XlConfig;
import io.xenarium.trace.Topic;

import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.stream.Stream;

/// The code as of each chapter's end: whoever has done the labs so far, all of them, has a machine
/// in which every slot up to here holds a learner's part, guarded and counted, and the others the
/// reference. It is built, and boots.
class CodeAsOfChapterTest {
    private static final Path ROOT = LabFolder.root();
    private static final LearnerParts PARTS = new LearnerParts();
    private static final Parts REFERENCE = PARTS.solutions(ROOT);
    private static final long MILLISECOND = 1_000_000;
    private static final List<String> TYPED = List.of("ticks\r", "ports\r");
    private static final List<String> EXPECTED = run(REFERENCE);

    private static List<String> run(Parts parts) {
        Host host = Host.of(new HostConfig(1, 64, parts));
        List<String> seen = new ArrayList<>();
        host.trace().listen(EnumSet.allOf(Topic.class), event -> seen.add(event.toString()));
        DomId guest = host.xl().create(XlConfig.of("hello", Images.HELLO, 8));
        host.run(20 * MILLISECOND);
        for (String line : TYPED) {
            host.type(guest, line.getBytes(StandardCharsets.US_ASCII));
            host.run(host.machine().clock().nanos() + 10 * MILLISECOND);
        }
        seen.add(host.consoleOutput(guest).text());
        return seen;
    }

    @TestFactory
    Stream<DynamicTest> theMachineOfEachChapterRunsOurGuestAsTheReferenceDoes() {
        assertTrue(EXPECTED.size() > 100, "nothing happens there");
        return LabFolder.all(ROOT).stream()
                .map(lab ->
                        DynamicTest.dynamicTest(
                                lab.id(),
                                () -> {
                                    Parts parts = PARTS.asOf(ROOT, lab.id(), REFERENCE);
                                    assertHolders(parts, lab.id());
                                    assertEquals(EXPECTED, run(parts));
                                }));
    }

    private static void assertHolders(Parts parts, String upTo) {
        for (Slot slot : Slot.values()) {
            boolean isDone = slot.lab().compareTo(upTo) <= 0;
            assertEquals(isDone, parts.isLent(slot), slot.toString());
        }
    }

    /// The processor of lab 01 included, which executes most of its instructions: takes two
    /// minutes.
    @Test
    void debiansLinuxBootsOnThePartsOfAllChapters() {
        LinuxShelf.Kernel kernel = fetched();
        String last = LabFolder.all(ROOT).getLast().id();
        Parts parts = PARTS.asOf(ROOT, last, REFERENCE);
        String said = LinuxRun.until("BusyBox", 30_000 * MILLISECOND, kernel, parts);
        assertTrue(said.contains("BusyBox"), said);
    }

    private static LinuxShelf.Kernel fetched() {
        try {
            if (LinuxRun.kernel().isEmpty()) {
                GuestShelf.ofUser().linux().fetch(List.of(LinuxShelf.Flavour.CLOUD), _ -> {});
            }
        } catch (Refused refused) {
            String why = "Linux CANNOT BE TESTED on learners' parts: " + refused.getMessage();
            if ("true".equals(System.getenv("CI"))) {
                throw new AssertionError(why + " (in CI it has to)", refused);
            }
            System.err.println(why);
            abort(why);
        }
        return LinuxRun.kernel().orElseThrow();
    }
}
