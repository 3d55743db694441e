package io.xenarium.xen;

import io.xenarium.abi.SharedInfo;
import io.xenarium.machine.Clock;
import io.xenarium.machine.Kept;
import io.xenarium.machine.Memory;

import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;

/// What the wall clock showed at system time 0 (public/xen.h, struct shared_info).
///
/// It begins on a fixed day, because a run must not depend on the day it is made; who wants another
/// sets it ([io.xenarium.machine.Input.DateSet]), and the journal knows.
///
/// Xen: update_domain_wallclock_time in xen/common/time.c.
final class Wallclock implements Kept {
    /// 2026-01-01 00:00:00 UTC, in seconds since 1970.
    private static final long EPOCH_SECONDS = 1_767_225_600L;

    private static final long SECOND_NANOS = 1_000_000_000L;

    private final Memory memory;
    private final Clock clock;
    private long startNanos = EPOCH_SECONDS * SECOND_NANOS;

    Wallclock(Memory memory, Clock clock) {
        this.memory = memory;
        this.clock = clock;
    }

    /// Sets the wall clock: it shows `seconds` and `nanos` since 1970 now.
    void set(long seconds, int nanos) {
        startNanos = seconds * SECOND_NANOS + nanos - clock.nanos();
    }

    /// Tells `domain` what the wall clock showed at system time 0.
    void writeDate(Domain domain) {
        long shared = domain.sharedInfo().toMaddr().value();
        long seconds = Math.floorDiv(startNanos, SECOND_NANOS);
        int version = memory.getInt(shared + SharedInfo.WC_VERSION);
        memory.setInt(shared + SharedInfo.WC_SEC, (int) seconds);
        memory.setInt(shared + SharedInfo.WC_SEC_HI, (int) (seconds >>> 32));
        int nanos = (int) Math.floorMod(startNanos, SECOND_NANOS);
        memory.setInt(shared + SharedInfo.WC_NSEC, nanos);
        memory.setInt(shared + SharedInfo.WC_VERSION, version + 2);
    }

    @Override
    public void save(DataOutput out) throws IOException {
        out.writeLong(startNanos);
    }

    @Override
    public void load(DataInput in) throws IOException {
        startNanos = in.readLong();
    }
}
