package io.xenarium.lab02.check;

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
import io.xenarium.trace.CpuEvent;
import io.xenarium.trace.Topic;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;

/// The fourth tier: a whole computer with the learner's part in it boots a guest and talks to it.
/// Every hypercall, every exception and every upcall goes through the part.
@Tier(4)
public final class T4System {
    private static final long MILLISECOND = 1_000_000;

    /// The computer and the guest of the page's stage, so that it can show the same run.
    private static final int HOST_MIB = 192;

    private static final int GUEST_MIB = 8;

    private static Run reference;

    @Test
    @Tag("02.6")
    void aGuestBootsAndAnswers() {
        Run mine = new Run(Subject.current().mine());
        Run xen = reference(Subject.current().reference());
        Subject.current().steps().addAll(mine.lines());
        int shared = Math.min(mine.events.size(), xen.events.size());
        for (int i = 0; i < shared; i++) {
            if (!mine.events.get(i).equals(xen.events.get(i))) {
                throw differs(mine, i, xen);
            }
        }
        if (mine.events.size() != xen.events.size()) {
            throw differs(mine, shared, xen);
        }
    }

    /// The reference's run, which is the same every time.
    private static Run reference(Parts parts) {
        if (reference == null || reference.parts != parts) {
            reference = new Run(parts);
        }
        return reference;
    }

    private static CheckFailed differs(Run mine, int index, Run xen) {
        // What is left out shows late: the sooner of the two is where they part.
        long seq = Math.min(mine.seq(index), xen.seq(index));
        Subject.current().record(new Recording(1, mine.host.machine().journal().entries(), seq));
        return new CheckFailed(
                Rules.REGISTER,
                "in the running guest, " + mine.words(index),
                "there, " + xen.words(index),
                new CheckFailed.Again(
                        "event " + seq, "", "http://127.0.0.1:7070/lab/02?seed=1&t=" + seq));
    }

    /// One computer from its start to the answers of its guest, and how control went to and fro.
    private static final class Run {
        private final Parts parts;
        private final Host host;
        private final DomId guest;
        private final List<CpuEvent> events = new ArrayList<>();

        Run(Parts parts) {
            this.parts = parts;
            host = Host.of(new HostConfig(1, HOST_MIB, parts));
            // All topics, as the page does: an event that nobody wants has no number.
            host.trace()
                    .listen(
                            EnumSet.allOf(Topic.class),
                            event -> {
                                if (event instanceof CpuEvent cpu) {
                                    events.add(cpu);
                                }
                            });
            guest =
                    host.xl()
                            .create(
                                    XlConfig.of("hello", Images.HELLO, GUEST_MIB)
                                            .ending(Ending.Plan.REBOOT));
            host.run(20 * MILLISECOND);
            for (String typed : List.of("ticks\r", "help\r", "ports\r")) {
                host.type(guest, typed.getBytes(StandardCharsets.US_ASCII));
                host.run(host.machine().clock().nanos() + 10 * MILLISECOND);
            }
        }

        long seq(int index) {
            return index < events.size() ? events.get(index).stamp().seq() : host.trace().seq();
        }

        List<String> lines() {
            return host.consoleOutput(guest).text().lines().toList();
        }

        String words(int index) {
            return index < events.size() ? events.get(index).toString() : "nothing more happens";
        }
    }
}
