package io.xenarium.lab04.check;

import io.xenarium.lab.Tier;
import io.xenarium.lab04.check.Op.Kind;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/// The second tier: random requests of a guest, for the learner's part and for the reference, and
/// the first difference between what they answer or leave behind. After each request everything is
/// counted again.
@Tier(2)
public final class T2LockStep {
    @Test
    @Tag("04.3")
    void leavesInLockStep() {
        Scene.lockStep(Kind.VALIDATE_LEAF, Kind.VALIDATE_LEAF, Kind.RELEASE);
    }

    @Test
    @Tag("04.4")
    void entriesInLockStep() {
        Scene.lockStep(Kind.VALIDATE, Kind.VALIDATE, Kind.RELEASE);
    }

    @Test
    @Tag("04.4")
    void typesAndPinsInLockStep() {
        Scene.lockStep(Kind.GET, Kind.PUT, Kind.PIN, Kind.UNPIN, Kind.STORE, Kind.STORE);
    }

    @Test
    @Tag("04.5")
    void updatesInLockStep() {
        Scene.lockStep(
                Kind.UPDATE, Kind.UPDATE, Kind.UPDATE_MARKED, Kind.PIN, Kind.UNPIN, Kind.STORE);
    }

    @Test
    @Tag("04.6")
    void everythingTogetherInLockStep() {
        Scene.lockStep(
                Kind.UPDATE,
                Kind.UPDATE_VA,
                Kind.UPDATE_VA,
                Kind.PIN,
                Kind.UNPIN,
                Kind.GET,
                Kind.PUT,
                Kind.STORE);
    }
}
