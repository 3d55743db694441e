package io.xenarium.xen;

import io.xenarium.machine.Kept;

import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;

/// Where a guest wants its exceptions and software interrupts: what an IDT would be to a kernel
/// that has the machine to itself (public/arch-x86/xen.h, struct trap_info).
final class TrapTable implements Kept {
    /// Vectors that there are.
    static final int VECTORS = 256;

    /// In the flags of an entry: events are masked when the handler is entered.
    static final int MASKS_EVENTS = 4;

    private static final int LEVEL = 3;

    private final long[] handlerVaddr = new long[VECTORS];
    private final byte[] flags = new byte[VECTORS];

    /// The handler of `vector`, 0 where the guest has none.
    long handler(int vector) {
        return handlerVaddr[vector];
    }

    /// Whether events are masked when the handler is entered.
    boolean masksEvents(int vector) {
        return (flags[vector] & MASKS_EVENTS) != 0;
    }

    /// The least privileged level that may raise the vector with an INT instruction.
    int level(int vector) {
        return flags[vector] & LEVEL;
    }

    void set(int vector, long vaddr, int newFlags) {
        handlerVaddr[vector] = vaddr;
        flags[vector] = (byte) newFlags;
    }

    void clear() {
        java.util.Arrays.fill(handlerVaddr, 0);
        java.util.Arrays.fill(flags, (byte) 0);
    }

    @Override
    public void save(DataOutput out) throws IOException {
        for (int vector = 0; vector < VECTORS; vector++) {
            out.writeLong(handlerVaddr[vector]);
            out.writeByte(flags[vector]);
        }
    }

    @Override
    public void load(DataInput in) throws IOException {
        for (int vector = 0; vector < VECTORS; vector++) {
            handlerVaddr[vector] = in.readLong();
            flags[vector] = in.readByte();
        }
    }
}
