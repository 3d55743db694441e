package io.xenarium.machine.cpu;

import io.xenarium.machine.cpu.CpuidPolicy.Leaf;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/// The CPUID leaves of our processor: x86-64 with AMD's vendor name, because a guest's kernel asks
/// an AMD processor for the fewest model-specific registers (AMD APM vol. 3, appendix E).
final class ProcessorLeaves {
    private static final String VENDOR = "AuthenticAMD";
    private static final String BRAND = "Xenarium x86-64";
    private static final int EXTENDED = 0x80000000;
    private static final int LAST_BASIC = 7;
    private static final int LAST_EXTENDED = 0x80000008;

    /// Family 15, model 6, stepping 1: a plain 64-bit processor.
    private static final int SIGNATURE = 0x00000f61;

    /// Flush line of 64 bytes (in units of 8).
    private static final int CLFLUSH = 8 << 8;

    private static final int FPU = 1;
    private static final int DE = 1 << 2;
    private static final int TSC = 1 << 4;
    private static final int MSR = 1 << 5;
    private static final int PAE = 1 << 6;
    private static final int CX8 = 1 << 8;
    private static final int CMOV = 1 << 15;
    private static final int PAT = 1 << 16;
    private static final int CLFSH = 1 << 19;
    private static final int MMX = 1 << 23;
    private static final int FXSR = 1 << 24;
    private static final int SSE = 1 << 25;
    private static final int SSE2 = 1 << 26;

    /// Leaf 1, edx; the same bits up to FXSR stand in leaf 0x80000001.
    private static final int COMMON = FPU | DE | TSC | MSR | PAE | CX8 | CMOV | PAT | MMX | FXSR;

    private static final int LEAF_1_EDX = COMMON | CLFSH | SSE | SSE2;

    /// Leaf 1, ecx.
    private static final int SSE3 = 1;

    private static final int SSSE3 = 1 << 9;
    private static final int CX16 = 1 << 13;
    private static final int SSE4_1 = 1 << 19;
    private static final int SSE4_2 = 1 << 20;
    private static final int MOVBE = 1 << 22;
    private static final int POPCNT = 1 << 23;
    private static final int LEAF_1_ECX = SSE3 | SSSE3 | CX16 | SSE4_1 | SSE4_2 | MOVBE | POPCNT;

    /// Leaf 0x80000001.
    private static final int SYSCALL = 1 << 11;

    private static final int NX = 1 << 20;
    private static final int PAGES_1G = 1 << 26;
    private static final int RDTSCP = 1 << 27;
    private static final int LONG_MODE = 1 << 29;
    private static final int LAHF = 1;

    private ProcessorLeaves() {}

    static Leaf leaf(int leaf, int subleaf) {
        return switch (leaf) {
            case 0 -> new Leaf(LAST_BASIC, word(VENDOR, 0), word(VENDOR, 8), word(VENDOR, 4));
            case 1 -> new Leaf(SIGNATURE, CLFLUSH, LEAF_1_ECX, LEAF_1_EDX);
            case EXTENDED ->
                    new Leaf(LAST_EXTENDED, word(VENDOR, 0), word(VENDOR, 8), word(VENDOR, 4));
            case EXTENDED + 1 ->
                    new Leaf(
                            SIGNATURE,
                            0,
                            LAHF,
                            COMMON | SYSCALL | NX | PAGES_1G | RDTSCP | LONG_MODE);
            case EXTENDED + 2, EXTENDED + 3, EXTENDED + 4 -> brand(16 * (leaf - EXTENDED - 2));
            // 40 bits of machine address, 48 of linear address.
            case EXTENDED + 8 -> new Leaf(0x3028, 0, 0, 0);
            default -> Leaf.ZERO;
        };
    }

    private static Leaf brand(int at) {
        return new Leaf(
                word(BRAND, at), word(BRAND, at + 4), word(BRAND, at + 8), word(BRAND, at + 12));
    }

    /// Four characters of `text`, zeros behind its end, as a register holds them.
    private static int word(String text, int at) {
        byte[] padded = new byte[48];
        byte[] ascii = text.getBytes(StandardCharsets.US_ASCII);
        System.arraycopy(ascii, 0, padded, 0, ascii.length);
        return ByteBuffer.wrap(padded).order(ByteOrder.LITTLE_ENDIAN).getInt(at);
    }
}
