package io.xenarium.xen;

import io.xenarium.abi.Hypercall;
import io.xenarium.machine.Memory;
import io.xenarium.trace.MemoryEvent.FrameType;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;

/// The page of ready-made hypercalls that a guest can ask for: slot n, 32 bytes long, makes
/// hypercall n and returns (xen/arch/x86/pv/hypercall.c, pv_ring3_init_hypercall_page).
///
/// A slot keeps rcx and r11 for the caller, which SYSCALL destroys. The slot of iret never returns,
/// and leaves rax on the stack, where iret looks for it.
public final class HypercallPages {
    private static final int SLOT_BYTES = 32;
    private static final byte INT3 = (byte) 0xcc;

    private final Memory memory;
    private final FrameTable frames;

    HypercallPages(Memory memory, FrameTable frames) {
        this.memory = memory;
        this.frames = frames;
    }

    /// Writes the page into a frame of `domain` that is plain memory. Returns whether it is.
    public boolean write(Domain domain, long frameMfn) {
        boolean isPlain =
                frames.isOwnedBy(frameMfn, domain.id())
                        && (frames.typeCount(frameMfn) == 0
                                || frames.type(frameMfn) == FrameType.WRITABLE);
        if (isPlain) {
            memory.write(frameMfn << 12, page());
        }
        return isPlain;
    }

    private static byte[] page() {
        ByteBuffer page = ByteBuffer.allocate(Memory.FRAME_BYTES).order(ByteOrder.LITTLE_ENDIAN);
        Arrays.fill(page.array(), INT3);
        for (int number = 0; number < Memory.FRAME_BYTES / SLOT_BYTES; number++) {
            page.position(number * SLOT_BYTES);
            // push rcx; push r11
            page.put((byte) 0x51).put((byte) 0x41).put((byte) 0x53);
            if (number == Hypercall.IRET.number()) {
                // push rax; mov eax, number; syscall
                page.put((byte) 0x50).put((byte) 0xb8).putInt(number).putShort((short) 0x050f);
            } else {
                // mov eax, number; syscall; pop r11; pop rcx; ret
                page.put((byte) 0xb8).putInt(number).putShort((short) 0x050f);
                page.put((byte) 0x41).put((byte) 0x5b).put((byte) 0x59).put((byte) 0xc3);
            }
        }
        return page.array();
    }
}
