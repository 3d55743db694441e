package io.xenarium.xen;

import io.xenarium.abi.E820;
import io.xenarium.abi.Hypercall;
import io.xenarium.machine.Memory;
import io.xenarium.terms.DomId;
import io.xenarium.terms.Errno;
import io.xenarium.trace.CpuEvent.Args;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/// memory_op: what memory there is, and how much of it is the guest's (public/memory.h).
final class MemoryCalls {
    /// The number of the sub-operation lies in the lowest six bits; above them Xen keeps where it
    /// was interrupted.
    private static final int COMMAND = 0x3f;

    private static final int MAXIMUM_RAM_PAGE = 2;
    private static final int CURRENT_RESERVATION = 3;
    private static final int MAXIMUM_RESERVATION = 4;
    private static final int MEMORY_MAP = 9;
    private static final int MACHPHYS_MAPPING = 12;

    private final FrameTable frames;
    private final GuestMemory guest;

    MemoryCalls(Xen xen) {
        frames = xen.frames();
        guest = xen.guest();
    }

    void register(Hypercalls table) {
        table.handle(Hypercall.MEMORY_OP, this::memoryOp);
    }

    /// rdi: which; rsi: its argument.
    private long memoryOp(Vcpu caller, Args args) {
        return switch ((int) args.rdi() & COMMAND) {
            case MAXIMUM_RAM_PAGE -> frames.frames() - 1L;
            case CURRENT_RESERVATION -> reservation(caller, args.rsi(), true);
            case MAXIMUM_RESERVATION -> reservation(caller, args.rsi(), false);
            case MEMORY_MAP -> memoryMap(caller, args.rsi());
            case MACHPHYS_MAPPING -> machphysMapping(caller, args.rsi());
            default -> Errno.ENOSYS.rc();
        };
    }

    /// {u16 domain}. Answers a number of frames.
    private long reservation(Vcpu caller, long at, boolean isCurrent) {
        int whose = guest.getShort(caller, at);
        Domain domain = caller.domain();
        if (whose != DomId.SELF.value() && whose != domain.id().value()) {
            return Errno.EPERM.rc();
        }
        return isCurrent ? frames.owned(domain.id()) : domain.config().pages();
    }

    /// {u32 entries in and out, u64 buffer @8}: one region of plain memory.
    private long memoryMap(Vcpu caller, long at) {
        long room = guest.getInt(caller, at) & 0xffff_ffffL;
        long buffer = guest.getLong(caller, at + 8);
        if (room < 1) {
            return Errno.EINVAL.rc();
        }
        guest.require(caller, at, 4, true);
        ByteBuffer entry = ByteBuffer.allocate(E820.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        entry.putLong(E820.SIZE, (long) caller.domain().config().pages() * Memory.FRAME_BYTES);
        entry.putInt(E820.TYPE, E820.RAM);
        guest.write(caller, buffer, entry.array());
        guest.putInt(caller, at, 1);
        return 0;
    }

    /// {u64 start, u64 end, u64 highest mfn}, all out: where the M2P can be read.
    private long machphysMapping(Vcpu caller, long at) {
        guest.require(caller, at, 24, true);
        guest.putLong(caller, at, XenSlots.M2P_VADDR);
        guest.putLong(caller, at + 8, XenSlots.M2P_END_VADDR);
        guest.putLong(caller, at + 16, frames.frames() - 1L);
        return 0;
    }
}
