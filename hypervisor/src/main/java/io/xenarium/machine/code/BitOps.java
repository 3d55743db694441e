package io.xenarium.machine.code;

/// Single bits, bit scans, counts and checksums (Intel SDM vol. 2, BT, BSF, BSR, POPCNT, CRC32).
///
/// BT and its kin change CF only. BSF and BSR of 0 set ZF and leave the destination as it was, as
/// AMD promises and Intel does; of their undefined flags PF is by the result and the others are 0,
/// as on AMD's Zen. LZCNT and TZCNT are not offered: they are BSR and BSF with a prefix, as on
/// every processor without them.
final class BitOps {
    /// The polynomial of CRC32 (iSCSI), bits reversed.
    private static final int CASTAGNOLI = 0x82f63b78;

    private final Core core;
    private final Flags flags;

    BitOps(Core core) {
        this.core = core;
        this.flags = core.flags;
    }

    /// Executes `s`, or returns false if it is none of ours.
    boolean execute(Step s) {
        switch (s.op) {
            case BT -> test(s);
            case BTS, BTR, BTC -> change(s);
            case BSF, TZCNT -> scanForward(s);
            case BSR, LZCNT -> scanReverse(s);
            case POPCNT -> count(s);
            case CRC32 -> checksum(s);
            default -> {
                return false;
            }
        }
        return true;
    }

    /// The address of the word that holds the bit: with a register as bit number, bits reach ±2^63
    /// from the operand.
    private long wordAddress(Step s, boolean isWrite) {
        long offset = core.offset(s);
        if (s.kind1 != Step.IMMEDIATE) {
            long bit = IntegerOps.signExtend(core.source(s), s.bytes);
            int perWord = 3 + Integer.numberOfTrailingZeros(s.bytes);
            offset = Core.cut(offset + (bit >> perWord) * s.bytes, s.addressBytes);
        }
        return core.linear(s.segment, offset, s.bytes, isWrite);
    }

    private long bitMask(Step s) {
        return 1L << (core.source(s) & 8 * s.bytes - 1);
    }

    private void test(Step s) {
        long word =
                s.kind0 == Step.MEMORY
                        ? core.memory.read(wordAddress(s, false), s.bytes)
                        : core.destination(s);
        flags.setCarry((word & bitMask(s)) != 0);
    }

    private void change(Step s) {
        boolean isMemory = s.kind0 == Step.MEMORY;
        long bit = bitMask(s);
        long place = isMemory ? core.memory.forWrite(wordAddress(s, true), s.bytes) : 0;
        long old = isMemory ? core.memory.load(place, s.bytes) : core.destination(s);
        long changed =
                switch (s.op) {
                    case BTS -> old | bit;
                    case BTR -> old & ~bit;
                    default -> old ^ bit;
                };
        if (isMemory) {
            core.memory.store(place, s.bytes, changed);
        } else {
            core.setDestination(s, changed);
        }
        flags.setCarry((old & bit) != 0);
    }

    private void scanForward(Step s) {
        long b = core.source(s) & s.mask;
        if (b != 0) {
            core.setDestination(s, Long.numberOfTrailingZeros(b));
        }
        setScanFlags(b, Long.numberOfTrailingZeros(b));
    }

    private void scanReverse(Step s) {
        long b = core.source(s) & s.mask;
        if (b != 0) {
            core.setDestination(s, 63 - Long.numberOfLeadingZeros(b));
        }
        setScanFlags(b, 63 - Long.numberOfLeadingZeros(b));
    }

    private void setScanFlags(long b, int found) {
        flags.logical(b == 0 ? 0 : found, 0);
        flags.setZero(b == 0);
    }

    private void count(Step s) {
        long b = core.source(s) & s.mask;
        core.setDestination(s, Long.bitCount(b));
        flags.set(flags.get() & ~Flags.ARITHMETIC | (b == 0 ? Flags.ZF : 0));
    }

    private void checksum(Step s) {
        int bytes = s.bytes1;
        long b = core.source(s);
        int sum = (int) core.gpr[s.number0];
        for (int i = 0; i < bytes; i++) {
            sum ^= (int) (b >>> 8 * i) & 0xff;
            for (int bit = 0; bit < 8; bit++) {
                sum = sum >>> 1 ^ (CASTAGNOLI & -(sum & 1));
            }
        }
        core.setRegister(Step.R32, s.number0, sum);
    }
}
