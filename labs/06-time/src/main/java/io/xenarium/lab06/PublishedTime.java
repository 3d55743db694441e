package io.xenarium.lab06;

import static io.xenarium.parts.GuestTime.Field.FLAGS;
import static io.xenarium.parts.GuestTime.Field.SYSTEM_TIME;
import static io.xenarium.parts.GuestTime.Field.TSC_SHIFT;
import static io.xenarium.parts.GuestTime.Field.TSC_TIMESTAMP;
import static io.xenarium.parts.GuestTime.Field.TSC_TO_SYSTEM_MUL;
import static io.xenarium.parts.GuestTime.Field.VERSION;

import io.xenarium.parts.GuestTime;
import io.xenarium.terms.Errno;
import io.xenarium.terms.NotYet;
import io.xenarium.terms.Who;
import io.xenarium.trace.SchedEvent.Runstate;

/// Time as Xen publishes it: a recipe in memory, by which everybody calculates for themselves.
///
/// 1. A version is odd from before the first change of its record until after the last.
/// 2. A deadline is exchanged only if it still is the one that has come.
/// 3. Each nanosecond of a vCPU is charged to one state, once.
///
/// Easy to get wrong: ticks times multiplier has up to 96 bits. In 64 of them the product of a
/// gigahertz counter fits for the first seconds only. Xen: arch/x86/time.c, common/sched/core.c.
public final class PublishedTime implements GuestTime {
    private final Platform platform;

    private PublishedTime(Platform platform) {
        this.platform = platform;
    }

    @Override
    public Scale scale(long hertz) {
        // In this range the multiplier has all of its 32 bits: at 2 · SECOND it is 2^31.
        throw new NotYet(
                "06.1",
                "scale(): shift hertz until it is above SECOND and at most twice as "
                        + "much, counting the shifts, left ones positive; the multiplier is "
                        + "SECOND times 2^32, divided by what came of it");
    }

    @Override
    public long scaleTsc(long ticks, Scale scale) {
        // Math.unsignedMultiplyHigh gives bits 64 to 127 of a product, * gives bits 0 to 63.
        throw new NotYet(
                "06.1",
                "scaleTsc(): shift the ticks, to the left by shift or to the right by "
                        + "-shift; multiply by the multiplier, which has no sign; the product "
                        + "has up to 96 bits, of which the lowest 32 are the fraction");
    }

    /// System time: what it was at the last comparison, and what the counter has counted since.
    private long now() {
        Stamp stamp = platform.stamp();
        return stamp.nanos() + scaleTsc(platform.tsc() - stamp.tsc(), scale(platform.hertz()));
    }

    @Override
    public void publishTime(Who who, boolean isForced) {
        // The version lies where the guest can write. If it is odd now, what must it become?
        throw new NotYet(
                "06.2",
                "publishTime(): nothing to do where the record has the stamp's system "
                        + "time and nobody forces it; else let the version become odd, and "
                        + "write() record and copy");
    }

    private void write(Who who, Place place, long odd, Stamp stamp) {
        throw new NotYet(
                "06.2",
                "write(): the odd version first; then the stamp, the scale() of "
                        + "hertz(), and flags, which are 1; last the version odd + 1");
    }

    @Override
    public long setSingleshotTimer(Who who, long deadlineNanos, boolean mustBeAhead) {
        // Long.compareUnsigned, and a deadline below zero, belong together.
        throw new NotYet(
                "06.3",
                "setSingleshotTimer(): Errno.ETIME.rc() where the deadline lies "
                        + "before now() and must not; else set it, but never before now(), and "
                        + "NEVER where it is too far");
    }

    @Override
    public void fireExpired(Who who) {
        // Between a look at a deadline and your answer to it the guest may set another one.
        throw new NotYet(
                "06.4",
                "fireExpired(): for each timer whose deadline has come: replace the "
                        + "deadline that you saw by the next(); where that succeeds, wake() for "
                        + "a poll, interrupt() for the others");
    }

    /// The deadline of a timer after it has gone off.
    private long next(Who who, Timer timer, long seen, long now) {
        throw new NotYet(
                "06.4",
                "next(): NEVER but for the periodic timer; for that the first "
                        + "deadline after now that is a whole number of periods later than the "
                        + "one that was seen; NEVER where the period is 0");
    }

    @Override
    public void accountRunstate(Who who, Runstate from, Runstate to) {
        throw new NotYet(
                "06.5",
                "accountRunstate(): add the time since() to what was spent in from; "
                        + "now() is the new since; show() it where the guest wants to see it");
    }

    private void show(Who who, Runstate state, long since) {
        throw new NotYet(
                "06.5",
                "show(): since with the mark UPDATING, where the guest knows it; "
                        + "state and all that was spent; since without the mark last");
    }

    /// Makes the part. Found by `ServiceLoader`.
    public static final class Maker implements GuestTime.Maker {
        @Override
        public GuestTime make(Platform platform) {
            return new PublishedTime(platform);
        }
    }
}
