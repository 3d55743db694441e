package io.xenarium.lab06.check;

import io.xenarium.lab.SystemRun;
import io.xenarium.lab.Tier;
import io.xenarium.terms.DomId;
import io.xenarium.trace.SchedEvent;
import io.xenarium.trace.SchedEvent.Runstate;
import io.xenarium.xen.Vcpu;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

import java.util.ArrayList;
import java.util.List;

/// The fourth tier: a whole computer with the learner's part in it boots a guest that sleeps for a
/// second, again and again. It calculates when with its time record, asks for a timer, and blocks.
@Tier(4)
public final class T4System {
    private static final long SOME_SLEEPS = 3_300_000_000L;
    private static final String TYPED = "ticks\r";

    @Test
    @Tag("06.5")
    void aGuestSleepsForASecond() {
        SystemRun mine = SystemRun.mine(SOME_SLEEPS, TYPED);
        SystemRun xen = SystemRun.reference(SOME_SLEEPS, TYPED);
        mine.compare(xen, Rules.GUEST, event -> event instanceof SchedEvent);
        if (!mine.text().equals(xen.text())) {
            throw mine.failure(
                    xen,
                    Rules.GUEST,
                    "the guest says: " + mine.lines().getLast(),
                    "it says: " + xen.lines().getLast());
        }
        if (!spent(mine).equals(spent(xen))) {
            throw mine.failure(xen, Rules.CHARGED, spent(mine), spent(xen));
        }
    }

    /// How long the guest's vCPU was in each state.
    private static String spent(SystemRun run) {
        Vcpu vcpu = run.host().hypervisor().domain(new DomId(1)).vcpus().getFirst();
        List<String> words = new ArrayList<>();
        for (Runstate state : Runstate.values()) {
            words.add("%s %,d ns".formatted(TimeWorld.name(state), vcpu.spentNanos(state)));
        }
        return "the guest's vCPU was " + String.join(", ", words);
    }
}
