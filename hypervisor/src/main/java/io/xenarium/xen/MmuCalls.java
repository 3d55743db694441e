package io.xenarium.xen;

import io.xenarium.abi.Hypercall;
import io.xenarium.machine.Memory;
import io.xenarium.terms.DomId;
import io.xenarium.terms.Errno;
import io.xenarium.trace.CpuEvent.Args;
import io.xenarium.trace.MemoryEvent.FrameType;

/// Hypercalls about page tables: single entries, whole tables, the root that a vCPU runs on, and
/// the translation buffers.
final class MmuCalls {
    private static final int UPDATE_BYTES = 16;
    private static final int OP_BYTES = 24;

    /// What an update's lowest bits say (public/xen.h, MMU_*).
    private static final int NORMAL = 0;

    private static final int MACHPHYS = 1;
    private static final int PRESERVE_AD = 2;
    private static final int NO_TRANSLATE = 3;

    private final Memory memory;
    private final FrameTable frames;
    private final GuestMemory guest;
    private final PvMmu mmu;
    private final Segments segments;
    private final Tlbs tlbs;
    private final Chronicle chronicle;

    MmuCalls(Xen xen) {
        memory = xen.memory();
        frames = xen.frames();
        guest = xen.guest();
        mmu = xen.mmu();
        segments = xen.segments();
        tlbs = xen.tlbs();
        chronicle = xen.chronicle();
    }

    void register(Hypercalls table) {
        table.handle(Hypercall.MMU_UPDATE, this::mmuUpdate);
        table.handle(Hypercall.UPDATE_VA_MAPPING, this::updateVaMapping);
        table.handle(Hypercall.MMUEXT_OP, this::mmuextOp);
    }

    /// rdi: an array of {u64 pointer and kind, u64 value}; rsi: how many; rdx: where to write how
    /// many were done; r10: whose tables.
    private long mmuUpdate(Vcpu caller, Args args) {
        return batch(caller, args, at -> oneUpdate(caller, at), UPDATE_BYTES);
    }

    /// rdi: an array of {u32 command, u64, u64}; otherwise as mmu_update.
    private long mmuextOp(Vcpu caller, Args args) {
        return batch(caller, args, at -> oneOp(caller, at), OP_BYTES);
    }

    @FunctionalInterface
    private interface Member {
        long carryOut(long vaddr);
    }

    private long batch(Vcpu caller, Args args, Member member, int bytes) {
        long count = args.rsi() & 0xffff_ffffL;
        if (!isSelf(caller, args.r10())) {
            return Errno.EPERM.rc();
        }
        if (count > Limits.UPDATES) {
            return Errno.EINVAL.rc();
        }
        if (args.rdx() != 0) {
            guest.require(caller, args.rdx(), 4, true);
        }
        long rc = 0;
        int done = 0;
        while (rc == 0 && done < count) {
            try {
                rc = member.carryOut(args.rdi() + (long) done * bytes);
            } catch (BadPointer unusable) {
                rc = Errno.EFAULT.rc();
            }
            done += rc == 0 ? 1 : 0;
        }
        writeDone(caller, args.rdx(), done);
        return rc;
    }

    /// The members may have taken away what could be written before: then the caller does not learn
    /// how many were done.
    private void writeDone(Vcpu caller, long vaddr, int done) {
        if (vaddr == 0) {
            return;
        }
        try {
            guest.putInt(caller, vaddr, done);
        } catch (BadPointer unusable) {
            return;
        }
    }

    private static boolean isSelf(Vcpu caller, long whose) {
        return whose == DomId.SELF.value() || whose == caller.domain().id().value();
    }

    private long oneUpdate(Vcpu caller, long at) {
        long pointer = guest.getLong(caller, at);
        long value = guest.getLong(caller, at + 8);
        Domain domain = caller.domain();
        return switch ((int) (pointer & 7)) {
            case NORMAL, NO_TRANSLATE -> mmu.update(domain, pointer & ~7L, value, false);
            case PRESERVE_AD -> mmu.update(domain, pointer & ~7L, value, true);
            case MACHPHYS -> setPfn(domain, pointer >>> 12, value);
            default -> Errno.ENOSYS.rc();
        };
    }

