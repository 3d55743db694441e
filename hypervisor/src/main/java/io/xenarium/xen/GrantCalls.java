package io.xenarium.xen;

import static io.xenarium.abi.GrantStatus.BAD_DOMAIN;
import static io.xenarium.abi.GrantStatus.BAD_REF;
import static io.xenarium.abi.GrantStatus.BAD_VIRTUAL_ADDRESS;
import static io.xenarium.abi.GrantStatus.GENERAL_ERROR;
import static io.xenarium.abi.GrantStatus.OKAY;
import static io.xenarium.abi.GrantStatus.PERMISSION_DENIED;
import static io.xenarium.abi.GrantStatus.TRY_AGAIN;

import io.xenarium.abi.Hypercall;
import io.xenarium.machine.Memory;
import io.xenarium.terms.DomId;
import io.xenarium.terms.Errno;
import io.xenarium.trace.CpuEvent.Args;

import java.util.function.IntToLongFunction;

/// grant_table_op: the table by which a guest lets others use its frames, and the use of what
/// others grant (public/grant_table.h).
///
/// Most sub-operations take an array of structures and leave a status in every one of them; the
/// answer of the hypercall itself only says whether the array could be read and written.
final class GrantCalls {
    private static final int MAP = 0;
    private static final int UNMAP = 1;
    private static final int SETUP_TABLE = 2;
    private static final int TRANSFER = 4;
    private static final int COPY = 5;
    private static final int QUERY_SIZE = 6;
    private static final int UNMAP_AND_REPLACE = 7;
    private static final int SET_VERSION = 8;
    private static final int GET_STATUS_FRAMES = 9;
    private static final int GET_VERSION = 10;
    private static final int SWAP_REF = 11;
    private static final int CACHE_FLUSH = 12;

    /// The number of the sub-operation lies in the lowest twelve bits; above them Xen keeps where
    /// it was interrupted, which a guest must leave 0.
    private static final int COMMAND = 0xfff;

    private static final int COPY_SOURCE_GRANT = 1;
    private static final int COPY_TARGET_GRANT = 2;

    private static final int CACHE_CLEAN = 1;
    private static final int CACHE_INVALIDATE = 2;
    private static final int CACHE_BY_GRANT = 1 << 31;

    private final FrameTable frames;
    private final Domains domains;
    private final GuestMemory guest;
    private final GrantMappings mappings;
    private final GrantCopies copies;
    private final GrantTables tables;

    GrantCalls(Xen xen, Domains domains, GrantMappings mappings, GrantCopies copies) {
        this.domains = domains;
        this.mappings = mappings;
        this.copies = copies;
        frames = xen.frames();
        guest = xen.guest();
        tables = new GrantTables(xen, domains);
    }

    void register(Hypercalls table) {
        table.handle(Hypercall.GRANT_TABLE_OP, this::grantTableOp);
    }

    /// rdi: which; rsi: the array; rdx: how many members.
    private long grantTableOp(Vcpu caller, Args args) {
        int command = (int) args.rdi() & COMMAND;
        boolean isFresh = (args.rdi() & 0xffff_ffffL) == command;
        long count = args.rdx() & 0xffff_ffffL;
        if (count > Limits.UPDATES || !isFresh && command != CACHE_FLUSH) {
            return Errno.EINVAL.rc();
        }
        long at = args.rsi();
        return switch (command) {
            case MAP -> each(caller, at, count, 32, 18, entry -> map(caller, entry));
            case UNMAP -> each(caller, at, count, 24, 20, entry -> unmap(caller, entry, false));
            case SETUP_TABLE -> setupTable(caller, at, count);
            case TRANSFER -> each(caller, at, count, 24, 16, entry -> transfer(caller, entry));
            case COPY -> each(caller, at, count, 40, 36, entry -> copy(caller, entry));
            case QUERY_SIZE -> querySize(caller, at, count);
            case UNMAP_AND_REPLACE ->
                    each(caller, at, count, 24, 20, entry -> unmap(caller, entry, true));
            case SET_VERSION -> setVersion(caller, at);
            case GET_STATUS_FRAMES -> statusFrames(caller, at, count);
            case GET_VERSION -> getVersion(caller, at);
            case SWAP_REF -> each(caller, at, count, 12, 8, entry -> swap(caller, entry));
            case CACHE_FLUSH -> cacheFlush(caller, at, count);
            default -> Errno.ENOSYS.rc();
        };
    }

    @FunctionalInterface
    private interface Member {
        int carryOut(long vaddr);
    }

