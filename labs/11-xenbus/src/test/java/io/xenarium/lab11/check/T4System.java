package io.xenarium.lab11.check;

import io.xenarium.abi.BlockRing;
import io.xenarium.check.Invariants;
import io.xenarium.lab.CheckFailed;
import io.xenarium.lab.DiskGuest;
import io.xenarium.lab.Subject;
import io.xenarium.lab.SystemRun;
import io.xenarium.lab.Tier;
import io.xenarium.parts.Parts;
import io.xenarium.trace.RingEvent;
import io.xenarium.trace.Topic;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

import java.util.ArrayList;
import java.util.List;

/// The fourth tier: a whole computer with the learner's part in it. A guest that has a disk goes
/// through the handshake, with the real store; another one is typed to.
@Tier(4)
public final class T4System {
    @Test
    @Tag("11.3")
    void aDiskIsFoundUsedAndLeftTwice() {
        List<String> mine = handshakes(Subject.current().mine());
        List<String> xen = handshakes(Subject.current().reference());
        Subject.current().steps().addAll(mine);
        for (int i = 0; i < xen.size(); i++) {
            if (!mine.get(i).equals(xen.get(i))) {
                throw new CheckFailed(Rules.GUEST, mine.get(i), xen.get(i));
            }
        }
    }

    private static List<String> handshakes(Parts parts) {
        DiskGuest guest = new DiskGuest(parts, Topic.STORE);
        List<String> lines = new ArrayList<>();
        for (int round = 0; round < 2; round++) {
            guest.connect(round == 1);
            note(guest, "connect", lines);
            guest.push(BlockRing.READ, 3 + round, DiskGuest.PAGE);
            guest.signal(0);
            note(guest, "read: " + guest.status(), lines);
            guest.setState("5");
            note(guest, "closing", lines);
            guest.close();
            note(guest, "closed", lines);
            guest.setState("1");
            note(guest, "begin anew", lines);
        }
        guest.host().writeStore(DiskGuest.FRONT + "/ring-ref", "77");
        guest.setState("3");
        note(guest, "a ring that is not granted", lines);
        lines.addAll(Invariants.check(guest.host().hypervisor()));
        return lines;
    }

    private static void note(DiskGuest guest, String what, List<String> lines) {
        lines.add(
                "%s: the back-end is in state %s; %s"
                        .formatted(what, guest.backState(), guest.pages()));
    }

    @Test
    @Tag("11.6")
    void aGuestIsTypedToAndAnswers() {
        String[] typed = {"help\n", "hypercalls\n"};
        SystemRun mine = SystemRun.mine(typed);
        SystemRun xen = SystemRun.reference(typed);
        if (!mine.text().equals(xen.text())) {
            throw mine.failure(
                    xen,
                    Rules.GUEST,
                    "the console shows %d lines, the last is '%s'"
                            .formatted(mine.lines().size(), last(mine)),
                    "%d lines, the last is '%s'".formatted(xen.lines().size(), last(xen)));
        }
        mine.compare(xen, Rules.GUEST, event -> event instanceof RingEvent);
    }

    private static String last(SystemRun run) {
        return run.lines().isEmpty() ? "" : run.lines().getLast();
    }
}
