package io.xenarium.lab01.check;

import io.xenarium.lab.SystemRun;
import io.xenarium.lab.Tier;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/// The fourth tier: a whole computer with the learner's processor in it boots a guest. Every event
/// of the run, to the nanosecond, is that of a computer with the machine's own processor.
@Tier(4)
public final class T4System {
    private static final String[] TYPED = {"help\r", "ticks\r", "trap\r", "ls\r", "crash\r"};

    @Test
    @Tag("01.6")
    void aGuestBootsAndAnswers() {
        SystemRun own = SystemRun.reference(TYPED);
        SystemRun mine = SystemRun.mine(TYPED);
        mine.compare(own, Rules.REGISTER, _ -> true);
        if (!mine.text().equals(own.text())) {
            throw mine.failure(
                    own,
                    Rules.REGISTER,
                    "the guest said `%s` last".formatted(last(mine)),
                    "lets it say `%s`".formatted(last(own)));
        }
    }

    private static String last(SystemRun run) {
        return run.lines().isEmpty() ? "" : run.lines().getLast();
    }
}
