package io.xenarium.xen;

import io.xenarium.abi.Hypercall;
import io.xenarium.terms.DomId;
import io.xenarium.terms.Errno;
import io.xenarium.trace.CpuEvent.Args;

/// grant_table_op: the table by which a guest lets others use its frames (public/grant_table.h).
/// Each sub-operation takes an array of structures and leaves a status in every one of them.
final class GrantCalls {
    private static final int SETUP_TABLE = 2;
    private static final int QUERY_SIZE = 6;
    private static final int SET_VERSION = 8;
    private static final int GET_VERSION = 10;

    /// GNTST_*.
    private static final int OKAY = 0;

    private static final int GENERAL_ERROR = -1;
    private static final int BAD_DOMAIN = -2;
    private static final int BAD_VIRTUAL_ADDRESS = -5;
    private static final int PERMISSION_DENIED = -8;

    private static final int MEMBERS_MAX = 4096;

    private final FrameTable frames;
    private final Domains domains;
    private final GuestMemory guest;
    private final Chronicle chronicle;

    GrantCalls(Xen xen, Domains domains) {
        this.domains = domains;
        frames = xen.frames();
        guest = xen.guest();
        chronicle = xen.chronicle();
    }

    void register(Hypercalls table) {
        table.handle(Hypercall.GRANT_TABLE_OP, this::grantTableOp);
    }

    /// rdi: which; rsi: the array; rdx: how many members.
    private long grantTableOp(Vcpu caller, Args args) {
        long count = args.rdx() & 0xffff_ffffL;
        if (count > MEMBERS_MAX) {
            return Errno.EINVAL.rc();
        }
        return switch (Math.clamp(args.rdi(), -1, 100)) {
            case SETUP_TABLE -> setupTable(caller, args.rsi(), count);
            case QUERY_SIZE -> querySize(caller, args.rsi(), count);
            case SET_VERSION -> setVersion(caller, args.rsi());
            case GET_VERSION -> getVersion(caller, args.rsi());
            default -> Errno.ENOSYS.rc();
        };
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
            status = grow(caller, wanted, list);
        }
        guest.putShort(caller, at + 8, status);
        return 0;
    }

    private int grow(Vcpu caller, long wanted, long list) {
        GrantTable table = caller.domain().grants();
        long more = wanted - table.frames();
        if (wanted > Limits.GRANT_FRAMES || more > frames.freeFrames()) {
            return GENERAL_ERROR;
        }
        try {
            guest.require(caller, list, wanted * 8, true);
        } catch (BadPointer unusable) {
            return BAD_VIRTUAL_ADDRESS;
        }
        while (table.frames() < wanted) {
            table.append(domains.takeShared(caller.domain().id()));
        }
        for (int i = 0; i < wanted; i++) {
            guest.putLong(caller, list + i * 8L, table.frameMfn(i));
        }
        chronicle.grantTableSetUp(caller.domain().id(), table.frames());
        return OKAY;
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
        boolean exists = whose < DomId.SELF.value() && domains.find(new DomId(whose)).isPresent();
        return exists ? PERMISSION_DENIED : BAD_DOMAIN;
    }

    /// {u32 version in and out}: entries of version 1 are all there are here.
    private long setVersion(Vcpu caller, long at) {
        int version = guest.getInt(caller, at);
        if (version == 2) {
            return Errno.ENOSYS.rc();
        }
        if (version != 1) {
            return Errno.EINVAL.rc();
        }
        guest.putInt(caller, at, 1);
        return 0;
    }

    /// {u16 domain, u32 version @4}.
    private long getVersion(Vcpu caller, long at) {
        int whose = guest.getShort(caller, at);
        int status = accessStatus(caller, whose);
        if (status != OKAY) {
            return status == BAD_DOMAIN ? Errno.ESRCH.rc() : Errno.EPERM.rc();
        }
        guest.putInt(caller, at + 4, 1);
        return 0;
    }
}
