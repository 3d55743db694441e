package io.xenarium.xen;

import io.xenarium.machine.Kept;
import io.xenarium.trace.SchedEvent.Runstate;

import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;

/// What a vCPU is doing and how long it has done what: the record that a guest can have written
/// into its own memory (public/vcpu.h, struct vcpu_runstate_info).
final class Runstates implements Kept {
    private static final Runstate[] STATES = Runstate.values();

    private Runstate now = Runstate.OFFLINE;
    private long sinceNanos;
    private final long[] spentNanos = new long[STATES.length];

    /// Where the guest wants a copy, 0 for nowhere.
    long areaVaddr;

    Runstate now() {
        return now;
    }

    long since() {
        return sinceNanos;
    }

    /// How long it was in `state`, up to the last change.
    long spent(Runstate state) {
        return spentNanos[state.ordinal()];
    }

    void enter(Runstate state) {
        now = state;
    }

    void setSince(long nanos) {
        sinceNanos = nanos;
    }

    void setSpent(Runstate state, long nanos) {
        spentNanos[state.ordinal()] = nanos;
    }

    @Override
    public void save(DataOutput out) throws IOException {
        out.writeByte(now.ordinal());
        out.writeLong(sinceNanos);
        out.writeLong(areaVaddr);
        for (long spent : spentNanos) {
            out.writeLong(spent);
        }
    }

    @Override
    public void load(DataInput in) throws IOException {
        now = STATES[in.readByte()];
        sinceNanos = in.readLong();
        areaVaddr = in.readLong();
        for (int i = 0; i < spentNanos.length; i++) {
            spentNanos[i] = in.readLong();
        }
    }
}
