package io.xenarium.lab05.check;

import io.xenarium.lab.Tier;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/// The second tier: the same operations for the learner's part and for the reference, and the first
/// difference between what they leave behind.
@Tier(2)
public final class T2LockStep {
    @Test
    @Tag("05.1")
    void portsAreTakenInTheSameOrder() {
        new LockStep(() -> new EventWorld(3, 6), Op.Kind.ALLOC).check();
    }

    @Test
    @Tag("05.2")
    void sendsLeaveTheSameBits() {
        new LockStep(Op::wired, Op.Kind.SEND, Op.Kind.FIRE, Op.Kind.MASKS, Op.Kind.HANDLES).check();
    }

    @Test
    @Tag("05.3")
    void wiresAreJoinedTheSame() {
        new LockStep(Op::wired, Op.Kind.ALLOC, Op.Kind.BIND, Op.Kind.SEND, Op.Kind.HANDLES).check();
    }

    @Test
    @Tag("05.4")
    void virtualInterruptsAreBoundTheSame() {
        new LockStep(Op::wired, Op.Kind.BIND_VIRQ, Op.Kind.FIRE, Op.Kind.HANDLES).check();
    }

    @Test
    @Tag("05.5")
    void masksHoldBackAndLetGoTheSame() {
        new LockStep(Op::wired, Op.Kind.SEND, Op.Kind.MASKS, Op.Kind.UNMASK, Op.Kind.HANDLES)
                .check();
    }

    @Test
    @Tag("05.6")
    void everythingTogetherIsTheSame() {
        new LockStep(Op::wired, Op.Kind.values()).check();
    }
}
