package io.xenarium.parts;

import io.xenarium.terms.Who;
import io.xenarium.trace.SchedEvent.Runstate;

/// What guests are told of time: how the time-stamp counter becomes nanoseconds, timers that go
/// off, and how long each vCPU had a processor (lab 06).
///
/// *System time* is nanoseconds since Xen started. Nobody stores it: it is calculated from the
/// counter, by Xen and by guests alike, each time it is wanted. *Records* in memory that Xen shares
/// with guests say how.
///
/// 1. Whoever calculates with a record that was read whole gets Xen's own system time, to the
///    nanosecond.
/// 2. A record that is being written says so, from before its first change until after its last.
/// 3. A deadline that has passed ends in one event, or in none where it was exchanged for another
///    meanwhile; no deadline that is set is lost.
/// 4. What a vCPU has spent in its four states adds up to the time since it was made.
///
/// Xen: set_time_scale, scale_delta and __update_vcpu_system_time in arch/x86/time.c, timers and
/// vcpu_runstate_change in common/sched/core.c; public/xen.h has struct vcpu_time_info,
/// public/vcpu.h has struct vcpu_runstate_info.
public interface GuestTime {
    /// Nanoseconds in a second.
    long SECOND = 1_000_000_000L;

    /// The deadline of a timer that is off.
    long NEVER = Long.MAX_VALUE;

    /// Set in the time of entry of a run-state record while the record changes (public/vcpu.h,
    /// XEN_RUNSTATE_UPDATE).
    long UPDATING = 1L << 63;

    /// How a counter of `hertz` ticks a second becomes nanoseconds, as exactly as a scale can say
    /// it. From a thousand ticks to a hundred thousand million.
    Scale scale(long hertz);

    /// `ticks`, which is not negative, in nanoseconds, rounded down.
    long scaleTsc(long ticks, Scale scale);

    /// Writes the time record of a vCPU, and then its copy, if the record is of another stamp than
    /// the platform's, or in any case where `isForced`.
    void publishTime(Who who, boolean isForced);

    /// VCPUOP_set_singleshot_timer and set_timer_op: lets the timer go off at `deadlineNanos` of
    /// system time. Returns 0, or −ETIME where the deadline has passed and `mustBeAhead`; then the
    /// timer is as before. As a number without a sign: what has its highest bit set is too far for
    /// the clock, and never comes.
    long setSingleshotTimer(Who who, long deadlineNanos, boolean mustBeAhead);

    /// Lets those timers of a vCPU go off whose deadline has come.
    void fireExpired(Who who);

    /// Charges the time since the last change to state `from`, notes that `to` begins now, and
    /// shows the record to the guest where it wants to see it.
    void accountRunstate(Who who, Runstate from, Runstate to);

    // tag::show-scale[]
    /// How ticks become nanoseconds: shifted by `shift`, times `multiplier`, divided by 2^32. The
    /// field of the record has 32 bits, all of them used: its highest is set.
    ///
    /// @param multiplier without a sign
    /// @param shift to the left where positive, to the right where negative
    record Scale(int multiplier, int shift) {}

    // end::show-scale[]

    /// What the counter showed at one moment, and what system time was then.
    record Stamp(long tsc, long nanos) {}

    /// The fields of a time record.
    enum Field {
        /// Odd while the record changes.
        VERSION,
        TSC_TIMESTAMP,
        SYSTEM_TIME,
        TSC_TO_SYSTEM_MUL,
        TSC_SHIFT,
        /// 1: the counters of all vCPUs agree.
        FLAGS
    }

    /// Where time records lie.
    enum Place {
        /// In the vcpu_info.
        RECORD,
        /// Where the guest's programs can read it, if the guest wanted that.
        COPY
    }

    /// The timers of a vCPU.
    enum Timer {
        /// Goes off once, with VIRQ_TIMER.
        SINGLE_SHOT,
        /// Goes off at the end of every period, with VIRQ_TIMER. Periods that are over when it
        /// comes to it are one: what was missed is not made up for.
        PERIODIC,
        /// The end of a poll: wakes the vCPU.
        POLL
    }

    // tag::show-platform[]
    /// What the hypervisor lends to this part. Every call is one step: between two of them other
    /// vCPUs run, read the records, and set timers.
    interface Platform {
        /// How many times a second the time-stamp counter ticks.
        long hertz();

        /// The time-stamp counter now.
        long tsc();

        /// The last time that counter and system time were compared.
        Stamp stamp();

        /// What a vCPU's time record says; a field of four bytes without a sign. Its guest can
        /// write there.
        long read(Who who, Field field);

        /// Writes the lowest bits of `value`, as many as the field has. Where the guest wants no
        /// copy, or a place that cannot be written, nothing happens.
        void write(Who who, Place place, Field field, long value);

        /// When a timer goes off, or [#NEVER].
        long deadline(Who who, Timer timer);

        void setDeadline(Who who, Timer timer, long nanos);

        /// Sets the deadline to `next` if it still is `seen`, in one step. Returns whether it was.
        boolean replaceDeadline(Who who, Timer timer, long seen, long next);

        /// The period of the periodic timer; 0 while there is none.
        long period(Who who);

        /// Raises VIRQ_TIMER. The deadline is for the record of what happened.
        void interrupt(Who who, long deadlineNanos);

        /// Ends the poll in which the vCPU sleeps.
        void wake(Who who);

        /// Since when the vCPU is in the state that it is in.
        long since(Who who);

        void setSince(Who who, long nanos);

        /// How long it was in `state`, up to the last change.
        long spent(Who who, Runstate state);

        void setSpent(Who who, Runstate state, long nanos);

        /// Whether the guest wants to see the run-state record, at a place that can be written.
        boolean hasArea(Who who);

        /// Whether it knows of the mark [#UPDATING].
        boolean knowsMark(Who who);

        void showState(Who who, Runstate state);

        void showSince(Who who, long nanos);

        void showSpent(Who who, Runstate state, long nanos);
    }

    // end::show-platform[]

    /// Makes the part. Found by `ServiceLoader`.
    interface Maker {
        GuestTime make(Platform platform);
    }
}
