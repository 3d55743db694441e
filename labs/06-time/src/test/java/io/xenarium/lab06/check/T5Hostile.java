package io.xenarium.lab06.check;

import io.xenarium.lab.Tier;
import io.xenarium.lab06.check.Op.Kind;
import io.xenarium.trace.SchedEvent.Runstate;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/// The fifth tier: numbers that no honest guest would think of, and clocks that nobody has built.
@Tier(5)
public final class T5Hostile {
    private static final String V0 = " of d1 v0";

    @Test
    @Tag("06.1")
    void slowAndFastCountersHaveAScale() {
        Scene.halfASecond()
                .does(Kind.SCALE, 1000)
                .is("the answer", "multiplier 0xf4240000, shift 20")
                .does(Kind.SCALE, 100_000_000_000L)
                .is("the answer", "multiplier 0xa3d70a3d, shift -6")
                .does(new Op(Kind.NANOS, 0, 1, 1000))
                .is("the answer", "1,000,000 ns");
    }

    @Test
    @Tag("06.2")
    void whateverTheGuestWroteTheVersionEndsEven() {
        for (long version = 0xffff_fff0L; version <= 0xffff_ffffL; version++) {
            long next = (version + 1 | 1) + 1 & 0xffff_ffffL;
            Scene.halfASecond()
                    .does(Kind.SCRIBBLE, version)
                    .does(Kind.FORCE)
                    .is("version" + V0, "%,d".formatted(next));
        }
    }

    @Test
    @Tag("06.3")
    void noDeadlineIsSetBehindTheClock() {
        for (long deadline = 1; deadline > 0 && deadline < 500_000_000; deadline *= 3) {
            Scene.halfASecond()
                    .does(Kind.SET, deadline)
                    .is("the single-shot timer" + V0, "due at 500,000,000 ns")
                    .does(Kind.SET_AHEAD, deadline)
                    .is("the answer", "-ETIME");
        }
        for (long deadline = -1; deadline < 0; deadline <<= 1) {
            Scene.halfASecond().does(Kind.SET, deadline).is("the single-shot timer" + V0, "off");
        }
    }

    @Test
    @Tag("06.4")
    void anHourOfMissedTicksIsOneTick() {
        Scene.halfASecond()
                .does(Kind.PERIODIC, 100)
                .does(Kind.PASS, 2 * 3_600_000_000_000L)
                .does(Kind.FIRE)
                .is("timer interrupts" + V0, "1")
                .is("the periodic timer" + V0, "due at 3,600,500,000,100 ns");
    }

    @Test
    @Tag("06.4")
    void aGuestThatIsAlwaysLateGetsOneEventForEachDeadline() {
        Scene scene = Scene.halfASecond();
        for (int i = 1; i <= 50; i++) {
            scene.does(Kind.SET, 1)
                    .does(Kind.FIRE)
                    .does(Kind.FIRE)
                    .is("timer interrupts" + V0, "" + i);
        }
    }

    @Test
    @Tag("06.5")
    void theFourStatesAddUpToAllOfTime() {
        Scene scene = Scene.halfASecond();
        scene.world.knowsMark = false;
        for (int i = 1; i <= 200; i++) {
            scene.does(Kind.PASS, 2L * i)
                    .does(new Op(Kind.CHANGE, 0, i * 7 % Runstate.values().length, 0));
        }
        long sum = 0;
        for (long each : scene.world.spent[0]) {
            sum += each;
        }
        scene.isSum(sum, scene.world.exactNanos());
    }
}
