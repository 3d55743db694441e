package io.xenarium.toolstack;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.xenarium.machine.Journal;
import io.xenarium.terms.DomId;
import io.xenarium.trace.Topic;
import io.xenarium.trace.XenEvent;

import org.junit.jupiter.api.Test;

import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.SplittableRandom;

class RunsAreDeterministicTest {
    private static final long MILLISECOND = 1_000_000;

    /// All that a run can be told by.
    private record Run(List<Journal.Entry> journal, List<String> trace, long state) {}

    @Test
    void theSameInputsGiveTheSameJournalTraceAndState() {
        assertEquals(session(7, 3 * MILLISECOND), session(7, 3 * MILLISECOND));
    }

    @Test
    void theSameHoldsOnSeveralProcessors() {
        Run run = session(7, 3 * MILLISECOND, 3);
        assertTrue(run.trace.stream().anyMatch(event -> event.contains("pcpu=1")), "one alone ran");
        assertEquals(run, session(7, 3 * MILLISECOND, 3));
        assertEquals(run, replay(run.journal(), 777, 3));
    }

    @Test
    void aRunInOtherPiecesIsTheSameRun() {
        Run whole = replay(session(7, 3 * MILLISECOND).journal(), Long.MAX_VALUE);
        assertEquals(whole, replay(whole.journal(), 777));
    }

    @Test
    void aJournalThatIsReplayedGivesTheRunThatWroteIt() {
        Run run = session(7, 3 * MILLISECOND);
        assertEquals(run, replay(run.journal(), 5 * MILLISECOND));
    }

    @Test
    void anotherInputGivesAnotherRun() {
        Host one = Computers.small(1);
        Computers.type(one, Computers.hello(one, "a"), "ticks");
        Host other = Computers.small(1);
        Computers.type(other, Computers.hello(other, "a"), "ring");
        assertNotEquals(one.stateHash(), other.stateHash());
    }

    private static Run session(long seed, long pieceNanos) {
        return session(seed, pieceNanos, 1);
    }

    /// Two guests; somebody types, pauses, flips bits and looks things up while they run.
    private static Run session(long seed, long pieceNanos, int processors) {
        Host host = Computers.small(seed, processors);
        host.setDate(Instant.parse("2030-05-06T07:08:09Z"));
        List<String> trace = listen(host);
        DomId one = Computers.hello(host, "one");
        run(host, 20 * MILLISECOND, pieceNanos);
        DomId two = Computers.hello(host, "two");
        run(host, 40 * MILLISECOND, pieceNanos);
        for (String line : List.of("help", "alloc 2", "ports", "send 4", "ls", "write data x")) {
            Computers.type(host, one, line);
            Computers.type(host, two, line);
            run(host, host.machine().clock().nanos() + 7 * MILLISECOND, pieceNanos);
        }
        host.xl().pause(two);
        host.writeStore("/local/domain/1/control/shutdown", "nothing");
        run(host, host.machine().clock().nanos() + 7 * MILLISECOND, pieceNanos);
        host.xl().destroy(two);
        run(host, 200 * MILLISECOND, pieceNanos);
        return new Run(host.machine().journal().entries(), trace, host.stateHash());
    }

    private static Run replay(List<Journal.Entry> journal, long pieceNanos) {
        return replay(journal, pieceNanos, 1);
    }

    private static Run replay(List<Journal.Entry> journal, long pieceNanos, int processors) {
        Host host = Computers.small(7, processors);
        List<String> trace = listen(host);
        host.machine().journal().append(journal);
        run(host, 200 * MILLISECOND, pieceNanos);
        return new Run(host.machine().journal().entries(), trace, host.stateHash());
    }

    private static void run(Host host, long untilNanos, long pieceNanos) {
        SplittableRandom pieces = new SplittableRandom(pieceNanos);
        while (host.machine().clock().nanos() < untilNanos) {
            long now = host.machine().clock().nanos();
            long piece = pieceNanos == Long.MAX_VALUE ? untilNanos : pieces.nextLong(1, pieceNanos);
            long retired = host.hypervisor().retired();
            host.run(Math.min(untilNanos, now + piece));
            boolean isIdle = host.hypervisor().retired() == retired;
            if (isIdle && host.machine().clock().nanos() == now) {
                return;
            }
        }
    }

    private static List<String> listen(Host host) {
        List<String> trace = new ArrayList<>();
        host.trace().listen(EnumSet.allOf(Topic.class), (XenEvent event) -> trace.add(event + ""));
        return trace;
    }
}
