package io.xenarium.machine.code;

import io.xenarium.machine.cpu.Registers;

import java.nio.ByteBuffer;

/// What the execution of a [SiliconCase] left behind.
///
/// @param units FXSAVE's image of the x87 and SSE units, without what is not compared: which bits
///   MXCSR has
/// @param vector the exception, or −1 where the code ran to its end
/// @param rip where it stopped
/// @param dataHash 0 where the data are as they were, else a hash of them
record SiliconResult(
        long[] units,
        long[] gpr,
        long flags,
        long vector,
        long error,
        long address,
        long rip,
        long dataHash) {
    /// Words of FXSAVE's image that mean something.
    static final int UNITS = 52;

    private static final int UNIT_BYTES = 512;

    /// Flags that are compared: all but RF, which only shows how a fault was delivered.
    private static final long COMPARED_FLAGS = ~(long) Flags.RF;

    /// Reads what the native program wrote.
    static SiliconResult read(ByteBuffer in) {
        int from = in.position();
        long[] units = new long[UNITS];
        for (int i = 0; i < UNITS; i++) {
            units[i] = shown(i, in.getLong());
        }
        in.position(from + UNIT_BYTES);
        long[] gpr = new long[16];
        for (int i = 0; i < 16; i++) {
            gpr[i] = in.getLong();
        }
        long flags = in.getLong();
        long vector = in.getLong();
        long error = in.getLong();
        long address = in.getLong();
        // Linux says "present" for every address in its own half.
        boolean isKernelHalf = vector == 14 && address < 0;
        return new SiliconResult(
                units,
                gpr,
                flags,
                vector,
                isKernelHalf ? error & ~1 : error,
                address,
                in.getLong(),
                in.getLong());
    }

    /// The word at `index` of the units without what is not compared.
    static long shown(int index, long word) {
        return switch (index) {
            case 3 -> word & 0xffff_ffffL;
            default -> index > 3 && index < 20 && (index & 1) != 0 ? word & 0xffff : word;
        };
    }

    /// The units as our processor's registers have them.
    static long[] units(Registers r) {
        long[] units = new long[UNITS];
        units[0] = r.fcw | (long) r.fsw << 16 | (long) r.ftw << 32;
        if ((r.fsw & X87Stack.SUMMARY) != 0) {
            units[0] |= (long) r.fop << 48;
            units[1] = r.fip;
            units[2] = r.fdp;
        }
        units[3] = r.mxcsr & 0xffff_ffffL;
        for (int i = 0; i < 8; i++) {
            int physical = (r.fsw >> 11) + i & 7;
            units[4 + 2 * i] = r.x87[2 * physical];
            units[5 + 2 * i] = r.x87[2 * physical + 1];
        }
        System.arraycopy(r.xmm, 0, units, 20, 32);
        return units;
    }

    /// Whether the processor used what ours does not have: bits of MXCSR above the sixteenth.
    boolean isBeyondUs() {
        return units[3] >>> 16 != 0;
    }

    /// Whether our processor met a page that only the native program has: the stub, or its own code
    /// and stack above 4 GiB.
    boolean isOutside() {
        boolean isStub = address >>> 12 == SiliconCase.STUB >>> 12;
        return vector == 14 && (isStub || address >= 1L << 32);
    }

    /// Says what differs, or an empty string.
    ///
    /// @param c what was executed
    String differences(SiliconCase c, SiliconResult other) {
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < (c.isLong() ? 16 : 8); i++) {
            note(text, RegisterNames.of(i), gpr[i], other.gpr[i]);
        }
        note(text, "flags", flags & COMPARED_FLAGS, other.flags & COMPARED_FLAGS);
        note(text, "rip", rip, other.rip);
        for (int i = 0; i < UNITS; i++) {
            if (units[i] != other.units[i]) {
                note(text, "unit" + i, units[i], other.units[i]);
            }
        }
        boolean bothFault = vector >= 0 && other.vector >= 0;
        if (vector != other.vector
                || error != other.error
                || address != other.address
                || dataHash != other.dataHash) {
            if (!bothFault || !c.leavesOpenHowItFaults()) {
                note(text, "vector", vector, other.vector);
                note(text, "error", error, other.error);
                note(text, "address", address, other.address);
                note(text, "data", dataHash, other.dataHash);
            }
        }
        return text.toString();
    }

    private static void note(StringBuilder text, String what, long ours, long theirs) {
        if (ours != theirs) {
            text.append(" %s %x≠%x".formatted(what, ours, theirs));
        }
    }
}
