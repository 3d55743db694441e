package io.xenarium.machine;

import io.xenarium.terms.Check;

import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;

/// Virtual time in nanoseconds since the machine started. It never goes back but by loading a
/// keyframe.
public final class Clock implements Kept {
    private long nanos;

    /// The time now.
    public long nanos() {
        return nanos;
    }

    /// Lets `elapsedNanos` pass: one for each retired instruction, or the way to the next timer.
    public void advance(long elapsedNanos) {
        Check.that(elapsedNanos >= 0, "time cannot go back by %d ns", elapsedNanos);
        nanos = Math.addExact(nanos, elapsedNanos);
    }

    @Override
    public void save(DataOutput out) throws IOException {
        out.writeLong(nanos);
    }

    @Override
    public void load(DataInput in) throws IOException {
        nanos = in.readLong();
    }
}
