package io.xenarium.lab05.check;

import io.xenarium.check.Invariants;
import io.xenarium.lab.CheckFailed;
import io.xenarium.lab.Recording;
import io.xenarium.lab.Subject;
import io.xenarium.lab.Tier;
import io.xenarium.parts.Parts;
import io.xenarium.terms.DomId;
import io.xenarium.toolstack.Ending;
import io.xenarium.toolstack.Host;
import io.xenarium.toolstack.HostConfig;
import io.xenarium.toolstack.Images;
import io.xenarium.toolstack.XlConfig;
import io.xenarium.trace.PortEvent;
import io.xenarium.trace.Topic;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;

/// The fourth tier: a whole computer with the learner's part in it boots a guest and talks to it.
/// Each key and each answer, each tick of the guest's timer goes through the part.
@Tier(4)
public final class T4System {
    private static final long MILLISECOND = 1_000_000;

    /// The computer and the guest of the page's stage, so that it can show the same run.
    private static final int HOST_MIB = 192;

    private static final int GUEST_MIB = 8;

    private static Run reference;

    @Test
    @Tag("05.6")
    void aGuestBootsAndAnswers() {
        Run mine = new Run(Subject.current().mine());
        Run xen = reference(Subject.current().reference());
        Subject.current().steps().addAll(mine.lines());
        List<String> lost = Invariants.checkEvents(mine.host.hypervisor());
        compare(mine, xen);
        if (!lost.isEmpty()) {
            throw new CheckFailed(
                    Rules.LOST,
                    "at the end, " + lost.getFirst(),
                    "leaves no event untold",
                    at(mine.host.trace().seq()));
        }
    }

    /// The reference's run, which is the same every time.
    private static Run reference(Parts parts) {
        if (reference == null || reference.parts != parts) {
            reference = new Run(parts);
        }
        return reference;
    }

    private static void compare(Run mine, Run xen) {
        int shared = Math.min(mine.events.size(), xen.events.size());
        for (int i = 0; i < shared; i++) {
            if (!mine.events.get(i).equals(xen.events.get(i))) {
                // What is left out shows late: the sooner of the two is where they part.
                long seq =
                        Math.min(mine.events.get(i).stamp().seq(), xen.events.get(i).stamp().seq());
                Subject.current().record(mine.recording(seq));
                throw differs(mine, mine.words(i), xen.words(i));
            }
        }
        if (mine.events.size() != xen.events.size()) {
            Subject.current().record(mine.recording(mine.host.trace().seq()));
            throw differs(mine, mine.words(shared), xen.words(shared));
        }
    }

    private static CheckFailed differs(Run mine, String you, String wanted) {
        boolean isSilent = mine.host.consoleOutput(mine.guest).text().isEmpty();
        return new CheckFailed(
                isSilent ? Rules.LOST : Rules.PENDING,
                "in the running guest, " + you,
                "there, " + wanted,
                at(mine.host.trace().seq()));
    }

    private static CheckFailed.Again at(long seq) {
        return new CheckFailed.Again(
                "event " + seq, "", "http://127.0.0.1:7070/lab/05?seed=1&t=" + seq);
    }

    /// One computer from its start to the answer of its guest, and what its ports did.
    private static final class Run {
        private final Parts parts;
        private final Host host;
        private final DomId guest;
        private final List<PortEvent> events = new ArrayList<>();

        Run(Parts parts) {
            this.parts = parts;
            host = Host.of(new HostConfig(1, HOST_MIB, parts));
            // All topics, as the page does: an event that nobody wants has no number.
            host.trace()
                    .listen(
                            EnumSet.allOf(Topic.class),
                            event -> {
                                if (event instanceof PortEvent port) {
                                    events.add(port);
                                }
                            });
            guest =
                    host.xl()
                            .create(
                                    XlConfig.of("hello", Images.HELLO, GUEST_MIB)
                                            .ending(Ending.Plan.REBOOT));
            host.run(20 * MILLISECOND);
            for (String typed : List.of("ticks\r", "mask 2\r", "unmask 2\r", "ports\r")) {
                host.type(guest, typed.getBytes(StandardCharsets.US_ASCII));
                host.run(host.machine().clock().nanos() + 10 * MILLISECOND);
            }
        }

        Recording recording(long seq) {
            return new Recording(1, host.machine().journal().entries(), seq);
        }

        List<String> lines() {
            return host.consoleOutput(guest).text().lines().toList();
        }

        String words(int index) {
            return index < events.size()
                    ? "event %d is %s".formatted(events.get(index).stamp().seq(), events.get(index))
                    : "nothing more happens after event "
                            + (events.isEmpty() ? 0 : events.getLast().stamp().seq());
        }
    }
}
