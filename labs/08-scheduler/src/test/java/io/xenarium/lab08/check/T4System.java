package io.xenarium.lab08.check;

import io.xenarium.lab.SystemRun;
import io.xenarium.lab.Tier;
import io.xenarium.trace.SchedEvent;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/// The fourth tier: a whole computer with the learner's part in it boots a guest and talks to it.
/// Each time that the guest gets the processor the part has said so, and for how long.
@Tier(4)
public final class T4System {
    private static final String[] TYPED = {"ticks\r", "help\r", "ports\r"};

    @Test
    @Tag("08.6")
    void aGuestBootsAndAnswers() {
        SystemRun mine = SystemRun.mine(TYPED);
        mine.compare(SystemRun.reference(TYPED), Rules.GUEST, event -> event instanceof SchedEvent);
    }
}
