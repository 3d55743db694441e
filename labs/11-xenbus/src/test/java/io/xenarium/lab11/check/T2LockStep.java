package io.xenarium.lab11.check;

import io.xenarium.lab.Tier;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/// The second tier: the same operations for the learner's part and for the reference, and the first
/// difference between what comes of them.
@Tier(2)
public final class T2LockStep {
    @Test
    @Tag("11.1")
    void everyPairOfStatesLeadsTheSameWay() {
        new LockStep(Op.Kind.NEXT).check();
    }

    @Test
    @Tag("11.2")
    void everyOfferIsTakenTheSame() {
        new LockStep(Op.Kind.CONNECT, Op.Kind.OFFER).check();
    }

    @Test
    @Tag("11.3")
    void everyFrontEndIsFollowedTheSame() {
        new LockStep(Op.Kind.FRONT, Op.Kind.FRONT, Op.Kind.OFFER, Op.Kind.DISCONNECT).check();
    }

    @Test
    @Tag("11.4")
    void everyRingIsReadTheSame() {
        new LockStep(Op.Kind.READ).check();
    }

    @Test
    @Tag("11.5")
    void everyRingIsWrittenTheSame() {
        new LockStep(Op.Kind.WRITE).check();
    }

    @Test
    @Tag("11.6")
    void everyConsoleIsServedTheSame() {
        new LockStep(Op.Kind.SERVE).check();
    }
}
