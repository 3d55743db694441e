package io.xenarium.lab09.check;

import io.xenarium.lab.Tier;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/// The second tier: the same operations for the learner's part and for the reference, and the first
/// difference between what they leave behind.
@Tier(2)
public final class T2LockStep {
    @Test
    @Tag("09.1")
    void everyHeaderIsReadTheSame() {
        new LockStep(Op.Kind.PERMITS).check();
    }

    @Test
    @Tag("09.2")
    void pinsAreTakenTheSame() {
        new LockStep(Op.Kind.PIN, Op.Kind.OFFER).check();
    }

    @Test
    @Tag("09.3")
    void pinsAreGivenBackTheSame() {
        new LockStep(Op.Kind.PIN, Op.Kind.UNPIN, Op.Kind.OFFER, Op.Kind.TAKE_BACK).check();
    }

    @Test
    @Tag("09.4")
    void mappingsAreMadeTheSame() {
        new LockStep(Op.Kind.MAP, Op.Kind.MISPLACED, Op.Kind.OFFER).check();
    }

    @Test
    @Tag("09.5")
    void everythingTogetherIsTheSame() {
        new LockStep(
                        Op.Kind.MAP,
                        Op.Kind.UNMAP,
                        Op.Kind.MISPLACED,
                        Op.Kind.OFFER,
                        Op.Kind.TAKE_BACK)
                .check();
    }
}
