package io.xenarium.xen;

import static io.xenarium.abi.GrantStatus.BAD_DOMAIN;
import static io.xenarium.abi.GrantStatus.BAD_HANDLE;
import static io.xenarium.abi.GrantStatus.BAD_REF;
import static io.xenarium.abi.GrantStatus.GENERAL_ERROR;
import static io.xenarium.abi.GrantStatus.NO_SPACE;
import static io.xenarium.abi.GrantStatus.OKAY;

import io.xenarium.abi.GrantEntry;
import io.xenarium.machine.Memory;
import io.xenarium.terms.DomId;
import io.xenarium.terms.GrantRef;
import io.xenarium.terms.Mfn;
import io.xenarium.trace.MemoryEvent.FrameType;
import io.xenarium.xen.ActiveGrant.Pin;
import io.xenarium.xen.Maptrack.Mapping;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// Frames of one domain in the page tables of another: mapping through a grant, and giving back.
///
/// 1. A mapping has a row in the mapper's [Maptrack] and a pin on the granter's entry for each of
///    its two parts, the one in page tables and the one for devices.
/// 2. An entry in the mapper's tables holds its own reference on the frame, as every entry does. A
///    guest that overwrites it behind our back gives that reference back, but not the pin: that
///    ends with the mapper.
/// 3. The part for devices holds a reference while the row stands.
///
/// Xen: map_grant_ref, unmap_common, gnttab_release_mappings in xen/common/grant_table.c;
/// xen/arch/x86/pv/grant_table.c.
final class GrantMappings {
    /// GNTMAP_*.
    static final int DEVICE_MAP = 1;

    static final int HOST_MAP = 2;
    static final int READONLY = 4;
    private static final int APPLICATION_MAP = 8;
    private static final int CONTAINS_PTE = 16;
    private static final int AVAILABLE_SHIFT = 16;

    /// The three bits of an L1 entry that are free for the guest, from bit 9.
    private static final int AVAILABLE = 7;

    private static final int ENTRIES = 512;

    private final Memory memory;
    private final FrameTable frames;
    private final PvMmu mmu;
    private final GuestMemory guest;
    private final Domains domains;
    private final Grants grants;
    private final Tlbs tlbs;
    private final Chronicle chronicle;

    /// What a guest asks for: `at` is where the mapping shall be, a virtual address of the caller
    /// or the machine address of an entry of one of its tables.
    record Request(int flags, int domid, long ref, long at) {
        boolean isReadOnly() {
            return (flags & READONLY) != 0;
        }

        boolean has(int flag) {
            return (flags & flag) != 0;
        }
    }

    /// What a guest gives back: 0 in `at` or `busMaddr` leaves that part alone; `newAt` is the
    /// virtual address whose entry shall take the place of the mapping, 0 for none.
    record Return(long handle, long at, long busMaddr, long newAt) {}

    GrantMappings(Xen xen, Domains domains, Grants grants) {
        this.domains = domains;
        this.grants = grants;
        memory = xen.memory();
        frames = xen.frames();
        mmu = xen.mmu();
        guest = xen.guest();
        tlbs = xen.tlbs();
        chronicle = xen.chronicle();
    }

    /// Maps as `request` wants for `caller`. Returns the handle, or a status below 0.
    int map(Vcpu caller, Request request) {
        Domain mapper = caller.domain();
        if (!request.has(DEVICE_MAP | HOST_MAP)) {
            return BAD_REF;
        }
        Optional<Domain> found = domains.find(request.domid());
        if (found.isEmpty()) {
            return BAD_DOMAIN;
        }
        int handle = mapper.grants().maptrack().next();
        if (handle == Maptrack.NONE) {
            return NO_SPACE;
        }
        int status = pin(mapper, found.get(), request);
        if (status != OKAY) {
            return status;
        }
        ActiveGrant grant = found.get().grants().active((int) request.ref()).orElseThrow();
        long frameMfn = grant.mfn().value();
        long entryMaddr = request.has(HOST_MAP) ? entry(caller, request) : 0;
        boolean isAllowed = isUsable(found.get(), frameMfn, request.isReadOnly());
        if (!isAllowed || entryMaddr == GuestMemory.NOWHERE) {
            unpin(found.get(), request);
            return GENERAL_ERROR;
        }
        if (request.has(DEVICE_MAP)) {
            frames.holdForeign(frameMfn, !request.isReadOnly());
        }
        if (request.has(HOST_MAP)) {
            install(entryMaddr, leaf(found.get(), request, frameMfn));
        }
        GrantRef ref = new GrantRef((int) request.ref());
        Mapping mapping = new Mapping(found.get().id(), ref.value(), request.flags());
        mapper.grants().maptrack().put(handle, mapping);
        chronicle.grantMapped(mapping, mapper.id(), new Mfn(frameMfn), request.isReadOnly());
        return handle;
    }

