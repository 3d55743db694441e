package io.xenarium.xen;

import io.xenarium.abi.E820;
import io.xenarium.abi.Hypercall;
import io.xenarium.abi.SharedInfo;
import io.xenarium.machine.Memory;
import io.xenarium.terms.Errno;
import io.xenarium.trace.CpuEvent.Args;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.Optional;

/// memory_op: what memory there is, and how much of it is the guest's (public/memory.h).
final class MemoryCalls {
    /// The number of the sub-operation lies in the lowest six bits; above them stands how many
    /// extents are done, where the work is done in pieces.
    private static final int COMMAND_BITS = 6;

    private static final int MAXIMUM_RAM_PAGE = 2;
    private static final int CURRENT_RESERVATION = 3;
    private static final int MAXIMUM_RESERVATION = 4;
    private static final int M2P_FRAMES = 5;
    private static final int ADD_TO_PHYSMAP = 7;
    private static final int MEMORY_MAP = 9;
    private static final int MACHINE_MEMORY_MAP = 10;
    private static final int EXCHANGE = 11;
    private static final int MACHPHYS_MAPPING = 12;
    private static final int SET_MEMORY_MAP = 13;
    private static final int MAXIMUM_GPFN = 14;
    private static final int REMOVE_FROM_PHYSMAP = 15;
    private static final int SET_POD_TARGET = 16;
    private static final int GET_POD_TARGET = 17;
    private static final int SHARING_FREED_PAGES = 18;
    private static final int SHARING_SHARED_PAGES = 19;
    private static final int ACCESS_OP = 21;
    private static final int ADD_TO_PHYSMAP_BATCH = 23;
    private static final int CLAIM_PAGES = 24;
    private static final int COMPAT_M2P_FRAMES = 25;
    private static final int VNUMA_INFO = 26;
    private static final int RESERVED_DEVICE_MEMORY = 27;

    /// Spaces of add_to_physmap that have rules of their own.
    private static final int FOREIGN_FRAME = 4;

    private static final int FRAME_RANGE = 3;

    private final Memory memory;
    private final FrameTable frames;
    private final GuestMemory guest;
    private final Owners owners;
    private final Hypercalls hypercalls;
    private final Reservations reservations;
    private final Exchanges exchanges;

    MemoryCalls(Xen xen, Owners owners, Hypercalls hypercalls) {
        this.owners = owners;
        this.hypercalls = hypercalls;
        memory = xen.memory();
        frames = xen.frames();
        guest = xen.guest();
        reservations = new Reservations(xen, owners);
        exchanges = new Exchanges(xen, owners);
    }

    void register() {
        hypercalls.handle(Hypercall.MEMORY_OP, this::memoryOp);
    }

    /// rdi: which; rsi: its argument.
    private long memoryOp(Vcpu caller, Args args) {
        int command = (int) args.rdi() & (1 << COMMAND_BITS) - 1;
        long first = args.rdi() >>> COMMAND_BITS;
        long at = args.rsi();
        return switch (command) {
            case Reservations.INCREASE, Reservations.DECREASE, Reservations.POPULATE ->
                    adjust(caller, args, command, first);
            case MEMORY_MAP -> memoryMap(caller, at);
            case MACHINE_MEMORY_MAP -> Errno.EPERM.rc();
            case MACHPHYS_MAPPING -> machphysMapping(caller, at);
            case M2P_FRAMES -> m2pFrames(caller, at);
            case SET_MEMORY_MAP -> setMemoryMap(caller, at);
            case ADD_TO_PHYSMAP -> addToPhysmap(caller, at);
            case ADD_TO_PHYSMAP_BATCH -> addToPhysmapBatch(caller, at);
            case SET_POD_TARGET, GET_POD_TARGET -> podTarget(caller, at);
            default -> first == 0 ? inOnePiece(caller, command, args) : Errno.EINVAL.rc();
        };
    }

