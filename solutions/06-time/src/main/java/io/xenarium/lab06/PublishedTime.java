package io.xenarium.lab06;

import static io.xenarium.parts.GuestTime.Field.FLAGS;
import static io.xenarium.parts.GuestTime.Field.SYSTEM_TIME;
import static io.xenarium.parts.GuestTime.Field.TSC_SHIFT;
import static io.xenarium.parts.GuestTime.Field.TSC_TIMESTAMP;
import static io.xenarium.parts.GuestTime.Field.TSC_TO_SYSTEM_MUL;
import static io.xenarium.parts.GuestTime.Field.VERSION;

import io.xenarium.parts.GuestTime;
import io.xenarium.terms.Errno;
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
        // step: 06.1 scale(): shift hertz until it is above SECOND and at most twice as much,
        // step: counting the shifts, left ones positive; the multiplier is SECOND times 2^32,
        // step: divided by what came of it
        // tag::lab-06-scale[]
        // ? In this range the multiplier has all of its 32 bits: at 2 · SECOND it is 2^31.
        int shift = 0;
        long ticks = hertz;
        while (ticks > 2 * SECOND) {
            ticks >>>= 1;
            shift--;
        }
        while (ticks <= SECOND) {
            ticks <<= 1;
            shift++;
        }
        return new Scale((int) ((SECOND << 32) / ticks), shift);
        // end::lab-06-scale[]
    }

    @Override
    public long scaleTsc(long ticks, Scale scale) {
        // step: 06.1 scaleTsc(): shift the ticks, to the left by shift or to the right by -shift;
        // step: multiply by the multiplier, which has no sign; the product has up to 96 bits, of
        // step: which the lowest 32 are the fraction
        // tag::lab-06-scale-tsc[]
        // ? Math.unsignedMultiplyHigh gives bits 64 to 127 of a product, * gives bits 0 to 63.
        int shift = scale.shift();
        long shifted = shift >= 0 ? ticks << shift : ticks >>> -shift;
        long multiplier = Integer.toUnsignedLong(scale.multiplier());
        long high = Math.unsignedMultiplyHigh(shifted, multiplier);
        return high << 32 | shifted * multiplier >>> 32;
        // end::lab-06-scale-tsc[]
    }

    /// System time: what it was at the last comparison, and what the counter has counted since.
    private long now() {
        Stamp stamp = platform.stamp();
        return stamp.nanos() + scaleTsc(platform.tsc() - stamp.tsc(), scale(platform.hertz()));
    }

    @Override
    public void publishTime(Who who, boolean isForced) {
        // step: 06.2 publishTime(): nothing to do where the record has the stamp's system time and
        // step: nobody forces it; else let the version become odd, and write() record and copy
        // tag::lab-06-publish-time[]
        // ? The version lies where the guest can write. If it is odd now, what must it become?
        Stamp stamp = platform.stamp();
        if (!isForced && platform.read(who, SYSTEM_TIME) == stamp.nanos()) {
            return;
        }
        long odd = platform.read(who, VERSION) + 1 | 1;
        for (Place place : Place.values()) {
            write(who, place, odd, stamp);
        }
        // end::lab-06-publish-time[]
    }

    private void write(Who who, Place place, long odd, Stamp stamp) {
        // step: 06.2 write(): the odd version first; then the stamp, the scale() of hertz(), and
        // step: flags, which are 1; last the version odd + 1
        // tag::lab-06-write[]
        Scale scale = scale(platform.hertz());
        platform.write(who, place, VERSION, odd);
        platform.write(who, place, TSC_TIMESTAMP, stamp.tsc());
        platform.write(who, place, SYSTEM_TIME, stamp.nanos());
        platform.write(who, place, TSC_TO_SYSTEM_MUL, scale.multiplier());
        platform.write(who, place, TSC_SHIFT, scale.shift());
        platform.write(who, place, FLAGS, 1);
        platform.write(who, place, VERSION, odd + 1);
        // end::lab-06-write[]
    }

    @Override
    public long setSingleshotTimer(Who who, long deadlineNanos, boolean mustBeAhead) {
        // step: 06.3 setSingleshotTimer(): Errno.ETIME.rc() where the deadline lies before now()
        // step: and must not; else set it, but never before now(), and NEVER where it is too far
        // tag::lab-06-set-singleshot-timer[]
        // ? Long.compareUnsigned, and a deadline below zero, belong together.
        long now = now();
        if (mustBeAhead && Long.compareUnsigned(deadlineNanos, now) < 0) {
            return Errno.ETIME.rc();
        }
        long due = deadlineNanos < 0 ? NEVER : Math.max(deadlineNanos, now);
        platform.setDeadline(who, Timer.SINGLE_SHOT, due);
        return 0;
        // end::lab-06-set-singleshot-timer[]
    }

    @Override
    public void fireExpired(Who who) {
        // step: 06.4 fireExpired(): for each timer whose deadline has come: replace the deadline
        // step: that you saw by the next(); where that succeeds, wake() for a poll, interrupt()
        // step: for the others
        // tag::lab-06-fire-expired[]
        // ? Between a look at a deadline and your answer to it the guest may set another one.
        long now = now();
        for (Timer timer : Timer.values()) {
            long seen = platform.deadline(who, timer);
            boolean isOver =
                    seen <= now
                            && platform.replaceDeadline(
                                    who, timer, seen, next(who, timer, seen, now));
            if (isOver && timer == Timer.POLL) {
                platform.wake(who);
            } else if (isOver) {
                platform.interrupt(who, seen);
            }
        }
        // end::lab-06-fire-expired[]
    }

    /// The deadline of a timer after it has gone off.
    private long next(Who who, Timer timer, long seen, long now) {
        // step: 06.4 next(): NEVER but for the periodic timer; for that the first deadline after
        // step: now that is a whole number of periods later than the one that was seen; NEVER where
        // step: the period is 0
        // tag::lab-06-next[]
        long period = timer == Timer.PERIODIC ? platform.period(who) : 0;
        if (period == 0) {
            return NEVER;
        }
        long missed = (now - seen) / period;
        return seen + (missed + 1) * period;
        // end::lab-06-next[]
    }

    @Override
    public void accountRunstate(Who who, Runstate from, Runstate to) {
        // step: 06.5 accountRunstate(): add the time since() to what was spent in from; now() is
        // step: the new since; show() it where the guest wants to see it
        // tag::lab-06-account-runstate[]
        long now = now();
        long elapsed = now - platform.since(who);
        platform.setSpent(who, from, platform.spent(who, from) + elapsed);
        platform.setSince(who, now);
        if (platform.hasArea(who)) {
            show(who, to, now);
        }
        // end::lab-06-account-runstate[]
    }

    private void show(Who who, Runstate state, long since) {
        // step: 06.5 show(): since with the mark UPDATING, where the guest knows it; state and all
        // step: that was spent; since without the mark last
        // tag::lab-06-show[]
        platform.showSince(who, platform.knowsMark(who) ? since | UPDATING : since);
        platform.showState(who, state);
        for (Runstate each : Runstate.values()) {
            platform.showSpent(who, each, platform.spent(who, each));
        }
        platform.showSince(who, since);
        // end::lab-06-show[]
    }

    /// Makes the part. Found by `ServiceLoader`.
    public static final class Maker implements GuestTime.Maker {
        @Override
        public GuestTime make(Platform platform) {
            return new PublishedTime(platform);
        }
    }
}
