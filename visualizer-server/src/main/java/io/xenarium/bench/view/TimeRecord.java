package io.xenarium.bench.view;

import io.xenarium.abi.SharedInfo;
import io.xenarium.abi.VcpuInfo;
import io.xenarium.machine.Memory;
import io.xenarium.xen.Domain;
import io.xenarium.xen.Vcpu;

import java.time.DateTimeException;
import java.time.Instant;

/// What a guest finds in its time record, and what it makes of it: a reader's calculation, step by
/// step, whoever wrote the record and however wrong (public/xen.h, struct vcpu_time_info).
///
/// Numbers that a guest or a learner's part may have made up are text, because a page's numbers end
/// at 2^53.
///
/// @param isOdd whether it says of itself that it is being changed
/// @param multiplier tsc_to_system_mul, in hex
/// @param copyVaddr where the guest's programs find a copy; empty where they do not
/// @param tsc the counter now
/// @param elapsed ticks since the stamp
/// @param shifted the same after the shift
/// @param since nanoseconds since the stamp
/// @param system system time, as the guest calculates it
/// @param ahead by how much that is ahead of Xen's own
/// @param base what the wall clock showed at system time 0
/// @param wall what it shows now
public record TimeRecord(
        long version,
        boolean isOdd,
        String stampTsc,
        String stampNanos,
        String multiplier,
        int shift,
        int flags,
        String copyVaddr,
        String tsc,
        String elapsed,
        String shifted,
        String since,
        String system,
        String ahead,
        String base,
        String wall) {
    private static final long SECOND_NANOS = 1_000_000_000L;

    /// That of a vCPU, at `nanos` of Xen's own system time.
    static TimeRecord of(Vcpu vcpu, Memory memory, long nanos) {
        long at = vcpu.infoMaddr();
        long version = memory.getInt(at + VcpuInfo.TIME_VERSION) & 0xffff_ffffL;
        long stampTsc = memory.getLong(at + VcpuInfo.TSC_TIMESTAMP);
        long stampNanos = memory.getLong(at + VcpuInfo.SYSTEM_TIME);
        long multiplier = memory.getInt(at + VcpuInfo.TSC_TO_SYSTEM_MUL) & 0xffff_ffffL;
        int shift = memory.getByte(at + VcpuInfo.TSC_SHIFT);
        // The counter counts nanoseconds of virtual time, for every vCPU the same.
        long elapsed = nanos - stampTsc;
        long shifted = shift < 0 ? elapsed >>> -shift : elapsed << shift;
        long since = scaled(shifted, multiplier);
        long system = stampNanos + since;
        long baseNanos = base(vcpu.domain(), memory);
        long copy = vcpu.timeCopyVaddr();
        return new TimeRecord(
                version,
                version % 2 != 0,
                Long.toUnsignedString(stampTsc),
                Long.toUnsignedString(stampNanos),
                "0x%08x".formatted(multiplier),
                shift,
                memory.getByte(at + VcpuInfo.TIME_FLAGS) & 0xff,
                copy == 0 ? "" : "0x%x".formatted(copy),
                Long.toUnsignedString(nanos),
                Long.toUnsignedString(elapsed),
                Long.toUnsignedString(shifted),
                Long.toUnsignedString(since),
                Long.toUnsignedString(system),
                String.valueOf(system - nanos),
                date(baseNanos),
                date(baseNanos + system));
    }

    /// The upper half of the product: all 128 bits of it count.
    private static long scaled(long ticks, long multiplier) {
        return Math.unsignedMultiplyHigh(ticks, multiplier) << 32 | ticks * multiplier >>> 32;
    }

    private static long base(Domain domain, Memory memory) {
        long shared = domain.sharedInfo().toMaddr().value();
        long low = memory.getInt(shared + SharedInfo.WC_SEC) & 0xffff_ffffL;
        long high = memory.getInt(shared + SharedInfo.WC_SEC_HI) & 0xffff_ffffL;
        return (high << 32 | low) * SECOND_NANOS
                + (memory.getInt(shared + SharedInfo.WC_NSEC) & 0xffff_ffffL);
    }

    private static String date(long nanos) {
        try {
            return Instant.ofEpochSecond(
                            Math.floorDiv(nanos, SECOND_NANOS), Math.floorMod(nanos, SECOND_NANOS))
                    .toString();
        } catch (DateTimeException beyond) {
            return "no date";
        }
    }

    /// The table of the calculation, as text.
    String text() {
        StringBuilder out = new StringBuilder();
        out.append("time-stamp counter  %s ticks\n".formatted(tsc));
        out.append("system time         %s ns, %s\n".formatted(system, aheadWords()));
        out.append("wall clock          %s\n".formatted(wall));
        out.append(
                "\nrecord: version %d, %s\n"
                        .formatted(
                                version, isOdd ? "odd: it is being changed" : "even: it is whole"));
        out.append("  tsc_timestamp      %s\n".formatted(stampTsc));
        out.append("  system_time        %s\n".formatted(stampNanos));
        out.append("  tsc_to_system_mul  %s\n".formatted(multiplier));
        out.append("  tsc_shift          %d\n".formatted(shift));
        out.append("  flags              %d\n".formatted(flags));
        out.append("  copy               %s\n".formatted(copyVaddr.isEmpty() ? "none" : copyVaddr));
        out.append("\n  counter - tsc_timestamp   = %s ticks\n".formatted(elapsed));
        out.append("  shifted by %-3d            = %s\n".formatted(shift, shifted));
        out.append("  * multiplier / 2^32       = %s ns\n".formatted(since));
        out.append("  + system_time             = %s ns\n".formatted(system));
        out.append("  + wall clock at 0, %s = %s\n".formatted(base, wall));
        return out.toString();
    }

    private String aheadWords() {
        return switch (ahead.charAt(0)) {
            case '0' -> "as Xen's own";
            case '-' -> "%s ns behind Xen's own".formatted(ahead.substring(1));
            default -> "%s ns ahead of Xen's own".formatted(ahead);
        };
    }
}
