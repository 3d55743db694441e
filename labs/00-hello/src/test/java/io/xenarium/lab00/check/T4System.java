package io.xenarium.lab00.check;

import io.xenarium.lab.SystemRun;
import io.xenarium.lab.Tier;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/// The fourth tier: a whole computer with the learner's part in it boots a guest, whose first words
/// go through that part.
@Tier(4)
public final class T4System {
    @Test
    @Tag("00.1")
    void theGuestsFirstWordsAppear() {
        SystemRun mine = SystemRun.mine();
        SystemRun xen = SystemRun.reference();
        if (!mine.text().equals(xen.text())) {
            throw mine.failure(
                    xen,
                    Rules.TEXT,
                    "the guest's console begins with `" + firstLine(mine) + "`",
                    "shows `" + firstLine(xen) + "`");
        }
    }

    private static String firstLine(SystemRun run) {
        return run.lines().isEmpty() ? "nothing at all" : run.lines().getFirst();
    }
}