    /// Carries out one member after the other and leaves in each what became of it. A member that
    /// cannot be read or written ends the whole.
    private long each(Vcpu caller, long at, long count, int bytes, int statusAt, Member member) {
        boolean leaves = XenSlots.isXens(at) || XenSlots.isXens(at + count * bytes - 1);
        if (count > 0 && leaves) {
            return Errno.EFAULT.rc();
        }
        for (long i = 0; i < count; i++) {
            long entry = at + i * bytes;
            guest.require(caller, entry, bytes, true);
            int status = member.carryOut(entry);
            guest.putShort(caller, entry + statusAt, status);
        }
        return 0;
    }

    /// {u64 host address, u32 flags @8, u32 ref @12, u16 domain @16, s16 status @18, u32 handle
    /// out @20, u64 bus address out @24}.
    private int map(Vcpu caller, long at) {
        int flags = guest.getInt(caller, at + 8);
        long ref = guest.getInt(caller, at + 12) & 0xffff_ffffL;
        int domid = guest.getShort(caller, at + 16);
        long address = guest.getLong(caller, at);
        int result = mappings.map(caller, new GrantMappings.Wish(flags, domid, ref, address));
        if (result < 0) {
            return result;
        }
        guest.putInt(caller, at + 20, result);
        guest.putLong(caller, at + 24, mappings.maddr(caller.domain(), result));
        return OKAY;
    }

    /// {u64 host address, u64 bus address or the address of the replacement @8, u32 handle @16, s16
    /// status @20}.
    private int unmap(Vcpu caller, long at, boolean isReplaced) {
        long address = guest.getLong(caller, at);
        long second = guest.getLong(caller, at + 8);
        long handle = guest.getInt(caller, at + 16) & 0xffff_ffffL;
        return mappings.unmap(
                caller,
                isReplaced
                        ? new GrantMappings.Return(handle, address, 0, second)
                        : new GrantMappings.Return(handle, address, second, 0));
    }

    /// {u64 frame, u16 domain @8, u32 ref @12, s16 status @16}.
    private int transfer(Vcpu caller, long at) {
        long frameMfn = guest.getLong(caller, at);
        int to = guest.getShort(caller, at + 8);
        long ref = guest.getInt(caller, at + 12) & 0xffff_ffffL;
        return copies.transfer(caller.domain(), frameMfn, to, ref);
    }

    /// {source and target: {u32 ref or u64 frame, u16 domain @8, u16 offset @10} of 16 bytes, u16
    /// length @32, u16 flags @34, s16 status @36}.
    private int copy(Vcpu caller, long at) {
        int flags = guest.getShort(caller, at + 34);
        GrantCopies.End from = end(caller, at, (flags & COPY_SOURCE_GRANT) != 0);
        GrantCopies.End to = end(caller, at + 16, (flags & COPY_TARGET_GRANT) != 0);
        int bytes = guest.getShort(caller, at + 32);
        return copies.copy(caller.domain().id(), from, to, bytes);
    }

    private GrantCopies.End end(Vcpu caller, long at, boolean isGrant) {
        long place = isGrant ? guest.getInt(caller, at) & 0xffff_ffffL : guest.getLong(caller, at);
        int domid = guest.getShort(caller, at + 8);
        return new GrantCopies.End(domid, place, guest.getShort(caller, at + 10), isGrant);
    }

    /// {u32 one, u32 other @4, s16 status @8}: what both entries hold changes places.
    private int swap(Vcpu caller, long at) {
        long one = guest.getInt(caller, at) & 0xffff_ffffL;
        long other = guest.getInt(caller, at + 4) & 0xffff_ffffL;
        GrantTable table = caller.domain().grants();
        if (!table.holds(one) || !table.holds(other)) {
            return BAD_REF;
        }
        boolean isUsed =
                table.active((int) one).isPresent() || table.active((int) other).isPresent();
        if (one != other && isUsed) {
            return TRY_AGAIN;
        }
        tables.swap(table, (int) one, (int) other);
        return OKAY;
    }

    /// {u16 domain, u32 frames @4, s16 status @8, u64 list @16}. One member, as in Xen.
    private long setupTable(Vcpu caller, long at, long count) {
        if (count != 1) {
            return Errno.EINVAL.rc();
        }
        int whose = guest.getShort(caller, at);
        long wanted = guest.getInt(caller, at + 4) & 0xffff_ffffL;
        long list = guest.getLong(caller, at + 16);
        guest.require(caller, at + 8, 2, true);
        int status = accessStatus(caller, whose);
        if (status == OKAY) {
            status =
                    tables.grow(caller.domain(), wanted)
                            ? list(caller, list, wanted, caller.domain().grants()::frameMfn)
                            : GENERAL_ERROR;
        }
        guest.putShort(caller, at + 8, status);
        return 0;
    }

