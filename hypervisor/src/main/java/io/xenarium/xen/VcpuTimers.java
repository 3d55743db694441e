package io.xenarium.xen;

import io.xenarium.machine.Kept;
import io.xenarium.parts.GuestTime;

import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;

/// The timers of one vCPU, as moments of virtual time; [#OFF] where one is not set. The first two
/// end in VIRQ_TIMER, the third in the end of a poll.
final class VcpuTimers implements Kept {
    /// Never.
    static final long OFF = GuestTime.NEVER;

    private long singleShotNanos = OFF;
    private long periodNanos;
    private long periodicNanos = OFF;
    private long pollNanos = OFF;

    long singleShot() {
        return singleShotNanos;
    }

    long periodic() {
        return periodicNanos;
    }

    long poll() {
        return pollNanos;
    }

    /// 0 while there is no periodic timer.
    long period() {
        return periodNanos;
    }

    /// The next moment at which one goes off.
    long next() {
        return Math.min(singleShotNanos, Math.min(periodicNanos, pollNanos));
    }

    void setSingleShot(long deadlineNanos) {
        singleShotNanos = deadlineNanos;
    }

    void setPeriodic(long deadlineNanos) {
        periodicNanos = deadlineNanos;
    }

    void setPoll(long deadlineNanos) {
        pollNanos = deadlineNanos;
    }

    /// Lets the periodic timer go off every `newPeriodNanos` from `nowNanos` on; 0 stops it.
    void setPeriod(long newPeriodNanos, long nowNanos) {
        periodNanos = newPeriodNanos;
        periodicNanos = newPeriodNanos == 0 ? OFF : nowNanos + newPeriodNanos;
    }

    void stopAll() {
        singleShotNanos = OFF;
        pollNanos = OFF;
        setPeriod(0, 0);
    }

    @Override
    public void save(DataOutput out) throws IOException {
        out.writeLong(singleShotNanos);
        out.writeLong(periodNanos);
        out.writeLong(periodicNanos);
        out.writeLong(pollNanos);
    }

    @Override
    public void load(DataInput in) throws IOException {
        singleShotNanos = in.readLong();
        periodNanos = in.readLong();
        periodicNanos = in.readLong();
        pollNanos = in.readLong();
    }
}
