package io.xenarium.xen;

import io.xenarium.abi.GrantEntry;
import io.xenarium.abi.GrantMap;
import io.xenarium.machine.Memory;
import io.xenarium.parts.Grants.Request;
import io.xenarium.terms.DomId;
import io.xenarium.trace.MemoryEvent.FrameType;

/// Granted frames in page tables: where they are put, and how they are taken out again.
///
/// An entry in the mapper's tables holds its own reference on the frame, as every entry does. A
/// guest that overwrites it behind our back gives that reference back, but not the pin: that ends
/// with the mapper. Xen: xen/arch/x86/pv/grant_table.c.
final class GrantPlaces {
    /// The three bits of an L1 entry that are free for the guest, from bit 9.
    private static final int AVAILABLE = 7;

    private static final int ENTRIES = 512;

    private final Memory memory;
    private final FrameTable frames;
    private final PageTables mmu;
    private final GuestMemory guest;
    private final Domains domains;
    private final Tlbs tlbs;
    private final Chronicle chronicle;

    GrantPlaces(Xen xen, Domains domains) {
        this.domains = domains;
        memory = xen.memory();
        frames = xen.frames();
        mmu = xen.mmu();
        guest = xen.guest();
        tlbs = xen.tlbs();
        chronicle = xen.chronicle();
    }

    /// Puts frame `frameMfn` where the request wants it. Returns whether that place will do.
    boolean install(Request request, long frameMfn) {
        Domain granter = domains.get(request.granter());
        Vcpu caller = domains.get(request.mapper()).vcpu(request.caller());
        long entryMaddr = request.has(GrantMap.HOST) ? entry(caller, request) : 0;
        if (entryMaddr == GuestMemory.NOWHERE
                || !isUsable(granter, frameMfn, request.isReadOnly())) {
            return false;
        }
        if (request.has(GrantMap.DEVICE)) {
            frames.holdForeign(frameMfn, !request.isReadOnly());
        }
        if (request.has(GrantMap.HOST)) {
            install(entryMaddr, leaf(granter, request, frameMfn));
        }
        return true;
    }

    /// An entry that was overwritten may have left its grant in use without a reference, so that
    /// the frame can have gone elsewhere since.
    private boolean isUsable(Domain granter, long frameMfn, boolean isReadOnly) {
        return isReadOnly
                ? frames.isOwnedBy(frameMfn, granter.id())
                : mmu.isUsableAs(granter, frameMfn, FrameType.WRITABLE);
    }

    /// Where the L1 entry lies that a request means, or [GuestMemory#NOWHERE].
    private long entry(Vcpu caller, Request request) {
        return request.has(GrantMap.CONTAINS_PTE)
                ? ownEntry(caller.domain(), request.at())
                : leafEntry(caller, request.at());
    }

    private long leafEntry(Vcpu caller, long vaddr) {
        boolean isOutside = XenSlots.isXens(vaddr) || vaddr << 16 >> 16 != vaddr;
        if (isOutside || caller.kernelTableMfn == 0) {
            return GuestMemory.NOWHERE;
        }
        long entryMaddr = guest.leafEntry(caller, vaddr);
        return entryMaddr == GuestMemory.NOWHERE
                ? GuestMemory.NOWHERE
                : ownEntry(caller.domain(), entryMaddr);
    }

    private long ownEntry(Domain domain, long entryMaddr) {
        long tableMfn = entryMaddr >>> 12;
        boolean isOwn = frames.isOwnedBy(tableMfn, domain.id());
        boolean isEntry = isOwn && (entryMaddr & 7) == 0;
        return isEntry && frames.type(tableMfn) == FrameType.L1 ? entryMaddr : GuestMemory.NOWHERE;
    }

    private long leaf(Domain granter, Request request, long frameMfn) {
        int cache = granter.grants().flags((int) request.ref()) >> GrantEntry.CACHE_SHIFT & 7;
        long flags = PageEntry.PRESENT | PageEntry.ACCESSED | PageEntry.DIRTY;
        // What another domain can change shall not be executed.
        flags |= PageEntry.NO_EXECUTE;
        flags |= request.isReadOnly() ? 0 : PageEntry.WRITABLE;
        flags |= request.has(GrantMap.APPLICATION) ? PageEntry.USER : 0;
        flags |= (request.flags() >>> GrantMap.AVAILABLE_SHIFT & AVAILABLE) << 9;
        flags |= (cache & 3) << 3 | (cache & 4) << 5;
        return PageEntry.adjusted(PageEntry.of(frameMfn, flags), 1);
    }

    private void install(long entryMaddr, long entry) {
        long before = memory.getLong(entryMaddr);
        long tableMfn = entryMaddr >>> 12;
        long frameMfn = PageEntry.mfn(entry);
        if (frames.owner(frameMfn) == frames.owner(tableMfn)) {
            frames.hold(frameMfn);
            if (PageEntry.isWritable(entry)) {
                frames.holdType(frameMfn, FrameType.WRITABLE);
            }
        } else {
            frames.holdForeign(frameMfn, PageEntry.isWritable(entry));
        }
        replace(entryMaddr, entry, before);
    }

    private void replace(long entryMaddr, long entry, long before) {
        memory.setLong(entryMaddr, entry);
        chronicle.entryWritten(entryMaddr, before, entry);
        if (PageEntry.isPresent(before)) {
            tlbs.flushAll();
            mmu.releaseLeaf(before, entryMaddr >>> 12);
        }
    }

    /// Takes frame `frameMfn` out of the page tables of `caller`, mapped under `flags`. Returns
    /// whether it was there.
    boolean remove(Vcpu caller, int flags, GrantMappings.Return what, long frameMfn) {
        boolean byEntry = (flags & GrantMap.CONTAINS_PTE) != 0;
        if (byEntry && what.newAt() != 0) {
            return false;
        }
        long entryMaddr =
                byEntry ? ownEntry(caller.domain(), what.at()) : leafEntry(caller, what.at());
        long takenMaddr = what.newAt() == 0 ? 0 : leafEntry(caller, what.newAt());
        if (entryMaddr == GuestMemory.NOWHERE || takenMaddr == GuestMemory.NOWHERE) {
            return false;
        }
        long before = memory.getLong(entryMaddr);
        boolean isWritable = (flags & GrantMap.READONLY) == 0;
        boolean isIt =
                PageEntry.isPresent(before)
                        && PageEntry.mfn(before) == frameMfn
                        && PageEntry.isWritable(before) == isWritable;
        if (!isIt || takenMaddr == entryMaddr) {
            return false;
        }
        long instead = 0;
        if (takenMaddr != 0) {
            instead = memory.getLong(takenMaddr);
            memory.setLong(takenMaddr, 0);
            chronicle.entryWritten(takenMaddr, instead, 0);
        }
        replace(entryMaddr, instead, before);
        return true;
    }

    /// Takes all frames of others out of the tables of a domain that is about to die.
    void dropForeignEntries(Domain mapper) {
        for (int frame = 0; frame < frames.frames(); frame++) {
            if (frames.isOwnedBy(frame, mapper.id()) && frames.type(frame) == FrameType.L1) {
                dropForeignEntries(mapper.id(), (long) frame << 12);
            }
        }
    }

    private void dropForeignEntries(DomId mapper, long tableMaddr) {
        for (int i = 0; i < ENTRIES; i++) {
            long entry = memory.getLong(tableMaddr + i * 8L);
            if (PageEntry.isPresent(entry) && !frames.isOwnedBy(PageEntry.mfn(entry), mapper)) {
                replace(tableMaddr + i * 8L, 0, entry);
            }
        }
    }
}
