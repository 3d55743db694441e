package io.xenarium.lab03.check;

import io.xenarium.lab.Tier;
import io.xenarium.lab03.check.Op.Kind;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/// The second tier: random page tables that change while they are used, for the learner's part and
/// for the reference, and the first difference between what they answer or leave behind.
@Tier(2)
public final class T2LockStep {
    @Test
    @Tag("03.1")
    void walksInLockStep() {
        Scene.lockStep(Kind.WALK);
    }

    @Test
    @Tag("03.2")
    void accessesInLockStep() {
        Scene.lockStep(Kind.CHECK);
    }

    @Test
    @Tag("03.3")
    void marksInLockStep() {
        Scene.lockStep(Kind.MARK);
    }

    @Test
    @Tag("03.4")
    void tlbsInLockStep() {
        Scene.lockStep(Kind.ACCESS, Kind.ACCESS, Kind.LOAD_CR3);
    }

    @Test
    @Tag("03.5")
    void everythingTogetherInLockStep() {
        Scene.lockStep(Kind.ACCESS, Kind.ACCESS, Kind.ACCESS, Kind.INVLPG);
    }
}
