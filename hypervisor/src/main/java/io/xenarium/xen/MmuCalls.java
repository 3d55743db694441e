package io.xenarium.xen;

import io.xenarium.abi.Hypercall;
import io.xenarium.terms.DomId;
import io.xenarium.terms.Errno;
import io.xenarium.trace.CpuEvent.Args;

import java.util.Optional;

/// Hypercalls about single page-table entries: mmu_update in all its forms, and the two
/// update_va_mapping. Xen: do_mmu_update in arch/x86/mm.c.
final class MmuCalls {
    private static final int UPDATE_BYTES = 16;

    /// What an update's lowest three bits say (public/xen.h, MMU_*).
    private static final int NORMAL = 0;

    private static final int MACHPHYS = 1;
    private static final int PRESERVE_AD = 2;
    private static final int NO_TRANSLATE = 3;

    /// How update_va_mapping flushes (public/xen.h, UVMF_*): what in bits 0 and 1, where above.
    private static final int FLUSH_TLB = 1;

    private static final int FLUSH_PAGE = 2;
    private static final long FLUSH_LOCAL = 0;
    private static final long FLUSH_ALL = 4;

    private final FrameTable frames;
    private final GuestMemory guest;
    private final PageTables mmu;
    private final Tlbs tlbs;
    private final Owners owners;
    private final Batches batches;

    MmuCalls(Xen xen, Owners owners, Batches batches) {
        this.owners = owners;
        this.batches = batches;
        frames = xen.frames();
        guest = xen.guest();
        mmu = xen.mmu();
        tlbs = xen.tlbs();
    }

    void register(Hypercalls table) {
        table.handle(Hypercall.MMU_UPDATE, this::mmuUpdate);
        table.handle(Hypercall.UPDATE_VA_MAPPING, this::updateVaMapping);
        table.handle(Hypercall.UPDATE_VA_MAPPING_OTHERDOMAIN, this::updateVaMappingOtherDomain);
    }

    /// Whose tables an mmu_update is about, and whose memory their leaves map.
    private record Between(Domain tables, DomId leaves) {}

    /// rdi: an array of {u64 pointer and kind, u64 value}; rsi: how many; rdx: where to write how
    /// many were done; r10: in the lower half whose memory is mapped, in the upper half whose
    /// tables are meant, as the number plus one, or 0 for the caller's.
    private long mmuUpdate(Vcpu caller, Args args) {
        Optional<Long> ended = batches.ended(args);
        if (ended.isPresent()) {
            return ended.get();
        }
        int tables = (int) (args.r10() >>> 16) & 0xffff;
        Optional<Domain> tablesOf =
                tables == 0 ? Optional.of(caller.domain()) : owners.domain(tables - 1);
        Optional<DomId> leavesOf = owners.named(caller, (int) args.r10() & 0xffff);
        if (!GuestMemory.isGuests(args.rdi())) {
            return Errno.EFAULT.rc();
        }
        if (tablesOf.isEmpty() || leavesOf.isEmpty()) {
            return Errno.ESRCH.rc();
        }
        Between between = new Between(tablesOf.get(), leavesOf.get());
        boolean[] isUpper = {false};
        long rc =
                batches.run(
                        caller,
                        args,
                        UPDATE_BYTES,
                        at -> {
                            long pointer = guest.getLong(caller, at);
                            isUpper[0] |= mmu.isUpper(pointer);
                            return one(caller, between, pointer, guest.getLong(caller, at + 8));
                        });
        if (isUpper[0]) {
            // A table that a processor went through on its way to a leaf may have changed.
            tlbs.flushAll();
        }
        return rc;
    }

    private long one(Vcpu caller, Between between, long pointer, long value) {
        Domain self = caller.domain();
        boolean mayTouch =
                owners.mayMap(self, between.leaves) && owners.mayMap(self, between.tables.id());
        return switch ((int) (pointer & 7)) {
            case NORMAL, NO_TRANSLATE, PRESERVE_AD -> {
                boolean keepsMarks = (pointer & 7) == PRESERVE_AD;
                yield mayTouch
                        ? mmu.update(
                                between.tables, pointer & ~7L, value, keepsMarks, between.leaves)
                        : Errno.EPERM.rc();
            }
            case MACHPHYS ->
                    self == between.tables && mayTouch
                            ? setPfn(between.leaves, pointer >>> 12, value)
                            : Errno.EPERM.rc();
            default -> Errno.ENOSYS.rc();
        };
    }

    private long setPfn(DomId owner, long frameMfn, long pfn) {
        if (!frames.isOwnedBy(frameMfn, owner)) {
            return Errno.EINVAL.rc();
        }
        frames.setPfn(frameMfn, pfn);
        return 0;
    }

    /// rdi: virtual address; rsi: its new L1 entry; rdx: what to flush afterwards.
    private long updateVaMapping(Vcpu caller, Args args) {
        return updateLeaf(caller, args, caller.domain().id());
    }

    /// The same; r10: whose memory is mapped.
    private long updateVaMappingOtherDomain(Vcpu caller, Args args) {
        Optional<DomId> owner = owners.named(caller, (int) args.r10() & 0xffff);
        return owner.isEmpty() ? Errno.ESRCH.rc() : updateLeaf(caller, args, owner.get());
    }

    private long updateLeaf(Vcpu caller, Args args, DomId owner) {
        if (!owners.mayMap(caller.domain(), owner)) {
            return Errno.EPERM.rc();
        }
        long vaddr = args.rdi();
        if (!GuestMemory.isGuests(vaddr)) {
            return Errno.EINVAL.rc();
        }
        int kind = (int) args.rdx() & 3;
        long scope = args.rdx() & ~3L;
        boolean isByMask = scope != FLUSH_LOCAL && scope != FLUSH_ALL;
        if ((kind == FLUSH_TLB || kind == FLUSH_PAGE) && isByMask) {
            guest.require(caller, scope, Long.BYTES, false);
        }
        long rc = mmu.updateLeaf(caller, vaddr, args.rsi(), owner);
        if (rc == 0) {
            flush(kind, scope == FLUSH_LOCAL, vaddr);
        }
        return rc;
    }

    private void flush(int kind, boolean isLocal, long vaddr) {
        if (kind == FLUSH_TLB && isLocal) {
            tlbs.flushLocal();
        } else if (kind == FLUSH_TLB) {
            tlbs.flushAll();
        } else if (kind == FLUSH_PAGE && isLocal) {
            tlbs.flushLocal(vaddr);
        } else if (kind == FLUSH_PAGE) {
            tlbs.flushAll(vaddr);
        }
    }
}
