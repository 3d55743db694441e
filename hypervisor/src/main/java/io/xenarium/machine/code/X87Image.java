package io.xenarium.machine.code;

import io.xenarium.machine.cpu.Fault;
import io.xenarium.machine.cpu.Registers;

/// The x87 as it lies in memory: the environments of FNSTENV, FNSAVE and FXSAVE, and packed decimal
/// numbers (Intel SDM vol. 1, 8.1.10 and 10.5; vol. 2, FXSAVE).
///
/// Of the last instruction FXSAVE tells as AMD's processors do: zeros while no exception is pending
/// (APM vol. 2, 11.4.4; Intel's always tell). Where not all of the memory can be accessed, the
/// fault is reported as AMD's processors do: FXSAVE and FXRSTOR try their last byte first, the
/// others their first word and then their last byte.
final class X87Image {
    private static final int MXCSR_BITS = 0xffff;
    private static final int FXSAVE_BYTES = 512;

    private final Core core;

    X87Image(Core core) {
        this.core = core;
    }

    // ---- environment ----

    void storeEnvironment(Step s) {
        int width = s.bytes == 2 ? 2 : 4;
        long at = core.addressForWrite(s);
        requireRoom(s, 7 * width);
        writeEnvironment(at, width);
    }

    private void writeEnvironment(long at, int width) {
        Registers r = core.registers;
        long upper = width == 4 ? 0xffff0000L : 0;
        core.memory.write(at, width, upper | r.fcw);
        core.memory.write(at + width, width, upper | r.fsw);
        core.memory.write(at + 2L * width, width, upper | fullTags());
        long opcode = width == 4 ? (long) r.fop << 16 : 0;
        core.memory.write(at + 3L * width, width, r.fip);
        core.memory.write(at + 4L * width, width, opcode | r.fcs);
        core.memory.write(at + 5L * width, width, r.fdp);
        core.memory.write(at + 6L * width, width, upper | r.fds);
    }

    void loadEnvironment(Step s) {
        int width = s.bytes == 2 ? 2 : 4;
        long at = core.address(s);
        core.memory.read(first(s, false), width);
        core.memory.read(last(s, 7 * width, false), 1);
        readEnvironment(at, width);
    }

    private void readEnvironment(long at, int width) {
        Registers r = core.registers;
        int fcw = (int) core.memory.read(at, 2);
        int fsw = (int) core.memory.read(at + width, 2);
        int tags = (int) core.memory.read(at + 2L * width, 2);
        long fip = core.memory.read(at + 3L * width, width);
        long code = core.memory.read(at + 4L * width, width);
        long fdp = core.memory.read(at + 5L * width, width);
        r.fds = (int) core.memory.read(at + 6L * width, 2);
        r.fip = fip;
        r.fcs = (int) code & 0xffff;
        r.fdp = fdp;
        r.fop = (int) (code >> 16) & 0x7ff;
        r.fcw = fcw & 0x1f3f | 0x40;
        r.fsw = fsw;
        r.ftw = 0;
        for (int i = 0; i < 8; i++) {
            r.ftw |= (tags >> 2 * i & 3) != 3 ? 1 << i : 0;
        }
    }

    /// The tag word in its long form: for each physical register valid 0, zero 1, special 2, empty
    /// 3.
    private int fullTags() {
        Registers r = core.registers;
        int tags = 0;
        for (int i = 0; i < 8; i++) {
            int head = (int) r.x87[2 * i + 1];
            long significand = r.x87[2 * i];
            int tag = 3;
            if ((r.ftw >> i & 1) != 0) {
                int exponent = Extended.exponent(head);
                boolean isNormal =
                        exponent != 0 && exponent != Extended.MAX_EXPONENT && significand < 0;
                tag = Extended.isZero(head, significand) ? 1 : isNormal ? 0 : 2;
            }
            tags |= tag << 2 * i;
        }
        return tags;
    }

    // ---- all of it, the old way ----

    void store(Step s) {
        int width = s.bytes == 2 ? 2 : 4;
        long at = core.addressForWrite(s);
        requireRoom(s, 7 * width + 80);
        writeEnvironment(at, width);
        core.loosely(() -> writeNumbers(at + 7L * width));
    }

    private void writeNumbers(long at) {
        for (int i = 0; i < 8; i++) {
            int physical = physical(i);
            core.memory.write(at + 10L * i, 8, core.registers.x87[2 * physical]);
            core.memory.write(at + 10L * i + 8, 2, core.registers.x87[2 * physical + 1]);
        }
    }

    void load(Step s) {
        int width = s.bytes == 2 ? 2 : 4;
        long at = core.address(s);
        core.memory.read(first(s, false), width);
        core.memory.read(last(s, 7 * width + 80, false), 1);
        long[] numbers = new long[16];
        core.loosely(() -> readNumbers(at + 7L * width, numbers));
        readEnvironment(at, width);
        putAll(numbers);
    }

    private void readNumbers(long at, long[] numbers) {
        for (int i = 0; i < 8; i++) {
            numbers[2 * i] = core.memory.read(at + 10L * i, 8);
            numbers[2 * i + 1] = core.memory.read(at + 10L * i + 8, 2);
        }
    }

    private void putAll(long[] numbers) {
        for (int i = 0; i < 8; i++) {
            core.registers.x87[2 * physical(i)] = numbers[2 * i];
            core.registers.x87[2 * physical(i) + 1] = numbers[2 * i + 1] & 0xffff;
        }
    }

    private int physical(int index) {
        return (core.registers.fsw >> 11) + index & 7;
    }

    // ---- FXSAVE ----