    private long inOnePiece(Vcpu caller, int command, Args args) {
        long at = args.rsi();
        return switch (command) {
            case EXCHANGE -> exchange(caller, args);
            case MAXIMUM_RAM_PAGE -> frames.frames();
            case CURRENT_RESERVATION, MAXIMUM_RESERVATION, MAXIMUM_GPFN ->
                    reservation(caller, command, at);
            case REMOVE_FROM_PHYSMAP -> removeFromPhysmap(caller, at);
            case CLAIM_PAGES -> claimPages(caller, at);
            // Domains share no pages of equal contents here.
            case SHARING_FREED_PAGES, SHARING_SHARED_PAGES -> 0;
            case COMPAT_M2P_FRAMES -> Errno.EOPNOTSUPP.rc();
            case ACCESS_OP -> ofToolstack(caller, at, 24, Errno.EPERM);
            case VNUMA_INFO -> ofToolstack(caller, at, 40, Errno.EOPNOTSUPP);
            case RESERVED_DEVICE_MEMORY -> ofToolstack(caller, at, 16, Errno.EOPNOTSUPP);
            default -> Errno.ENOSYS.rc();
        };
    }

    /// What nobody but a toolstack, or a guest of another kind, has a use for.
    private long ofToolstack(Vcpu caller, long at, int bytes, Errno refusal) {
        guest.require(caller, at, bytes, false);
        return refusal.rc();
    }

    private long adjust(Vcpu caller, Args args, int command, long first) {
        boolean[] goesOn = {false};
        long done = reservations.adjust(caller, command, args.rsi(), first, () -> goesOn[0] = true);
        if (!goesOn[0]) {
            return done;
        }
        long next = command | done << COMMAND_BITS;
        return hypercalls.restart(new Args(next, args.rsi(), args.rdx(), args.r10(), args.r8()));
    }

    private long exchange(Vcpu caller, Args args) {
        boolean[] goesOn = {false};
        long rc = exchanges.exchange(caller, args.rsi(), () -> goesOn[0] = true);
        return goesOn[0] ? hypercalls.restart(args) : rc;
    }

    /// {u16 domain}. Answers a number of frames.
    private long reservation(Vcpu caller, int command, long at) {
        Optional<Domain> found = owners.any(caller, guest.getShort(caller, at));
        if (found.isEmpty()) {
            return Errno.ESRCH.rc();
        }
        Domain domain = found.get();
        if (!owners.mayControl(caller.domain(), domain.id())) {
            return Errno.EPERM.rc();
        }
        return switch (command) {
            case CURRENT_RESERVATION -> frames.owned(domain.id());
            case MAXIMUM_RESERVATION -> domain.config().pages();
            default -> {
                // A guest writes there how many pseudo-physical frames it has.
                long maddr = domain.sharedInfo().toMaddr().value();
                long end = memory.getLong(maddr + SharedInfo.MAX_PFN);
                yield end == 0 ? 0 : end - 1;
            }
        };
    }

    /// {u32 entries in and out, u64 buffer @8}: one region of plain memory, or what the domain has
    /// set.
    private long memoryMap(Vcpu caller, long at) {
        long room = guest.getInt(caller, at) & 0xffff_ffffL;
        long buffer = guest.getLong(caller, at + 8);
        byte[] map = caller.domain().memoryMap;
        if (map.length == 0) {
            ByteBuffer entry = ByteBuffer.allocate(E820.BYTES).order(ByteOrder.LITTLE_ENDIAN);
            long bytes = (long) caller.domain().config().pages() * Memory.FRAME_BYTES;
            map = entry.putLong(E820.SIZE, bytes).putInt(E820.TYPE, E820.RAM).array();
        }
        int entries = (int) Math.min(room, map.length / E820.BYTES);
        guest.require(caller, at, 4, true);
        guest.write(caller, buffer, Arrays.copyOf(map, entries * E820.BYTES));
        guest.putInt(caller, at, entries);
        return 0;
    }

    /// {u16 domain, u32 entries @8, u64 buffer @16}.
    private long setMemoryMap(Vcpu caller, long at) {
        Optional<Domain> domain = owners.any(caller, guest.getShort(caller, at));
        long entries = guest.getInt(caller, at + 8) & 0xffff_ffffL;
        if (entries > Limits.MAP_ENTRIES) {
            return Errno.EINVAL.rc();
        }
        if (domain.isEmpty()) {
            return Errno.ESRCH.rc();
        }
        if (!owners.mayControl(caller.domain(), domain.get().id())) {
            return Errno.EPERM.rc();
        }
        byte[] map = new byte[(int) entries * E820.BYTES];
        guest.read(caller, guest.getLong(caller, at + 16), map);
        domain.get().memoryMap = map;
        return 0;
    }

