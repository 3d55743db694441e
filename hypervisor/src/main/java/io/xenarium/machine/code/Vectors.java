package io.xenarium.machine.code;

import io.xenarium.machine.cpu.Fault;
import io.xenarium.machine.cpu.Registers;

import java.util.Arrays;

/// Where vector instructions find their operands and put their results: XMM registers and memory of
/// 16 bytes as two longs, MMX registers and memory of 8 as the low one alone.
///
/// The MMX registers are the mantissas of the x87's physical registers; using one makes the whole
/// stack valid and puts its top at 0 (Intel SDM vol. 1, 9.6).
final class Vectors {
    private static final long CR0_EM = 4;
    private static final long CR0_TS = 8;
    private static final long CR4_OSFXSR = 1 << 9;

    private final Core core;

    /// What [#read] found.
    long low;

    long high;

    Vectors(Core core) {
        this.core = core;
    }

    /// #UD or #NM where the unit cannot be used now; #MF where an MMX instruction meets a pending
    /// exception of the x87.
    void require(Step s) {
        Registers r = core.registers;
        boolean isMmx = s.kind0 == Step.MMX || s.kind1 == Step.MMX || s.op == Op.EMMS;
        boolean isSse = s.kind0 == Step.XMM || s.kind1 == Step.XMM || !isMmx;
        if ((r.cr0 & CR0_EM) != 0 || isSse && (r.cr4 & CR4_OSFXSR) == 0) {
            throw core.fault.of(Fault.UD);
        }
        if ((r.cr0 & CR0_TS) != 0) {
            throw core.fault.of(Fault.NM);
        }
        if (isMmx && (r.fsw & X87Stack.SUMMARY) != 0) {
            throw core.fault.of(Fault.MF);
        }
    }

    /// Brings the first operand to [#low] and [#high].
    void readFirst(Step s) {
        read(s, s.kind0, s.number0, true);
    }

    /// Brings the second operand; 16 bytes of memory must be aligned.
    void readSecond(Step s) {
        read(s, s.kind1, s.number1, true);
    }

    /// Brings the second operand from wherever it lies.
    void readSecondUnaligned(Step s) {
        read(s, s.kind1, s.number1, false);
    }

    private void read(Step s, int kind, int number, boolean mustAlign) {
        high = 0;
        switch (kind) {
            case Step.XMM -> {
                low = core.registers.xmm[2 * number];
                high = core.registers.xmm[2 * number + 1];
            }
            case Step.MMX -> low = core.registers.x87[2 * number];
            case Step.MEMORY -> {
                if (s.memoryBytes == 16) {
                    requireAligned(s, mustAlign);
                    long at = core.address(s);
                    core.memory.requireAligned(at, 16);
                    low = core.memory.read(at, 8);
                    high = core.memory.read(at + 8, 8);
                } else {
                    low = core.memory.read(core.address(s), s.memoryBytes);
                }
            }
            case Step.R32 -> low = core.gpr[number] & 0xffffffffL;
            case Step.R64 -> low = core.gpr[number];
            default -> throw core.fault.of(Fault.UD);
        }
    }

    /// Puts a result into the first operand; 16 bytes of memory must be aligned.
    void write(Step s, long newLow, long newHigh) {
        write(s, newLow, newHigh, true);
    }

    void writeUnaligned(Step s, long newLow, long newHigh) {
        write(s, newLow, newHigh, false);
    }

    private void write(Step s, long newLow, long newHigh, boolean mustAlign) {
        switch (s.kind0) {
            case Step.XMM -> {
                core.registers.xmm[2 * s.number0] = newLow;
                core.registers.xmm[2 * s.number0 + 1] = newHigh;
            }
            case Step.MMX -> {
                core.registers.x87[2 * s.number0] = newLow;
                core.registers.x87[2 * s.number0 + 1] = 0xffff;
            }
            case Step.MEMORY -> {
                if (s.memoryBytes == 16) {
                    requireAligned(s, mustAlign);
                    long at = core.addressForWrite(s);
                    core.memory.requireWritable(at, 16);
                    core.memory.write(at, 8, newLow);
                    core.memory.write(at + 8, 8, newHigh);
                } else {
                    core.memory.write(core.addressForWrite(s), s.memoryBytes, newLow);
                }
            }
            default -> core.setRegister(s.kind0, s.number0, newLow);
        }
    }

    /// Alignment is looked at before anything else about the address.
    private void requireAligned(Step s, boolean mustAlign) {
        boolean hasBase = !core.isLong || s.segment >= Registers.FS;
        long base = hasBase ? core.registers.segmentBase[s.segment] : 0;
        if (mustAlign && (base + core.offset(s) & 15) != 0) {
            throw core.fault.of(Fault.GP);
        }
    }

    /// After an instruction that used an MMX register.
    void usedMmx(Step s) {
        if (s.kind0 == Step.MMX || s.kind1 == Step.MMX) {
            core.registers.ftw = 0xff;
            core.registers.fsw &= ~(7 << 11);
        }
    }

    void empty() {
        core.registers.ftw = 0;
        core.registers.fsw &= ~(7 << 11);
    }

    /// The element of `bits` bits at `index` of a 64-bit half, sign-extended.
    static long element(long half, int index, int bits) {
        return half << 64 - bits * (index + 1) >> 64 - bits;
    }

    /// The same, zero-extended.
    static long unsigned(long half, int index, int bits) {
        return half << 64 - bits * (index + 1) >>> 64 - bits;
    }

    /// `value` as the element at `index`, everything else 0.
    static long place(long value, int index, int bits) {
        return (value << 64 - bits >>> 64 - bits) << bits * index;
    }

    /// The elements of two halves in a row, low first.
    static long[] elements(long low, long high, int bits) {
        int each = 64 / bits;
        long[] all = new long[2 * each];
        Arrays.setAll(all, i -> element(i < each ? low : high, i % each, bits));
        return all;
    }
}
