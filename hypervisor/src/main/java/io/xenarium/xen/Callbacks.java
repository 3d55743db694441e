package io.xenarium.xen;

import io.xenarium.machine.Kept;

import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;

/// Where a guest wants to be called for what is no exception: events, system calls of its own user
/// programs, failed segment loads (public/callback.h).
final class Callbacks implements Kept {
    /// CALLBACKTYPE_*: the numbers of the kinds of callback.
    static final int EVENT = 0;

    static final int FAILSAFE = 1;
    static final int SYSCALL = 2;
    static final int NMI = 4;
    static final int SYSENTER = 5;
    static final int SYSCALL32 = 7;
    static final int KINDS = 8;

    private final long[] handlerVaddr = new long[KINDS];
    private final boolean[] masksEvents = new boolean[KINDS];

    /// The handler, 0 where the guest has registered none.
    long handler(int kind) {
        return handlerVaddr[kind];
    }

    /// Whether events are masked when the handler is entered. Event upcalls always are.
    boolean masksEvents(int kind) {
        return kind == EVENT || masksEvents[kind];
    }

    void set(int kind, long vaddr, boolean masks) {
        handlerVaddr[kind] = vaddr;
        masksEvents[kind] = masks;
    }

    @Override
    public void save(DataOutput out) throws IOException {
        for (int kind = 0; kind < KINDS; kind++) {
            out.writeLong(handlerVaddr[kind]);
            out.writeBoolean(masksEvents[kind]);
        }
    }

    @Override
    public void load(DataInput in) throws IOException {
        for (int kind = 0; kind < KINDS; kind++) {
            handlerVaddr[kind] = in.readLong();
            masksEvents[kind] = in.readBoolean();
        }
    }
}
