package io.xenarium.machine.code;

import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;

/// A few instructions and what they start from, made from seeds, so that a real processor and ours
/// can execute the same thing.
///
/// @param isLong whether it is 64-bit code; else it is 32-bit code
/// @param memorySeed what [SiliconMemory] makes the data from
/// @param stateSeed what [SiliconState] makes the registers from
record SiliconCase(boolean isLong, long memorySeed, long stateSeed, byte[] code) {
    static final long CODE = 0x7000_0000;

    /// Where the code goes when it has come to its end: here, or 16 bytes further if it is 32-bit.
    static final long STUB = 0x7800_0000;

    static final int CODE_BYTES = 64;

    /// How many cases that follow one another have the same memory.
    private static final int SAME_MEMORY = 256;

    /// The case at `index` of the stream that begins with `seed`.
    static SiliconCase of(boolean isLong, long seed, int index, byte[] code) {
        long memorySeed = SiliconMemory.mixed(~seed, index / SAME_MEMORY);
        return new SiliconCase(isLong, memorySeed, SiliconMemory.mixed(seed, index), code);
    }

    SiliconCase withoutCode() {
        return new SiliconCase(isLong, memorySeed, stateSeed, new byte[0]);
    }

    SiliconState state() {
        return new SiliconState(isLong, stateSeed);
    }

    Mode mode() {
        return isLong ? Mode.LONG : Mode.PROTECTED_32;
    }

    /// What follows the code: a jump to the stub.
    byte[] tail() {
        int distance = (int) (STUB + (isLong ? 0 : 16) - (CODE + code.length + 5));
        return new byte[] {
            (byte) 0xe9,
            (byte) distance,
            (byte) (distance >> 8),
            (byte) (distance >> 16),
            (byte) (distance >> 24)
        };
    }

    List<Instruction> instructions() {
        List<Instruction> found = new ArrayList<>();
        Decoder decoder = new Decoder();
        for (int at = 0; at < code.length; at += found.getLast().length()) {
            found.add(decoder.decode(code, at, code.length - at, mode()));
        }
        return found;
    }

    /// Whether it is up to the processor how an instruction faults: which of two places CMPS reads
    /// first, how much ENTER and PUSHA have stored.
    boolean leavesOpenHowItFaults() {
        return instructions().stream().anyMatch(SiliconCase::leavesOpenHowItFaults);
    }

    private static boolean leavesOpenHowItFaults(Instruction i) {
        return i.op() == Op.CMPS || i.op() == Op.ENTER || i.op() == Op.PUSHA;
    }

    /// Whether every processor does the same, if there is no fault: where the architecture leaves
    /// no flag undefined, and floating point and vectors have no part in it.
    boolean isPortable() {
        return instructions().stream().allMatch(SiliconCase::isPortable);
    }

    private static boolean isPortable(Instruction i) {
        return switch (i.op()) {
            case MUL, IMUL, DIV, IDIV, AAA, AAS, AAM, AAD, DAA, DAS -> false;
            case SHL, SHR, SAR, SHLD, SHRD, ROL, ROR, RCL, RCR -> false;
            case BSF, BSR, BT, BTS, BTR, BTC, AND, OR, XOR, TEST, BSWAP -> false;
            default -> !i.isUndefined() && !CaseRows.isX87(i.op()) && !CaseRows.isVector(i.op());
        };
    }

    @Override
    public String toString() {
        StringBuilder text = new StringBuilder();
        for (int at = 0; at < code.length; ) {
            Instruction i = new Decoder().decode(code, at, code.length - at, mode());
            text.append(text.isEmpty() ? "" : "; ");
            text.append(Disassembler.intel(i, mode(), CODE + at));
            at += i.length();
        }
        return "%d-bit memory %x state %x code %s {%s}"
                .formatted(
                        isLong ? 64 : 32,
                        memorySeed,
                        stateSeed,
                        HexFormat.of().formatHex(code),
                        text);
    }
}