    /// {u64 start, u64 end, u64 highest mfn}, all out: where the M2P can be read. Of a plain
    /// guest's it is only said how far it could reach; behind its end it cannot be read.
    private long machphysMapping(Vcpu caller, long at) {
        guest.require(caller, at, 24, true);
        guest.putLong(caller, at, XenSlots.M2P_VADDR);
        guest.putLong(caller, at + 8, XenSlots.M2P_END_VADDR);
        long entries = (XenSlots.M2P_END_VADDR - XenSlots.M2P_VADDR) / Long.BYTES;
        boolean isControl = caller.domain().isControl();
        guest.putLong(caller, at + 16, isControl ? frames.frames() - 1L : entries - 1);
        return 0;
    }

    /// {u32 room, u64 list @8, u32 how many @16, out}: the first frame of each 2 MiB of the M2P.
    private long m2pFrames(Vcpu caller, long at) {
        long room = guest.getInt(caller, at) & 0xffff_ffffL;
        long list = guest.getLong(caller, at + 8);
        int count = (int) Math.min(room, (frames.m2pFrames() + 511) / 512);
        guest.require(caller, at + 16, 4, true);
        guest.require(caller, list, count * 8L, true);
        for (int i = 0; i < count; i++) {
            guest.putLong(caller, list + i * 8L, (frames.m2pMaddr() >>> 12) + i * 512L);
        }
        guest.putInt(caller, at + 16, count);
        return 0;
    }

    /// {u16 domain, u16 how many, u32 space @4, u64 index @8, u64 pfn @16}. A guest that has its
    /// own page tables has no map to add to.
    private long addToPhysmap(Vcpu caller, long at) {
        guest.require(caller, at, 24, false);
        if (guest.getInt(caller, at + 4) == FOREIGN_FRAME) {
            return Errno.ENOSYS.rc();
        }
        long rc = ofOwn(caller, at);
        return rc == 0 ? Errno.EACCES.rc() : rc;
    }

    /// {u16 domain, u16 space, u16 how many, u64 indices @16, u64 pfns @24, u64 errors @32}.
    private long addToPhysmapBatch(Vcpu caller, long at) {
        guest.require(caller, at, 40, false);
        if (guest.getShort(caller, at + 2) == FRAME_RANGE) {
            return Errno.EOPNOTSUPP.rc();
        }
        long rc = ofOwn(caller, at);
        int count = guest.getShort(caller, at + 4);
        long errors = guest.getLong(caller, at + 32);
        for (int i = 0; rc == 0 && i < count; i++) {
            guest.putInt(caller, errors + i * 4L, (int) Errno.EACCES.rc());
        }
        return rc;
    }

    /// {u16 domain, u64 pfn @8}. It is not in any map, so nothing is to be done.
    private long removeFromPhysmap(Vcpu caller, long at) {
        long frameMfn = guest.getLong(caller, at + 8);
        long rc = ofOwn(caller, at);
        if (rc != 0) {
            return rc;
        }
        return frames.isOwnedBy(frameMfn, caller.domain().id()) ? 0 : Errno.ENOENT.rc();
    }

    /// {u64 target, u64 total @8, u64 cached @16, u64 entries @24, u16 domain @32}: nothing is
    /// populated on demand here.
    private long podTarget(Vcpu caller, long at) {
        return owners.any(caller, guest.getShort(caller, at + 32)).isPresent()
                ? Errno.EINVAL.rc()
                : Errno.ESRCH.rc();
    }

    /// A reservation, only for whoever builds domains.
    private long claimPages(Vcpu caller, long at) {
        guest.require(caller, at, Reservations.BYTES, false);
        boolean isPlain = guest.getLong(caller, at) == 0 && guest.getLong(caller, at + 16) == 0;
        boolean exists = owners.domain(guest.getShort(caller, at + 24)).isPresent();
        return isPlain && exists ? Errno.EPERM.rc() : Errno.EINVAL.rc();
    }

    /// Whether the domain that the structure begins with is the caller, as an error or 0.
    private long ofOwn(Vcpu caller, long at) {
        Optional<Domain> domain = owners.any(caller, guest.getShort(caller, at));
        if (domain.isEmpty()) {
            return Errno.ESRCH.rc();
        }
        return owners.mayControl(caller.domain(), domain.get().id()) ? 0 : Errno.EPERM.rc();
    }
}
