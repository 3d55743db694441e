package io.xenarium.machine.cpu;

import java.nio.ByteBuffer;

/// The 512 bytes in which FXSAVE leaves the state of x87 and SSE, in their 64-bit form (Intel SDM
/// vol. 1, 10.5.1). What stands here is for whoever prepares a processor; the instructions
/// themselves go through guest memory.
public final class FloatImage {
    public static final int BYTES = 512;

    private static final int FCW = 0;
    private static final int FSW = 2;
    private static final int FTW = 4;
    private static final int FOP = 6;
    private static final int FIP = 8;
    private static final int FDP = 16;
    private static final int MXCSR = 24;
    private static final int STACK = 32;
    private static final int XMM = 160;
    private static final int MXCSR_BITS = 0xffff;

    private FloatImage() {}

    /// Loads `registers` from the little-endian `image`. The stack is saved from its top, the
    /// registers are kept by their physical number.
    public static void load(Registers registers, ByteBuffer image) {
        registers.fcw = image.getShort(FCW) & 0x1f3f | 0x40;
        registers.fsw = image.getShort(FSW) & 0xffff;
        registers.ftw = image.get(FTW) & 0xff;
        registers.fop = image.getShort(FOP) & 0x7ff;
        registers.fip = image.getLong(FIP);
        registers.fdp = image.getLong(FDP);
        registers.mxcsr = image.getInt(MXCSR) & MXCSR_BITS;
        for (int i = 0; i < 8; i++) {
            int physical = (registers.fsw >> 11) + i & 7;
            registers.x87[2 * physical] = image.getLong(STACK + 16 * i);
            registers.x87[2 * physical + 1] = image.getShort(STACK + 16 * i + 8) & 0xffff;
        }
        for (int i = 0; i < registers.xmm.length; i++) {
            registers.xmm[i] = image.getLong(XMM + 8 * i);
        }
    }
}
