package io.xenarium.toolstack;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.xenarium.check.Invariants;
import io.xenarium.machine.Input;
import io.xenarium.terms.DomId;
import io.xenarium.trace.DomainEvent;
import io.xenarium.trace.Sentence;
import io.xenarium.trace.Topic;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;

class FaultsTest {
    private static final long MILLISECOND = 1_000_000;
    private static final long END = 200 * MILLISECOND;

    /// What was said of faults while it ran.
    private final List<String> told = new ArrayList<>();

    private Host computer() {
        Host host = Computers.small(7);
        host.trace()
                .listen(
                        EnumSet.of(Topic.DOMAIN),
                        event -> {
                            if (event instanceof DomainEvent.Broken) {
                                told.add(Sentence.of(event));
                            }
                        });
        return host;
    }

    private static void runFor(Host host, long millis) {
        host.run(host.machine().clock().nanos() + millis * MILLISECOND);
    }

    @ParameterizedTest
    @EnumSource
    void aFaultSaysWhatItDidAndComesAgainWithAReplay(Input.Fault fault) {
        Host host = computer();
        DomId guest = Computers.hello(host, "victim");
        runFor(host, 20);
        for (long seed = 1; seed <= 3; seed++) {
            host.post(new Input.Faulted(guest, fault, seed));
            Computers.type(host, guest, "ticks");
            runFor(host, 20);
        }
        host.run(END);
        List<String> first = List.copyOf(told);
        assertEquals(3, first.size());
        assertEquals(List.of(), Invariants.check(host.hypervisor()));
        told.clear();
        Host again = computer();
        again.machine().journal().append(host.machine().journal().entries());
        again.run(END);
        assertEquals(first, told);
        assertEquals(host.stateHash(), again.stateHash());
    }

    @Test
    void goingBackBeforeAFaultUndoesIt() {
        Host host = computer();
        DomId guest = Computers.hello(host, "victim");
        Timeline timeline = new Timeline(host);
        timeline.run(20 * MILLISECOND);
        long before = timeline.now().seq();
        host.post(new Input.Faulted(guest, Input.Fault.CRASH, 1));
        timeline.run(30 * MILLISECOND);
        assertTrue(host.hypervisor().domain(guest).hasCrashed());
        timeline.seek(before);
        assertFalse(host.hypervisor().domain(guest).hasCrashed());
    }

    @Test
    void domainZeroIsSpared() {
        Host host = computer();
        host.post(new Input.Faulted(DomId.DOM0, Input.Fault.CRASH, 1));
        runFor(host, 1);
        assertEquals(List.of(), told);
    }
}