    /// Tells frames one after the other, as far as there is room.
    private int list(Vcpu caller, long at, long count, IntToLongFunction frameMfn) {
        int status = OKAY;
        for (int i = 0; i < count; i++) {
            try {
                guest.putLong(caller, at + i * 8L, frameMfn.applyAsLong(i));
            } catch (BadPointer unusable) {
                status = BAD_VIRTUAL_ADDRESS;
            }
        }
        return status;
    }

    /// {u32 frames, u16 domain @4, s16 status @6, u64 list @8}.
    private long statusFrames(Vcpu caller, long at, long count) {
        if (count != 1) {
            return Errno.EINVAL.rc();
        }
        long wanted = guest.getInt(caller, at) & 0xffff_ffffL;
        int whose = guest.getShort(caller, at + 4);
        long list = guest.getLong(caller, at + 8);
        guest.require(caller, at + 6, 2, true);
        int status = accessStatus(caller, whose);
        if (status == OKAY) {
            GrantTable table = caller.domain().grants();
            status =
                    wanted <= table.statusFrames()
                            ? list(caller, list, wanted, table::statusFrameMfn)
                            : GENERAL_ERROR;
        }
        guest.putShort(caller, at + 6, status);
        return 0;
    }

    /// {u16 domain, u32 frames @4, u32 most frames @8, s16 status @12}.
    private long querySize(Vcpu caller, long at, long count) {
        if (count != 1) {
            return Errno.EINVAL.rc();
        }
        int status = accessStatus(caller, guest.getShort(caller, at));
        guest.require(caller, at, 16, true);
        if (status == OKAY) {
            guest.putInt(caller, at + 4, caller.domain().grants().frames());
            guest.putInt(caller, at + 8, Limits.GRANT_FRAMES);
        }
        guest.putShort(caller, at + 12, status);
        return 0;
    }

    private int accessStatus(Vcpu caller, int whose) {
        if (whose == DomId.SELF.value() || whose == caller.domain().id().value()) {
            return OKAY;
        }
        return domains.find(whose).isPresent() ? PERMISSION_DENIED : BAD_DOMAIN;
    }

    /// {u32 version in and out}.
    private long setVersion(Vcpu caller, long at) {
        int version = guest.getInt(caller, at);
        guest.require(caller, at, 4, true);
        long rc =
                version == 1 || version == 2
                        ? tables.setVersion(caller.domain(), version)
                        : Errno.EINVAL.rc();
        guest.putInt(caller, at, caller.domain().grants().version());
        return rc;
    }

    /// {u16 domain, u32 version out @4}.
    private long getVersion(Vcpu caller, long at) {
        int status = accessStatus(caller, guest.getShort(caller, at));
        if (status != OKAY) {
            return status == BAD_DOMAIN ? Errno.ESRCH.rc() : Errno.EPERM.rc();
        }
        guest.putInt(caller, at + 4, caller.domain().grants().version());
        return 0;
    }

    /// {u64 bus address, u16 offset @8, u16 length @10, u32 operation @12}: the caches of this
    /// machine always agree with memory, so all that is left are the refusals.
    private long cacheFlush(Vcpu caller, long at, long count) {
        for (long i = 0; i < count; i++) {
            long entry = at + i * 16;
            long rc =
                    flushed(
                            caller.domain(),
                            guest.getLong(caller, entry) >>> 12,
                            guest.getShort(caller, entry + 8),
                            guest.getShort(caller, entry + 10),
                            guest.getInt(caller, entry + 12));
            if (rc != 0) {
                return rc;
            }
        }
        return 0;
    }

    private long flushed(Domain domain, long frameMfn, int offset, int length, int operation) {
        boolean fits = offset < Memory.FRAME_BYTES && offset + length <= Memory.FRAME_BYTES;
        if (!fits) {
            return Errno.EINVAL.rc();
        }
        if (length == 0 || operation == 0) {
            return 0;
        }
        if ((operation & CACHE_BY_GRANT) != 0) {
            return Errno.EOPNOTSUPP.rc();
        }
        if (!frames.holds(frameMfn)) {
            return Errno.EINVAL.rc();
        }
        if (frames.owner(frameMfn) == FrameTable.NOBODY
                || frames.owner(frameMfn) == DomId.XEN.value()) {
            return Errno.EPERM.rc();
        }
        if (!frames.isOwnedBy(frameMfn, domain.id()) && !tables.isMapped(domain, frameMfn)) {
            return Errno.EINVAL.rc();
        }
        boolean isClean = (operation & CACHE_CLEAN) != 0;
        return !isClean && (operation & CACHE_INVALIDATE) != 0 ? Errno.EOPNOTSUPP.rc() : 0;
    }
}
