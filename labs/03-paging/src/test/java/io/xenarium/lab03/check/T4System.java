package io.xenarium.lab03.check;

import io.xenarium.lab.SystemRun;
import io.xenarium.lab.Tier;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/// The fourth tier: a whole computer with the learner's part in it boots a guest and talks to it.
/// Every page that the TLBs do not know, and every argument of a hypercall, is found by the part.
@Tier(4)
public final class T4System {
    private static final String[] TYPED = {"help\r", "ticks\r", "trap\r"};

    @Test
    @Tag("03.5")
    void aGuestBootsAndAnswers() {
        SystemRun xen = SystemRun.reference(TYPED);
        SystemRun mine = SystemRun.mine(TYPED);
        mine.compare(xen, Rules.FAULT, _ -> true);
        if (!mine.text().equals(xen.text())) {
            throw mine.failure(
                    xen,
                    Rules.FAULT,
                    "the guest's last line is `%s`".formatted(last(mine)),
                    "the guest's last line is `%s`".formatted(last(xen)));
        }
    }

    private static String last(SystemRun run) {
        return run.lines().isEmpty() ? "" : run.lines().getLast();
    }
}
