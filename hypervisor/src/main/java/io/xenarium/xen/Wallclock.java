package io.xenarium.xen;

import io.xenarium.abi.SharedInfo;
import io.xenarium.abi.VcpuInfo;
import io.xenarium.machine.Clock;
import io.xenarium.machine.Kept;
import io.xenarium.machine.Memory;

import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;

/// The time that guests are told without asking: how the time-stamp counter becomes system time,
/// and what the wall clock showed at system time 0 (public/xen.h, struct vcpu_time_info).
///
/// 1. The time-stamp counter counts virtual nanoseconds, so every record of it is right for ever.
///    Still a vCPU finds a new one when it begins to run in another second than that of its record:
///    guests shall meet what they meet under Xen, which measures its counters once a second.
/// 2. While a record changes its version is odd, and every change adds two to it.
/// 3. The wall clock begins on a fixed day, because a run must not depend on the day it is made;
///    who wants another sets it ([io.xenarium.machine.Input.DateSet]), and the journal knows.
///
/// Xen: __update_vcpu_system_time in xen/arch/x86/time.c.
final class Wallclock implements Kept {
    /// 2026-01-01 00:00:00 UTC, in seconds since 1970.
    private static final long EPOCH_SECONDS = 1_767_225_600L;

    private static final long SECOND_NANOS = 1_000_000_000L;

    /// One tick is one nanosecond: shifted left by one, times 2^31, divided by 2^32.
    private static final int MULTIPLIER = 0x8000_0000;

    private static final byte SHIFT = 1;

    /// The counters of all vCPUs agree.
    private static final byte STABLE = 1;

    private static final int RECORD_BYTES = 32;

    private final Memory memory;
    private final Clock clock;
    private final GuestMemory guest;
    private long startNanos = EPOCH_SECONDS * SECOND_NANOS;

    Wallclock(Memory memory, Clock clock, GuestMemory guest) {
        this.memory = memory;
        this.clock = clock;
        this.guest = guest;
    }

    /// Writes the time record of `vcpu` if it is out of date, or in any case.
    void update(Vcpu vcpu, boolean isForced) {
        long record = vcpu.infoMaddr;
        long stamp = clock.nanos() - clock.nanos() % Limits.CALIBRATION_NANOS;
        int version = memory.getInt(record + VcpuInfo.TIME_VERSION);
        boolean isNew = version == 0;
        if (!isNew && !isForced && memory.getLong(record + VcpuInfo.SYSTEM_TIME) == stamp) {
            return;
        }
        int odd = version + 1 | 1;
        memory.setInt(record + VcpuInfo.TIME_VERSION, odd);
        memory.setLong(record + VcpuInfo.TSC_TIMESTAMP, stamp);
        memory.setLong(record + VcpuInfo.SYSTEM_TIME, stamp);
        memory.setInt(record + VcpuInfo.TSC_TO_SYSTEM_MUL, MULTIPLIER);
        memory.setByte(record + VcpuInfo.TSC_SHIFT, SHIFT);
        memory.setByte(record + VcpuInfo.TIME_FLAGS, STABLE);
        memory.setInt(record + VcpuInfo.TIME_VERSION, odd + 1);
        copy(vcpu, record + VcpuInfo.TIME);
    }

    /// The guest may want a copy where its programs can read it. Where that cannot be written,
    /// nothing happens.
    private void copy(Vcpu vcpu, long recordMaddr) {
        if (vcpu.timeAreaVaddr == 0 || vcpu.kernelTableMfn == 0) {
            return;
        }
        byte[] record = new byte[RECORD_BYTES];
        memory.read(recordMaddr, record);
        boolean wasKernel = vcpu.isKernelMode;
        vcpu.isKernelMode = true;
        try {
            guest.write(vcpu, vcpu.timeAreaVaddr, record);
        } catch (BadPointer unusable) {
            return;
        } finally {
            vcpu.isKernelMode = wasKernel;
        }
    }

    /// Sets the wall clock: it shows `seconds` since 1970 now.
    void set(long seconds) {
        startNanos = seconds * SECOND_NANOS - clock.nanos();
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
