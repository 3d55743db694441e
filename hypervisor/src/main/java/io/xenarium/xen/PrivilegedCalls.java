package io.xenarium.xen;

import io.xenarium.abi.Hypercall;
import io.xenarium.terms.Errno;
import io.xenarium.trace.CpuEvent.Args;

/// The hypercalls with which a control domain administers Xen and the machine, and those of kinds
/// of guest that are not here: they exist, and a guest learns that they are not for it.
///
/// The order of the answers is Xen's: first a pointer that cannot be read, then a version of the
/// interface that is another, then who asks. Domain 0 is Java code here and needs none of them.
/// Each answer is one that Xen 4.17 gave to a domain without privileges.
final class PrivilegedCalls {
    /// public/platform.h, public/sysctl.h and public/domctl.h: what their first word has to say.
    private static final int PLATFORM_VERSION = 0x0300_0000;

    private static final int CONTROL_VERSION = 0x15;

    /// public/hvm/hvm_op.h.
    private static final int SET_PARAM = 0;

    private static final int GET_PARAM = 1;

    private final GuestMemory guest;

    PrivilegedCalls(Xen xen) {
        guest = xen.guest();
    }

    void register(Hypercalls table) {
        table.handle(Hypercall.PLATFORM_OP, (by, args) -> versioned(by, args, PLATFORM_VERSION));
        table.handle(Hypercall.SYSCTL, (by, args) -> versioned(by, args, CONTROL_VERSION));
        table.handle(Hypercall.DOMCTL, (by, args) -> versioned(by, args, CONTROL_VERSION));
        table.handle(Hypercall.HVM_OP, this::hvmOp);
        table.handle(Hypercall.KEXEC_OP, (_, _) -> Errno.EPERM.rc());
        table.handle(Hypercall.DM_OP, this::deviceModelOp);
        table.handle(Hypercall.HYPFS_OP, (_, _) -> Errno.EPERM.rc());
    }

    /// rdi: a structure that begins with the version of its interface.
    private long versioned(Vcpu caller, Args args, int version) {
        int theirs = guest.getInt(caller, args.rdi());
        return theirs == version ? Errno.EPERM.rc() : Errno.EACCES.rc();
    }

    /// rdi: which; rsi: its argument. Only guests with hardware's help have parameters.
    private long hvmOp(Vcpu caller, Args args) {
        int op = (int) args.rdi();
        if (op != SET_PARAM && op != GET_PARAM) {
            return Errno.ENOSYS.rc();
        }
        guest.require(caller, args.rsi(), 8, false);
        return Errno.EINVAL.rc();
    }

    /// rdi: a domain; rsi: how many buffers; rdx: the buffers. The first has to be there.
    private long deviceModelOp(Vcpu caller, Args args) {
        return args.rsi() == 0 ? Errno.ENODATA.rc() : Errno.EPERM.rc();
    }
}
