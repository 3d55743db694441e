package io.xenarium.xen;

import io.xenarium.abi.Hypercall;
import io.xenarium.terms.Errno;
import io.xenarium.trace.CpuEvent.Args;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/// What kind of Xen this is, and the small switches by which a guest tells what kind of guest it
/// is: xen_version, vm_assist, physdev_op, xenpmu_op.
final class VersionCalls {
    /// Version 4.17: the one whose behaviour we follow.
    private static final int MAJOR = 4;

    private static final int MINOR = 17;
    private static final String EXTRA = ".0-xenarium";
    private static final String CAPABILITIES = "xen-3.0-x86_64 ";

    /// Feature bits of submap 0 (public/features.h): the cr3 register holds any frame number, an
    /// update can keep accessed and dirty bits, high memory helpers, available bits in grant
    /// mappings, virtual NUMA, directly mapped.
    private static final int PAE_PGDIR_ABOVE_4GB = 1 << 4;

    private static final int FEATURES = 1 << 5 | 1 << 6 | 1 << 7 | 1 << 13 | 1 << 17;

    /// Types of vm_assist (public/xen.h, VMASST_TYPE_*): 0 and 1 segments of 4 GiB, 2 writable page
    /// tables, 3 the extended cr3, 4 the I/O privilege as on hardware, 5 the run-state mark.
    static final int WRITABLE_PAGE_TABLES = 2;

    static final int EXTENDED_CR3 = 3;
    static final int ARCHITECTURAL_IOPL = 4;
    static final int STRICT_M2P = 32;
    private static final int ASSISTS = 6;

    private static final int SET_IOPL = 6;
    private static final int SET_IOBITMAP = 7;

    private final GuestMemory guest;
    private final DeviceCalls devices;

    VersionCalls(Xen xen) {
        guest = xen.guest();
        devices = new DeviceCalls(xen);
    }

    void register(Hypercalls table) {
        table.handle(Hypercall.XEN_VERSION, this::xenVersion);
        table.handle(Hypercall.VM_ASSIST, VersionCalls::vmAssist);
        table.handle(Hypercall.PHYSDEV_OP, this::physdevOp);
        table.handle(Hypercall.XENPMU_OP, (caller, args) -> Errno.EOPNOTSUPP.rc());
    }

    /// rdi: which; rsi: where the answer goes (public/version.h).
    private long xenVersion(Vcpu caller, Args args) {
        long at = args.rsi();
        return switch (Math.clamp(args.rdi(), -1, 11)) {
            case 0 -> MAJOR << 16 | MINOR;
            case 1 -> text(caller, at, EXTRA, 16);
            case 2 -> compileInfo(caller, at);
            case 3 -> text(caller, at, CAPABILITIES, 1024);
            case 4 -> text(caller, at, "xenarium", 64);
            case 5 -> {
                guest.putLong(caller, at, XenSlots.M2P_VADDR);
                yield 0;
            }
            case 6 -> features(caller, at);
            case 7 -> at == 0 ? 4096 : Errno.EINVAL.rc();
            case 8 -> text(caller, at, "", 16);
            case 9 -> text(caller, at, caller.domain().isControl() ? "" : "<denied>", 1024);
            case 10 -> Errno.EPERM.rc();
            default -> Errno.ENOSYS.rc();
        };
    }

    /// Compiler, by whom, in which domain, when.
    private long compileInfo(Vcpu caller, long at) {
        guest.require(caller, at, 144, true);
        text(caller, at, "javac", 64);
        text(caller, at + 64, "xenarium", 16);
        text(caller, at + 80, "", 32);
        return text(caller, at + 112, "", 32);
    }

    /// {u32 submap in, u32 bits out}.
    private long features(Vcpu caller, long at) {
        int submap = guest.getInt(caller, at);
        if (submap != 0) {
            return Errno.EINVAL.rc();
        }
        boolean isExtended = caller.domain().assists(EXTENDED_CR3);
        guest.putInt(caller, at + 4, isExtended ? FEATURES | PAE_PGDIR_ABOVE_4GB : FEATURES);
        return 0;
    }

    private long text(Vcpu caller, long at, String text, int bytes) {
        byte[] ascii = text.getBytes(StandardCharsets.US_ASCII);
        guest.write(caller, at, Arrays.copyOf(ascii, bytes));
        return 0;
    }

    /// rdi: 0 to switch on, 1 to switch off; rsi: the type.
    private static long vmAssist(Vcpu caller, Args args) {
        long type = args.rsi() & 0xffff_ffffL;
        if (type >= ASSISTS && type != STRICT_M2P) {
            return Errno.EINVAL.rc();
        }
        if (args.rdi() != 0 && args.rdi() != 1) {
            return Errno.ENOSYS.rc();
        }
        caller.domain().setAssist((int) args.rsi(), args.rdi() == 0);
        return 0;
    }

    /// rdi: which; rsi: its argument. Only who may use ports is a plain guest's business.
    private long physdevOp(Vcpu caller, Args args) {
        return switch ((int) args.rdi()) {
            case SET_IOPL -> setIoPrivilege(caller, guest.getInt(caller, args.rsi()));
            case SET_IOBITMAP -> {
                long bitmap = guest.getLong(caller, args.rsi());
                int ports = guest.getInt(caller, args.rsi() + 8);
                yield setIoBitmap(caller, bitmap, ports);
            }
            default -> devices.call(caller, (int) args.rdi(), args.rsi());
        };
    }

    private static long setIoPrivilege(Vcpu caller, int level) {
        if (level < 0 || level > 3) {
            return Errno.EINVAL.rc();
        }
        caller.ioPrivilege = level;
        return 0;
    }

    private static long setIoBitmap(Vcpu caller, long bitmapVaddr, int ports) {
        if (ports < 0 || ports > 0x10000 || !GuestMemory.isGuests(bitmapVaddr)) {
            return Errno.EINVAL.rc();
        }
        caller.ioBitmapVaddr = bitmapVaddr;
        caller.ioBitmapPorts = ports;
        return 0;
    }
}