    private long setPfn(Domain domain, long frameMfn, long pfn) {
        if (!frames.isOwnedBy(frameMfn, domain.id())) {
            return Errno.EINVAL.rc();
        }
        frames.setPfn(frameMfn, pfn);
        return 0;
    }

    /// rdi: virtual address; rsi: its new L1 entry; rdx: what to flush afterwards.
    private long updateVaMapping(Vcpu caller, Args args) {
        long vaddr = args.rdi();
        long entryMaddr =
                XenSlots.isXens(vaddr) ? GuestMemory.NOWHERE : guest.leafEntry(caller, vaddr);
        if (entryMaddr == GuestMemory.NOWHERE) {
            return Errno.EINVAL.rc();
        }
        long scope = args.rdx() & ~3L;
        if (scope > 4 || scope < 0) {
            guest.require(caller, scope, 8, false);
        }
        long rc = mmu.update(caller.domain(), entryMaddr, args.rsi(), false);
        if (rc == 0) {
            flush((int) (args.rdx() & 3), scope == 0, vaddr);
        }
        return rc;
    }

    private void flush(int kind, boolean isLocal, long vaddr) {
        if (kind == 1 && isLocal) {
            tlbs.flushLocal();
        } else if (kind == 1) {
            tlbs.flushAll();
        } else if (kind == 2 && isLocal) {
            tlbs.flushLocal(vaddr);
        } else if (kind == 2) {
            tlbs.flushAll(vaddr);
        }
    }

    private long oneOp(Vcpu caller, long at) {
        int command = guest.getInt(caller, at);
        long first = guest.getLong(caller, at + 8);
        long second = guest.getLong(caller, at + 16);
        Domain domain = caller.domain();
        return switch (command) {
            case 0, 1, 2, 3 -> mmu.pin(domain, first, command + 1);
            case 4 -> mmu.unpin(domain, first);
            case 5 -> newBase(caller, first);
            case 15 -> newUserBase(caller, first);
            case 6, 7, 8, 9, 10, 11 -> flushOp(caller, command, first, second);
            // The caches of this machine always agree with memory.
            case 12, 18 -> Errno.EACCES.rc();
            case 13 -> setLdt(caller, first, second);
            case 16 -> clearPage(domain, first);
            case 17 -> copyPage(domain, first, second);
            case 19, 20 -> Errno.EOPNOTSUPP.rc();
            default -> Errno.ENOSYS.rc();
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
        }
        vcpu.userTableMfn = tableMfn;
        if (before != 0) {
            mmu.releaseTable(before, 4);
        }
        return 0;
    }

    private long flushOp(Vcpu caller, int command, long vaddr, long vcpus) {
        if (command == 8 || command == 9) {
            guest.require(caller, vcpus, 8, false);
        }
        switch (command) {
            case 6 -> tlbs.flushLocal();
            case 7 -> tlbs.flushLocal(vaddr);
            case 8, 10 -> tlbs.flushAll();
            default -> tlbs.flushAll(vaddr);
        }
        return 0;
    }

    private long setLdt(Vcpu caller, long vaddr, long entries) {
        boolean isUsable = (vaddr & 0xfff) == 0 && !XenSlots.isXens(vaddr);
        if (entries < 0 || entries > Limits.LDT_ENTRIES || entries != 0 && !isUsable) {
            return Errno.EINVAL.rc();
        }
        segments.setLdt(caller, vaddr, (int) entries);
        tlbs.flushLocal();
        return 0;
    }

    private long clearPage(Domain domain, long frameMfn) {
        if (!mmu.isUsableAs(domain, frameMfn, FrameType.WRITABLE)) {
            return Errno.EINVAL.rc();
        }
        memory.clear((int) frameMfn);
        return 0;
    }

    private long copyPage(Domain domain, long toMfn, long fromMfn) {
        if (!frames.isOwnedBy(fromMfn, domain.id())
                || !mmu.isUsableAs(domain, toMfn, FrameType.WRITABLE)) {
            return Errno.EINVAL.rc();
        }
        byte[] page = new byte[Memory.FRAME_BYTES];
        memory.read(fromMfn << 12, page);
        memory.write(toMfn << 12, page);
        return 0;
    }
}
