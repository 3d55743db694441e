package io.xenarium.toolstack;

import io.xenarium.abi.Hypercall;
import io.xenarium.machine.Memory;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/// The page of entry points that a kernel can ask for with a note: slot n, 32 bytes long, makes
/// hypercall n. So a kernel need not know with which instruction Xen is called on this processor.
final class HypercallPage {
    private static final int SLOT_BYTES = 32;
    private static final byte INT3 = (byte) 0xcc;

    private HypercallPage() {}

    /// The contents of the page.
    static byte[] contents() {
        byte[] page = new byte[Memory.FRAME_BYTES];
        java.util.Arrays.fill(page, INT3);
        ByteBuffer code = ByteBuffer.wrap(page).order(ByteOrder.LITTLE_ENDIAN);
        for (int number = 0; number < page.length / SLOT_BYTES; number++) {
            code.position(number * SLOT_BYTES);
            if (number == Hypercall.IRET.number()) {
                putReturn(code, number);
            } else {
                putCall(code, number);
            }
        }
        return page;
    }

    /// push rcx; push r11; mov eax, number; syscall; pop r11; pop rcx; ret. SYSCALL overwrites rcx
    /// and r11, so they are kept on the stack.
    private static void putCall(ByteBuffer code, int number) {
        code.put(bytes(0x51, 0x41, 0x53, 0xb8)).putInt(number);
        code.put(bytes(0x0f, 0x05, 0x41, 0x5b, 0x59, 0xc3));
    }

    /// push rcx; push r11; push rax; mov eax, number; syscall: what is on the stack is the frame to
    /// return with, and the call does not come back.
    private static void putReturn(ByteBuffer code, int number) {
        code.put(bytes(0x51, 0x41, 0x53, 0x50, 0xb8)).putInt(number).put(bytes(0x0f, 0x05));
    }

    private static byte[] bytes(int... values) {
        byte[] bytes = new byte[values.length];
        for (int i = 0; i < values.length; i++) {
            bytes[i] = (byte) values[i];
        }
        return bytes;
    }
}
