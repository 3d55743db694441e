package io.xenarium.lab02.check;

import io.xenarium.lab.SystemRun;
import io.xenarium.lab.Tier;
import io.xenarium.trace.CpuEvent;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/// The fourth tier: a whole computer with the learner's part in it boots a guest and talks to it.
/// Every hypercall, every exception and every upcall goes through the part.
@Tier(4)
public final class T4System {
    private static final String[] TYPED = {"ticks\r", "help\r", "ports\r"};

    @Test
    @Tag("02.6")
    void aGuestBootsAndAnswers() {
        SystemRun mine = SystemRun.mine(TYPED);
        mine.compare(
                SystemRun.reference(TYPED), Rules.REGISTER, event -> event instanceof CpuEvent);
    }
}