    void storeExtended(Step s) {
        Registers r = core.registers;
        long at = core.addressForWrite(s);
        requireAligned(s, at);
        core.memory.requireWritable(last(s, FXSAVE_BYTES, true), 1);
        core.memory.requireWritable(at, 1);
        boolean tells = (r.fsw & X87Stack.SUMMARY) != 0;
        long opcode = tells ? (long) r.fop << 48 : 0;
        core.memory.write(at, 8, r.fcw | (long) r.fsw << 16 | (long) r.ftw << 32 | opcode);
        core.memory.write(at + 8, 8, tells ? pointer(s, r.fip, r.fcs) : 0);
        core.memory.write(at + 16, 8, tells ? pointer(s, r.fdp, r.fds) : 0);
        core.memory.write(at + 24, 8, r.mxcsr & 0xffffffffL | (long) MXCSR_BITS << 32);
        for (int i = 0; i < 8; i++) {
            int physical = physical(i);
            core.memory.write(at + 32 + 16L * i, 8, r.x87[2 * physical]);
            core.memory.write(at + 40 + 16L * i, 8, r.x87[2 * physical + 1]);
        }
        for (int i = 0; i < vectors(); i++) {
            core.memory.write(at + 160 + 16L * i, 8, r.xmm[2 * i]);
            core.memory.write(at + 168 + 16L * i, 8, r.xmm[2 * i + 1]);
        }
    }

    /// A pointer as FXSAVE writes it: 64 bits, or 32 and a selector.
    private static long pointer(Step s, long offset, int selector) {
        return s.bytes == 8 ? offset : offset & 0xffff_ffffL | (long) selector << 32;
    }

    /// What the unit keeps of a pointer: the 57 bits that a linear address may have, with their
    /// sign.
    private static long linear(long pointer) {
        return pointer << 7 >> 7;
    }

    void loadExtended(Step s) {
        Registers r = core.registers;
        long at = core.address(s);
        requireAligned(s, at);
        core.memory.read(last(s, FXSAVE_BYTES, false), 1);
        long words = core.memory.read(at, 8);
        long instruction = core.memory.read(at + 8, 8);
        long operand = core.memory.read(at + 16, 8);
        int mxcsr = (int) core.memory.read(at + 24, 4);
        if ((mxcsr & ~MXCSR_BITS) != 0) {
            throw core.fault.of(Fault.GP);
        }
        long[] numbers = new long[16];
        long[] vectors = new long[2 * vectors()];
        for (int i = 0; i < 16; i++) {
            numbers[i] = core.memory.read(at + 32 + 8L * i, 8);
        }
        for (int i = 0; i < vectors.length; i++) {
            vectors[i] = core.memory.read(at + 160 + 8L * i, 8);
        }
        r.fcw = (int) words & 0x1f3f | 0x40;
        r.fsw = (int) (words >> 16) & 0xffff;
        r.ftw = (int) (words >> 32) & 0xff;
        r.fop = (int) (words >> 48) & 0x7ff;
        boolean isWide = s.bytes == 8;
        r.fip = isWide ? linear(instruction) : instruction & 0xffff_ffffL;
        r.fcs = isWide ? 0 : (int) (instruction >> 32) & 0xffff;
        r.fdp = isWide ? linear(operand) : operand & 0xffff_ffffL;
        r.fds = isWide ? 0 : (int) (operand >> 32) & 0xffff;
        r.mxcsr = mxcsr;
        putAll(numbers);
        System.arraycopy(vectors, 0, r.xmm, 0, vectors.length);
    }

    /// XMM8 to XMM15 are there in 64-bit code only.
    private int vectors() {
        return core.isLong ? 16 : 8;
    }

    /// The first word, then the last byte: so AMD's processors report a fault.
    private void requireRoom(Step s, int bytes) {
        core.memory.requireWritable(first(s, true), s.bytes == 2 ? 2 : 4);
        core.memory.requireWritable(last(s, bytes, true), 1);
    }

    /// The address of the first word, which must lie within its segment.
    private long first(Step s, boolean isWrite) {
        return core.linear(s.segment, core.offset(s), s.bytes == 2 ? 2 : 4, isWrite);
    }

    /// The address of the last of so many bytes; an offset may wrap at the address size.
    private long last(Step s, int bytes, boolean isWrite) {
        long offset = Core.cut(core.offset(s) + bytes - 1, s.addressBytes);
        return core.linear(s.segment, offset, 1, isWrite);
    }

    private void requireAligned(Step s, long at) {
        if ((at & 15) != 0) {
            core.requireCanonical(last(s, FXSAVE_BYTES, false));
            core.memory.requireAligned(core.linear(s.segment, core.offset(s), 4, false), 4);
            throw core.fault.of(Fault.GP);
        }
    }

    // ---- packed decimal: 18 digits, two a byte, and a byte with the sign ----

    /// The number that a packed decimal stands for, without its sign.
    ///
    /// @param high its last two bytes: the sign, and two digits
    /// @param low its first eight
    static long decimal(int high, long low) {
        long value = (high >> 4 & 15) * 10 + (high & 15);
        for (int i = 15; i >= 0; i--) {
            value = value * 10 + (low >>> 4 * i & 15);
        }
        return value;
    }

    /// Stores a packed decimal; where the magnitude is −1, the indefinite one.
    ///
    /// @param at where its first eight bytes go
    /// @param tail where its last two go
    void storeDecimal(long at, long tail, long magnitude, boolean negative) {
        long low = 0xc000000000000000L;
        int high = 0xffff;
        if (magnitude >= 0) {
            low = 0;
            long rest = magnitude;
            for (int i = 0; i < 16; i++) {
                low |= rest % 10 << 4 * i;
                rest /= 10;
            }
            high = (int) (rest % 10 | rest / 10 << 4) | (negative ? 0x8000 : 0);
        }
        core.memory.write(at, 8, low);
        core.memory.write(tail, 2, high);
    }
}
