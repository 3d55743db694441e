package io.xenarium.lab04.check;

import io.xenarium.check.Invariants;
import io.xenarium.lab.SystemRun;
import io.xenarium.lab.Tier;
import io.xenarium.trace.MemoryEvent;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

import java.util.List;

/// The fourth tier: a whole computer with the learner's part in it boots a guest and talks to it.
/// Its tables are pinned, its roots are loaded and its entries are written by the part.
@Tier(4)
public final class T4System {
    private static final String[] TYPED = {"help\r", "ticks\r", "ports\r"};

    @Test
    @Tag("04.6")
    void aGuestBootsOnTablesThatWereLookedAt() {
        SystemRun xen = SystemRun.reference(TYPED);
        SystemRun mine = SystemRun.mine(TYPED);
        mine.compare(xen, Rules.GUEST, event -> event instanceof MemoryEvent);
        List<String> wrong = Invariants.check(mine.host().hypervisor());
        if (!wrong.isEmpty()) {
            throw mine.failure(
                    xen,
                    Rules.TYPE,
                    "at the end, " + wrong.getFirst(),
                    "counts as many as there are");
        }
        if (!mine.text().equals(xen.text())) {
            throw mine.failure(
                    xen,
                    Rules.GUEST,
                    "the guest's last line is `%s`".formatted(mine.lines().getLast()),
                    "the guest's last line is `%s`".formatted(xen.lines().getLast()));
        }
    }
}