    /// Where the frame behind a handle of `mapper` lies, which must be one.
    long maddr(Domain mapper, int handle) {
        Mapping mapping = mapper.grants().maptrack().find(handle).orElseThrow();
        GrantTable table = granter(mapping).orElseThrow().grants();
        return table.active(mapping.ref()).orElseThrow().mfn().toMaddr().value();
    }

    private int pin(Domain mapper, Domain granter, Request request) {
        int status = OKAY;
        List<Pin> taken = new ArrayList<>();
        for (Pin pin : pins(request.flags())) {
            status = grants.pinToMap(granter, request.ref(), mapper.id(), pin);
            if (status != OKAY) {
                taken.forEach(of -> grants.unpin(granter, (int) request.ref(), of));
                return status;
            }
            taken.add(pin);
        }
        return status;
    }

    private void unpin(Domain granter, Request request) {
        pins(request.flags()).forEach(pin -> grants.unpin(granter, (int) request.ref(), pin));
    }

    private static List<Pin> pins(int flags) {
        boolean isReadOnly = (flags & READONLY) != 0;
        List<Pin> pins = new ArrayList<>();
        if ((flags & DEVICE_MAP) != 0) {
            pins.add(Pin.device(isReadOnly));
        }
        if ((flags & HOST_MAP) != 0) {
            pins.add(Pin.host(isReadOnly));
        }
        return pins;
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
        return request.has(CONTAINS_PTE)
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
        flags |= request.isReadOnly() ? 0 : PageEntry.WRITABLE;
        flags |= request.has(APPLICATION_MAP) ? PageEntry.USER : 0;
        flags |= (request.flags() >>> AVAILABLE_SHIFT & AVAILABLE) << 9;
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
            mmu.release(before, 1, entryMaddr >>> 12);
        }
    }

    /// Gives back the parts of a mapping that `what` names. Returns a status.
    int unmap(Vcpu caller, Return what) {
        Domain mapper = caller.domain();
        Optional<Mapping> found = mapper.grants().maptrack().find(what.handle());
        if (found.isEmpty()) {
            return BAD_HANDLE;
        }
        Mapping mapping = found.get();
        Optional<Domain> granter = granter(mapping);
        if (granter.isEmpty()) {
            return BAD_DOMAIN;
        }
        long frameMfn = granter.get().grants().active(mapping.ref()).orElseThrow().mfn().value();
        if (what.busMaddr() != 0 && what.busMaddr() != frameMfn << 12) {
            return GENERAL_ERROR;
        }
        int parts = 0;
        if (what.at() != 0 && (mapping.flags() & HOST_MAP) != 0) {
            if (!remove(caller, mapping.flags(), what, frameMfn)) {
                return GENERAL_ERROR;
            }
            parts |= HOST_MAP;
        }
        if (what.busMaddr() != 0) {
            parts |= mapping.flags() & DEVICE_MAP;
        }
        giveBack(mapper, (int) what.handle(), parts);
        return OKAY;
    }

    private boolean remove(Vcpu caller, int flags, Return what, long frameMfn) {
        boolean byEntry = (flags & CONTAINS_PTE) != 0;
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
        boolean isWritable = (flags & READONLY) == 0;
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

    private void giveBack(Domain mapper, int handle, int parts) {
        Maptrack maptrack = mapper.grants().maptrack();
        Mapping mapping = maptrack.find(handle).orElseThrow();
        Domain granter = granter(mapping).orElseThrow();
        Mfn mfn = granter.grants().active(mapping.ref()).orElseThrow().mfn();
        if ((parts & DEVICE_MAP) != 0) {
            frames.releaseForeign(mfn.value(), (mapping.flags() & READONLY) == 0);
        }
        int kind = mapping.flags() & READONLY;
        pins(parts | kind).forEach(pin -> grants.unpin(granter, mapping.ref(), pin));
        int left = mapping.flags() & ~parts;
        if ((left & (DEVICE_MAP | HOST_MAP)) == 0) {
            maptrack.remove(handle);
            chronicle.grantUnmapped(mapping, mapper.id(), mfn);
            domains.forgetZombies();
        } else {
            maptrack.shrink(handle, new Mapping(mapping.granter(), mapping.ref(), left));
        }
    }

    /// Ends all mappings of a domain that is about to die.
    void releaseAll(Domain mapper) {
        Map<Integer, Mapping> rows = mapper.grants().maptrack().rows();
        if (rows.isEmpty()) {
            return;
        }
        dropForeignEntries(mapper);
        for (int handle : List.copyOf(rows.keySet())) {
            giveBack(mapper, handle, rows.get(handle).flags() & (DEVICE_MAP | HOST_MAP));
        }
    }

    private void dropForeignEntries(Domain mapper) {
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

    private Optional<Domain> granter(Mapping mapping) {
        return domains.findWithZombies(mapping.granter());
    }
}
