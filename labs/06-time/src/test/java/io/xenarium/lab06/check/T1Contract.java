package io.xenarium.lab06.check;

import io.xenarium.lab.Tier;
import io.xenarium.lab06.check.Op.Kind;
import io.xenarium.trace.SchedEvent.Runstate;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/// The first tier: what each operation does when it is alone.
@Tier(1)
public final class T1Contract {
    private static final String V0 = " of d1 v0";

    /// What the clock of most checks shows, in nanoseconds.
    private static final long NOW = 500_000_000;

    @Test
    @Tag("06.1")
    void aScaleUsesAllBitsOfItsMultiplier() {
        Scene.halfASecond()
                .does(Kind.SCALE, 2_000_000_000)
                .is("the answer", "multiplier 0x80000000, shift 0")
                .does(Kind.SCALE, 1_500_000_000)
                .is("the answer", "multiplier 0xaaaaaaaa, shift 0")
                .does(Kind.SCALE, 2_399_997_000L)
                .is("the answer", "multiplier 0xd55566cf, shift -1");
    }

    @Test
    @Tag("06.1")
    void aCounterOfOneGigahertzIsShiftedOnce() {
        Scene.halfASecond()
                .does(Kind.SCALE, 1_000_000_000)
                .is("the answer", "multiplier 0x80000000, shift 1")
                .does(Kind.SCALE, 25_000_000)
                .is("the answer", "multiplier 0xa0000000, shift 6");
    }

    @Test
    @Tag("06.1")
    void ticksBecomeNanoseconds() {
        Scene.halfASecond()
                .does(nanos(3_000, 1_500_000_000))
                .is("the answer", "1,999 ns")
                .does(nanos(2_001, 2_000_000_000))
                .is("the answer", "1,000 ns")
                .does(nanos(3, 25_000_000))
                .is("the answer", "120 ns")
                .does(nanos(0, 2_000_000_000))
                .is("the answer", "0 ns");
    }

    @Test
    @Tag("06.1")
    void aCounterThatHasRunForAYearIsNoProblem() {
        Scene.halfASecond()
                .does(nanos(2_000_000_000L * 31_536_000, 2_000_000_000))
                .is("the answer", "31,536,000,000,000,000 ns")
                .does(nanos(3_700_000_003L * 86_400, 3_700_000_003L))
                .is("the answer", "86,400,000,003,669 ns");
    }

    private static Op nanos(long ticks, long hertz) {
        return new Op(Kind.NANOS, 0, ticks, hertz);
    }

    @Test
    @Tag("06.2")
    void aRecordSaysHowToCalculate() {
        Scene.halfASecond()
                .does(Kind.PUBLISH)
                .is("tsc-timestamp" + V0, "999,998,000")
                .is("system-time" + V0, "499,999,000")
                .is("tsc-to-system-mul" + V0, "0x80000000")
                .is("tsc-shift" + V0, "0")
                .is("flags" + V0, "1")
                .is("version" + V0, "2");
    }

    @Test
    @Tag("06.2")
    void theCopySaysTheSame() {
        Scene.halfASecond()
                .does(Kind.FORCE)
                .does(Kind.FORCE)
                .is("version" + V0, "4")
                .is("version in the copy" + V0, "4")
                .is("tsc-timestamp in the copy" + V0, "999,998,000")
                .is("tsc-to-system-mul in the copy" + V0, "0x80000000")
                .is("flags in the copy" + V0, "1");
    }

    @Test
    @Tag("06.2")
    void aRecordThatIsRightIsLeftAlone() {
        Scene.halfASecond()
                .does(Kind.PUBLISH)
                .does(Kind.PASS, 5000)
                .does(Kind.PUBLISH)
                .is("version" + V0, "2")
                .does(Kind.COMPARE)
                .does(Kind.PUBLISH)
                .is("version" + V0, "4")
                .is("system-time" + V0, "500,002,500")
                .does(Kind.FORCE)
                .is("version" + V0, "6");
    }

    @Test
    @Tag("06.2")
    void anOddVersionBecomesEven() {
        Scene.halfASecond()
                .does(Kind.SCRIBBLE, 7)
                .does(Kind.FORCE)
                .is("version" + V0, "10")
                .does(Kind.SCRIBBLE, 0xffff_fffeL)
                .does(Kind.FORCE)
                .is("version" + V0, "0");
    }

    @Test
    @Tag("06.3")
    void aDeadlineAheadIsSet() {
        Scene.halfASecond()
                .does(Kind.SET, NOW + 7)
                .is("the answer", "0")
                .is("the single-shot timer" + V0, "due at 500,000,007 ns")
                .does(Kind.SET_AHEAD, NOW)
                .is("the answer", "0")
                .is("the single-shot timer" + V0, "due at 500,000,000 ns");
    }

