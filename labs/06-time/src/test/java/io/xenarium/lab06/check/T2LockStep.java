package io.xenarium.lab06.check;

import io.xenarium.lab.CheckFailed;
import io.xenarium.lab.Sequences;
import io.xenarium.lab.Subject;
import io.xenarium.lab.Tier;
import io.xenarium.lab06.check.Op.Kind;
import io.xenarium.parts.GuestTime;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

import java.math.BigInteger;
import java.util.List;

/// The second tier: the same operations for the learner's part and for the reference, and the first
/// difference between what they leave behind. Scaling is compared with exact arithmetic, too.
@Tier(2)
public final class T2LockStep {
    private static final int CONVERSIONS = 200;

    @Test
    @Tag("06.1")
    void scalesAreTheSame() {
        new LockStep(Kind.SCALE).check();
    }

    @Test
    @Tag("06.1")
    void nanosecondsAreThoseOfExactArithmetic() {
        new Sequences<Op>(
                        seed -> Op.random(seed, CONVERSIONS, List.of(Kind.NANOS)),
                        T2LockStep::converted)
                .check();
    }

    private static void converted(List<Op> ops, List<String> told) {
        TimeWorld world = Op.halfASecond();
        world.told = told;
        GuestTime part = Subject.current().mine().guestTime().make(world);
        for (Op op : ops) {
            op.happen(part, world);
            if (op.kind() == Kind.NANOS) {
                String exact = "%,d ns".formatted(exact(op.number(), part.scale(op.other())));
                if (!world.answer.equals(exact)) {
                    throw new CheckFailed(
                            Rules.NANOS, op + " answered " + world.answer, "answers " + exact);
                }
            }
        }
    }

    private static BigInteger exact(long ticks, GuestTime.Scale scale) {
        long multiplier = scale.multiplier() & 0xffff_ffffL;
        return BigInteger.valueOf(ticks)
                .shiftLeft(scale.shift())
                .multiply(BigInteger.valueOf(multiplier))
                .shiftRight(32);
    }

    @Test
    @Tag("06.2")
    void recordsAreTheSame() {
        new LockStep(Kind.PUBLISH, Kind.FORCE, Kind.PASS, Kind.COMPARE, Kind.SCRIBBLE).check();
    }

    @Test
    @Tag("06.3")
    void deadlinesAreTheSame() {
        new LockStep(Kind.SET, Kind.SET_AHEAD, Kind.PASS, Kind.COMPARE).check();
    }

    @Test
    @Tag("06.4")
    void timersGoOffTheSame() {
        new LockStep(Kind.SET, Kind.FIRE, Kind.FIRE, Kind.PASS, Kind.PERIODIC, Kind.POLL).check();
    }

    @Test
    @Tag("06.5")
    void timesAreChargedTheSame() {
        new LockStep(Kind.CHANGE, Kind.PASS, Kind.COMPARE).check();
    }
}
