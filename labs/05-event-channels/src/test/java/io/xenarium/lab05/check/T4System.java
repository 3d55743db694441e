package io.xenarium.lab05.check;

import io.xenarium.check.Invariants;
import io.xenarium.lab.SystemRun;
import io.xenarium.lab.Tier;
import io.xenarium.trace.PortEvent;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

import java.util.List;

/// The fourth tier: a whole computer with the learner's part in it boots a guest and talks to it.
/// Each key and each answer, each tick of the guest's timer goes through the part.
@Tier(4)
public final class T4System {
    private static final String[] TYPED = {"ticks\r", "mask 2\r", "unmask 2\r", "ports\r"};

    @Test
    @Tag("05.6")
    void aGuestBootsAndAnswers() {
        SystemRun mine = SystemRun.mine(TYPED);
        SystemRun xen = SystemRun.reference(TYPED);
        boolean isSilent = mine.text().isEmpty();
        mine.compare(
                xen, isSilent ? Rules.LOST : Rules.PENDING, event -> event instanceof PortEvent);
        List<String> lost = Invariants.checkEvents(mine.host().hypervisor());
        if (!lost.isEmpty()) {
            throw mine.failure(
                    xen, Rules.LOST, "at the end, " + lost.getFirst(), "leaves no event untold");
        }
    }
}
