package io.xenarium.xen;

import io.xenarium.abi.SharedInfo;
import io.xenarium.abi.VcpuInfo;
import io.xenarium.machine.Memory;

/// The time that guests are told without asking: how the time-stamp counter becomes system time,
/// and what the wall clock showed at system time 0 (public/xen.h, struct vcpu_time_info).
///
/// The time-stamp counter counts virtual nanoseconds, so the first record of it is right for ever.
/// The wall clock begins on a fixed day, because a run must not depend on the day it is made.
final class Wallclock {
    /// 2026-01-01 00:00:00 UTC, in seconds since 1970.
    static final long EPOCH_SECONDS = 1_767_225_600L;

    /// One tick is one nanosecond: shifted left by one, times 2^31, divided by 2^32.
    private static final int MULTIPLIER = 0x8000_0000;

    private static final byte SHIFT = 1;

    /// The counters of all vCPUs agree.
    private static final byte STABLE = 1;

    /// The version of a record that was written once: even.
    private static final int WRITTEN_ONCE = 2;

    private Wallclock() {}

    static void writeTime(Memory memory, long vcpuInfoMaddr) {
        memory.setLong(vcpuInfoMaddr + VcpuInfo.TSC_TIMESTAMP, 0);
        memory.setLong(vcpuInfoMaddr + VcpuInfo.SYSTEM_TIME, 0);
        memory.setInt(vcpuInfoMaddr + VcpuInfo.TSC_TO_SYSTEM_MUL, MULTIPLIER);
        memory.setByte(vcpuInfoMaddr + VcpuInfo.TSC_SHIFT, SHIFT);
        memory.setByte(vcpuInfoMaddr + VcpuInfo.TIME_FLAGS, STABLE);
        memory.setInt(vcpuInfoMaddr + VcpuInfo.TIME_VERSION, WRITTEN_ONCE);
    }

    static void writeDate(Memory memory, long sharedInfoMaddr) {
        memory.setInt(sharedInfoMaddr + SharedInfo.WC_SEC, (int) EPOCH_SECONDS);
        memory.setInt(sharedInfoMaddr + SharedInfo.WC_SEC_HI, (int) (EPOCH_SECONDS >>> 32));
        memory.setInt(sharedInfoMaddr + SharedInfo.WC_NSEC, 0);
        memory.setInt(sharedInfoMaddr + SharedInfo.WC_VERSION, WRITTEN_ONCE);
    }
}
