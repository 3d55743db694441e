package io.xenarium.lab09.check;

import static io.xenarium.abi.GrantMap.DEVICE;
import static io.xenarium.abi.GrantMap.HOST;
import static io.xenarium.abi.GrantStatus.GENERAL_ERROR;

import io.xenarium.abi.GrantStatus;
import io.xenarium.lab.CheckFailed;
import io.xenarium.lab.Subject;
import io.xenarium.lab.Tier;
import io.xenarium.machine.Dice;
import io.xenarium.parts.Grants;
import io.xenarium.parts.Grants.Pin;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

import java.util.List;

/// The fifth tier: a granter and a mapper that mean harm. One never holds still, the other makes up
/// references and handles; what Xen wrote down itself must stay right.
@Tier(5)
public final class T5Hostile {
    private static final int STORM = 300;

    @Test
    @Tag("09.1")
    void everyOddHeaderIsRefused() {
        Scene scene = Scene.granted();
        for (int flags = 0; flags < 64; flags++) {
            boolean isOffer = (flags & 3) == 1;
            scene.answers(isOffer ? 1 : 0, Scene.permits(flags, 2, 2, false))
                    .answers(0, Scene.permits(flags, 0xffff, 2, false));
        }
    }

    @Test
    @Tag("09.2")
    void aGranterThatNeverHoldsStillIsGivenUp() {
        Scene restless = Scene.granted();
        restless.world.fidgets = 1000;
        restless.answers(GENERAL_ERROR, Scene.pin(0, 2, Pin.HOST_READ)).isMarked(0, 0);
        int looks = 1000 - restless.world.fidgets;
        if (looks != Grants.TRIES) {
            throw new CheckFailed(
                    Rules.UNSTABLE,
                    "your part looked at a restless entry %d times".formatted(looks),
                    "looks %d times, then gives up".formatted(Grants.TRIES));
        }
        Scene calmer = Scene.granted();
        calmer.world.fidgets = Grants.TRIES - 1;
        calmer.answers(0, Scene.pin(0, 2, Pin.HOST_READ));
    }

    @Test
    @Tag("09.3")
    void marksThatTheGranterWroteItselfHoldNobodyUp() {
        Scene scene = Scene.granted();
        scene.world.flags[1][0] |= 24;
        for (Pin pin : Pin.values()) {
            scene.answers(0, Scene.pin(0, 2, pin)).answers(0, Scene.unpin(0, pin)).isUsedBy(0, -1);
        }
        scene.isMarked(0, 0);
    }

    @Test
    @Tag("09.4")
    void aMapperThatTriesEveryReferenceGetsWhatIsItsOwn() {
        Scene scene = Scene.granted();
        for (long ref = 2; ref < 5_000_000_000L; ref = ref * 3 + 1) {
            int status = ref < GrantWorld.ENTRIES ? GENERAL_ERROR : GrantStatus.BAD_REF;
            scene.refuses(ref == 2 ? GrantStatus.BAD_PAGE : status, Scene.map(ref, 2, HOST));
        }
        scene.answers(0, Scene.map(1, 2, HOST | 4));
    }

    @Test
    @Tag("09.5")
    void aDoubleUnmapTakesNothingFromTheOtherMapping() {
        Scene.granted()
                .answers(0, Scene.map(0, 2, DEVICE))
                .answers(1, Scene.map(0, 2, DEVICE))
                .answers(0, Scene.unmap(2, 1, DEVICE))
                .refuses(GrantStatus.BAD_HANDLE, Scene.unmap(2, 1, DEVICE))
                .answers(0, Scene.unmap(2, 0, HOST))
                .has(0, Pin.DEVICE_WRITE, 1)
                .stands(2, 0, "entry 0 of d1, device writable");
    }

    @Test
    @Tag("09.5")
    void aStormLeavesEveryPinWithItsMapping() {
        long seed =
                Subject.current().isReplay() ? Long.parseLong(Subject.current().replayData()) : 1;
        long last = Subject.current().isReplay() ? seed : 30;
        for (; seed <= last; seed++) {
            storm(seed);
        }
    }

    /// Random requests, while the granter writes what it likes into its table, marks included.
    private static void storm(long seed) {
        Scene scene = Scene.granted();
        Dice dice = new Dice(~seed);
        List<Op> ops =
                Op.random(seed, STORM, List.of(Op.Kind.MAP, Op.Kind.MISPLACED, Op.Kind.UNMAP));
        for (int i = 0; i < ops.size(); i++) {
            int ref = dice.below(3);
            int user = 2 + dice.below(2);
            scene.world.offer(1, ref, user, 10 + dice.below(25), dice.below(40));
            ops.get(i).happen(scene.part, scene.world);
            Lines.requireAgreed(
                    scene.world,
                    ops.get(i).toString(),
                    new CheckFailed.Again("operation " + i, "" + seed));
        }
    }
}
