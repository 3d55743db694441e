package io.xenarium.xen;

import io.xenarium.abi.Hypercall;
import io.xenarium.machine.Memory;
import io.xenarium.terms.DomId;
import io.xenarium.terms.Errno;
import io.xenarium.trace.CpuEvent.Args;
import io.xenarium.trace.MemoryEvent.FrameType;

import java.util.Optional;

/// mmuext_op: whole page tables, the roots that a vCPU runs on, the translation buffers, the LDT,
/// and whole pages (public/xen.h, MMUEXT_*). Xen: do_mmuext_op in arch/x86/mm.c.
final class MmuextCalls {
    private static final int OP_BYTES = 24;

    private static final int PIN_L1 = 0;
    private static final int PIN_L2 = 1;
    private static final int PIN_L3 = 2;
    private static final int PIN_L4 = 3;
    private static final int UNPIN = 4;
    private static final int NEW_BASE = 5;
    private static final int FLUSH_LOCAL = 6;
    private static final int FLUSH_PAGE_LOCAL = 7;
    private static final int FLUSH_SOME = 8;
    private static final int FLUSH_PAGE_SOME = 9;
    private static final int FLUSH_ALL = 10;
    private static final int FLUSH_PAGE_ALL = 11;
    private static final int FLUSH_CACHE = 12;
    private static final int SET_LDT = 13;
    private static final int NEW_USER_BASE = 15;
    private static final int CLEAR_PAGE = 16;
    private static final int COPY_PAGE = 17;
    private static final int FLUSH_CACHE_GLOBAL = 18;
    private static final int MARK_SUPER = 19;
    private static final int UNMARK_SUPER = 20;

    private final Memory memory;
    private final FrameTable frames;
    private final GuestMemory guest;
    private final PageTables mmu;
    private final XenSlots slots;
    private final Segments segments;
    private final Tlbs tlbs;
    private final Chronicle chronicle;
    private final Owners owners;
    private final Batches batches;

    MmuextCalls(Xen xen, Owners owners, Batches batches) {
        this.owners = owners;
        this.batches = batches;
        memory = xen.memory();
        frames = xen.frames();
        guest = xen.guest();
        mmu = xen.mmu();
        slots = xen.slots();
        segments = xen.segments();
        tlbs = xen.tlbs();
        chronicle = xen.chronicle();
    }

    void register(Hypercalls table) {
        table.handle(Hypercall.MMUEXT_OP, this::mmuextOp);
    }

    /// rdi: an array of {u32 command, u64, u64}; rsi: how many; rdx: where to write how many were
    /// done; r10: whose memory is meant.
    private long mmuextOp(Vcpu caller, Args args) {
        Optional<Long> ended = batches.ended(args);
        if (ended.isPresent()) {
            return ended.get();
        }
        if (!GuestMemory.isGuests(args.rdi())) {
            return Errno.EFAULT.rc();
        }
        Optional<DomId> named = owners.named(caller, (int) args.r10() & 0xffff);
        if (named.isEmpty()) {
            return Errno.ESRCH.rc();
        }
        Optional<Domain> owner = owners.domain(named.get().value());
        if (owner.isEmpty() || !owners.mayControl(caller.domain(), named.get())) {
            return Errno.EPERM.rc();
        }
        return batches.run(caller, args, OP_BYTES, at -> one(caller, owner.get(), at));
    }

    private long one(Vcpu caller, Domain owner, long at) {
        int command = guest.getInt(caller, at);
        long first = guest.getLong(caller, at + 8);
        long second = guest.getLong(caller, at + 16);
        return switch (command) {
            case PIN_L1, PIN_L2, PIN_L3, PIN_L4 -> mmu.pin(owner, first, command + 1);
            case UNPIN -> mmu.unpin(owner, first);
            case CLEAR_PAGE -> clearPage(owner, first);
            case COPY_PAGE -> copyPage(owner, first, second);
            case MARK_SUPER, UNMARK_SUPER -> Errno.EOPNOTSUPP.rc();
            default -> oneOfOwn(caller, owner == caller.domain(), command, first, second);
        };
    }

