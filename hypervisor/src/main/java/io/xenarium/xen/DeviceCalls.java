package io.xenarium.xen;

import io.xenarium.terms.Errno;

/// Those sub-operations of physdev_op that are about interrupts and devices of the real machine,
/// none of which is a guest's: the answers are those of Xen 4.17 to a domain without privileges
/// (public/physdev.h).
final class DeviceCalls {
    private static final int UNMASK_NOTIFY = 4;
    private static final int STATUS_QUERY = 5;
    private static final int EOI = 12;
    private static final int EOI_PAGE_V1 = 17;
    private static final int GET_FREE_PIRQ = 23;
    private static final int EOI_PAGE_V2 = 28;

    /// Interrupts that a domain can have a number for at all.
    private static final int INTERRUPTS = 256;

    private final GuestMemory guest;
    private final FrameTable frames;

    DeviceCalls(Xen xen) {
        guest = xen.guest();
        frames = xen.frames();
    }

    /// @param argument where the structure of the sub-operation lies
    long call(Vcpu caller, int op, long argument) {
        return switch (op) {
            case UNMASK_NOTIFY -> 0;
            case STATUS_QUERY -> status(caller, argument);
            case EOI -> {
                guest.getInt(caller, argument);
                yield Errno.EINVAL.rc();
            }
            case EOI_PAGE_V1, EOI_PAGE_V2 -> endOfInterruptPage(caller, argument);
            case GET_FREE_PIRQ -> {
                guest.require(caller, argument, 8, true);
                yield 0;
            }
            case 8, 9, 10, 13, 14, 15, 16, 19, 20, 21, 24, 25, 26, 27, 29, 30, 31 ->
                    Errno.EPERM.rc();
            default -> Errno.ENOSYS.rc();
        };
    }

    /// {u32 interrupt in, u32 flags out}.
    private long status(Vcpu caller, long argument) {
        int interrupt = guest.getInt(caller, argument);
        if (interrupt < 0 || interrupt >= INTERRUPTS) {
            return Errno.EINVAL.rc();
        }
        guest.putInt(caller, argument + 4, 0);
        return 0;
    }

    /// {u64 frame}: a page with a bit for each interrupt that has to be ended by a hypercall. No
    /// bit is ever set in it.
    private long endOfInterruptPage(Vcpu caller, long argument) {
        long frameMfn = guest.getLong(caller, argument);
        boolean isOwn = frames.isOwnedBy(frameMfn, caller.domain().id());
        return isOwn ? 0 : Errno.EINVAL.rc();
    }
}
