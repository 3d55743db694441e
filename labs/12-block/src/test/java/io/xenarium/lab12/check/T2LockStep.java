package io.xenarium.lab12.check;

import static io.xenarium.lab12.check.Op.Kind.CLAIM;
import static io.xenarium.lab12.check.Op.Kind.CONSUME;
import static io.xenarium.lab12.check.Op.Kind.DISK;
import static io.xenarium.lab12.check.Op.Kind.MAP;
import static io.xenarium.lab12.check.Op.Kind.PUSH;
import static io.xenarium.lab12.check.Op.Kind.RESPOND;
import static io.xenarium.lab12.check.Op.Kind.SERVE;
import static io.xenarium.lab12.check.Op.Kind.SLEEP;
import static io.xenarium.lab12.check.Op.Kind.SUBMIT;
import static io.xenarium.lab12.check.Op.Kind.VERDICT;

import io.xenarium.lab.Tier;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/// The second tier: the same operations for the learner's part and for the reference, and the first
/// difference between what they leave behind.
@Tier(2)
public final class T2LockStep {
    @Test
    @Tag("12.1")
    void everyRequestIsJudgedTheSame() {
        new LockStep(world -> world, VERDICT).check();
        new LockStep(T2LockStep::readOnly, VERDICT).check();
    }

    @Test
    @Tag("12.2")
    void pagesAreMappedTheSame() {
        new LockStep(world -> world, MAP).check();
        new LockStep(T2LockStep::persistent, MAP).check();
    }

    @Test
    @Tag("12.3")
    void responsesArePutInTheSame() {
        new LockStep(world -> world, RESPOND, CONSUME, SLEEP).check();
    }

    @Test
    @Tag("12.4")
    void requestsAreTakenOnTheSame() {
        new LockStep(world -> world, SUBMIT, CONSUME).check();
    }

    @Test
    @Tag("12.5")
    void whatTheDiskDidIsFinishedTheSame() {
        new LockStep(world -> world, SUBMIT, DISK, DISK, CONSUME, SLEEP).check();
        new LockStep(T2LockStep::persistent, SUBMIT, DISK, DISK, CONSUME, SLEEP).check();
    }

    @Test
    @Tag("12.6")
    void everythingTogetherIsTheSame() {
        new LockStep(world -> world, PUSH, PUSH, SERVE, DISK, CONSUME, SLEEP, CLAIM).check();
        new LockStep(T2LockStep::persistent, PUSH, PUSH, SERVE, DISK, CONSUME, SLEEP).check();
    }

    private static BlockWorld readOnly(BlockWorld world) {
        world.isReadOnly = true;
        return world;
    }

    private static BlockWorld persistent(BlockWorld world) {
        world.isPersistent = true;
        return world;
    }
}