    /// The operations that a vCPU can do to itself only.
    private long oneOfOwn(Vcpu caller, boolean isOwn, int command, long first, long second) {
        if (command < NEW_BASE || command > FLUSH_CACHE_GLOBAL || command == SET_LDT + 1) {
            return Errno.ENOSYS.rc();
        }
        if (!isOwn) {
            return Errno.EPERM.rc();
        }
        return switch (command) {
            case NEW_BASE -> newBase(caller, first);
            case NEW_USER_BASE -> newUserBase(caller, first);
            case SET_LDT -> setLdt(caller, first, second & 0xffff_ffffL);
            // A guest without devices has no business with the caches.
            case FLUSH_CACHE -> Errno.EACCES.rc();
            case FLUSH_CACHE_GLOBAL -> Errno.EINVAL.rc();
            default -> flush(caller, command, first, second);
        };
    }

    /// NEW_BASEPTR: the root of the kernel's tables.
    long newBase(Vcpu vcpu, long tableMfn) {
        long before = vcpu.kernelTableMfn;
        if (tableMfn != before || before == 0) {
            long rc = mmu.holdTable(vcpu.domain(), tableMfn, 4);
            if (rc != 0) {
                return rc;
            }
            segments.dropLdt(vcpu);
            if (!vcpu.domain().assists(VersionCalls.STRICT_M2P)) {
                slots.showM2p(tableMfn);
            }
            vcpu.kernelTableMfn = tableMfn;
            if (before != 0) {
                mmu.releaseTable(before, 4);
            }
            chronicle.baseSwitched(before, tableMfn);
        }
        if (vcpu.isKernelMode) {
            vcpu.registers.cr3 = tableMfn << 12;
        }
        tlbs.flushLocal();
        return 0;
    }

    /// NEW_USER_BASEPTR: the root for the guest's programs; 0 for none.
    long newUserBase(Vcpu vcpu, long tableMfn) {
        long before = vcpu.userTableMfn;
        if (tableMfn == before) {
            return 0;
        }
        if (tableMfn != 0) {
            long rc = mmu.holdTable(vcpu.domain(), tableMfn, 4);
            if (rc != 0) {
                return rc;
            }
            if (vcpu.domain().assists(VersionCalls.STRICT_M2P)) {
                slots.hideM2p(tableMfn);
            }
        }
        vcpu.userTableMfn = tableMfn;
        if (before != 0) {
            mmu.releaseTable(before, 4);
        }
        return 0;
    }

    /// `vcpus` is where a bitmap of vCPUs lies. More processors than those are flushed: nobody can
    /// tell, but by the time it takes.
    private long flush(Vcpu caller, int command, long vaddr, long vcpus) {
        boolean isBySome = command == FLUSH_SOME || command == FLUSH_PAGE_SOME;
        if (isBySome && guest.translate(caller, vcpus, false) == GuestMemory.NOWHERE) {
            return Errno.EINVAL.rc();
        }
        switch (command) {
            case FLUSH_LOCAL -> tlbs.flushLocal();
            case FLUSH_PAGE_LOCAL -> tlbs.flushLocal(vaddr);
            case FLUSH_SOME, FLUSH_ALL -> tlbs.flushAll();
            case FLUSH_PAGE_SOME, FLUSH_PAGE_ALL -> tlbs.flushAll(vaddr);
            default -> {
                return Errno.ENOSYS.rc();
            }
        }
        return 0;
    }

    private long setLdt(Vcpu caller, long vaddr, long entries) {
        boolean isUsable = (vaddr & 0xfff) == 0 && GuestMemory.isGuests(vaddr);
        if (entries > Limits.LDT_ENTRIES || entries != 0 && !isUsable) {
            return Errno.EINVAL.rc();
        }
        if (segments.setLdt(caller, entries == 0 ? 0 : vaddr, (int) entries)) {
            tlbs.flushLocal();
        }
        return 0;
    }

    private long clearPage(Domain owner, long frameMfn) {
        if (!mmu.isUsableAs(owner, frameMfn, FrameType.WRITABLE)) {
            return Errno.EINVAL.rc();
        }
        memory.clear((int) frameMfn);
        return 0;
    }

    private long copyPage(Domain owner, long toMfn, long fromMfn) {
        if (!frames.isOwnedBy(fromMfn, owner.id())
                || !mmu.isUsableAs(owner, toMfn, FrameType.WRITABLE)) {
            return Errno.EINVAL.rc();
        }
        byte[] page = new byte[Memory.FRAME_BYTES];
        memory.read(fromMfn << 12, page);
        memory.write(toMfn << 12, page);
        return 0;
    }
}