    @Test
    @Tag("06.3")
    void aDeadlineThatHasPassedIsNow() {
        Scene.halfASecond()
                .does(Kind.SET, NOW - 7)
                .is("the answer", "0")
                .is("the single-shot timer" + V0, "due at 500,000,000 ns");
    }

    @Test
    @Tag("06.3")
    void aDeadlineThatMustBeAheadIsRefusedBehind() {
        Scene.halfASecond()
                .does(Kind.SET, NOW + 7)
                .does(Kind.SET_AHEAD, NOW - 1)
                .is("the answer", "-ETIME")
                .is("the single-shot timer" + V0, "due at 500,000,007 ns");
    }

    @Test
    @Tag("06.3")
    void aDeadlineTooFarNeverComes() {
        Scene.halfASecond()
                .does(Kind.SET, NOW)
                .does(Kind.SET_AHEAD, -5)
                .is("the answer", "0")
                .is("the single-shot timer" + V0, "off")
                .does(Kind.SET, Long.MIN_VALUE)
                .is("the single-shot timer" + V0, "off");
    }

    @Test
    @Tag("06.4")
    void aTimerThatIsDueGoesOffOnce() {
        Scene.halfASecond()
                .does(Kind.SET, NOW)
                .does(Kind.FIRE)
                .is("timer interrupts" + V0, "1")
                .is("the single-shot timer" + V0, "off")
                .does(Kind.FIRE)
                .is("timer interrupts" + V0, "1");
    }

    @Test
    @Tag("06.4")
    void aTimerThatIsNotDueWaits() {
        Scene.halfASecond()
                .does(Kind.SET, NOW + 1)
                .does(Kind.FIRE)
                .is("timer interrupts" + V0, "0")
                .is("the single-shot timer" + V0, "due at 500,000,001 ns")
                .does(Kind.PASS, 2)
                .does(Kind.FIRE)
                .is("timer interrupts" + V0, "1");
    }

    @Test
    @Tag("06.4")
    void whatThePeriodicTimerMissedIsNotMadeUpFor() {
        Scene.halfASecond()
                .does(Kind.PERIODIC, 1_000_000)
                .does(Kind.PASS, 2_000_000)
                .does(Kind.FIRE)
                .is("timer interrupts" + V0, "1")
                .is("the periodic timer" + V0, "due at 502,000,000 ns")
                .does(Kind.PASS, 7_000_000)
                .does(Kind.FIRE)
                .is("the periodic timer" + V0, "due at 505,000,000 ns")
                .is("timer interrupts" + V0, "2");
    }

    @Test
    @Tag("06.4")
    void aPollEndsInWakingUp() {
        Scene.halfASecond()
                .does(Kind.POLL, 0)
                .does(Kind.FIRE)
                .is("polls ended" + V0, "1")
                .is("timer interrupts" + V0, "0")
                .is("the poll timer" + V0, "off");
    }

    @Test
    @Tag("06.5")
    void timeIsChargedToTheStateThatEnds() {
        Scene.halfASecond()
                .does(Op.change(Runstate.BLOCKED))
                .is("time running" + V0, "500,000,000 ns")
                .is("time blocked" + V0, "0 ns")
                .is("time of entry" + V0, "500,000,000 ns")
                .does(Kind.PASS, 60)
                .does(Op.change(Runstate.RUNNABLE))
                .does(Kind.PASS, 8)
                .does(Op.change(Runstate.RUNNING))
                .is("time blocked" + V0, "30 ns")
                .is("time runnable" + V0, "4 ns")
                .is("time of entry" + V0, "500,000,034 ns");
    }

    @Test
    @Tag("06.5")
    void theGuestSeesTheStateThatBegins() {
        Scene.halfASecond()
                .does(Op.change(Runstate.BLOCKED))
                .is("shown state" + V0, "blocked")
                .is("shown time of entry" + V0, "500,000,000 ns")
                .is("shown time running" + V0, "500,000,000 ns");
    }

    @Test
    @Tag("06.5")
    void whoDoesNotWantToSeeSeesNothing() {
        Scene scene = Scene.halfASecond();
        scene.world.hasArea = false;
        scene.does(Op.change(Runstate.BLOCKED))
                .is("time running" + V0, "500,000,000 ns")
                .is("shown state" + V0, "running")
                .is("shown time of entry" + V0, "0 ns");
    }
}
