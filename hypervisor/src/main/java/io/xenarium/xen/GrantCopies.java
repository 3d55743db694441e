package io.xenarium.xen;

import static io.xenarium.abi.GrantStatus.BAD_COPY_ARGUMENT;
import static io.xenarium.abi.GrantStatus.BAD_DOMAIN;
import static io.xenarium.abi.GrantStatus.BAD_PAGE;
import static io.xenarium.abi.GrantStatus.GENERAL_ERROR;
import static io.xenarium.abi.GrantStatus.OKAY;
import static io.xenarium.abi.GrantStatus.PERMISSION_DENIED;

import io.xenarium.machine.Memory;
import io.xenarium.parts.Grants.Pin;
import io.xenarium.terms.DomId;
import io.xenarium.terms.GrantRef;
import io.xenarium.trace.MemoryEvent.FrameType;
import io.xenarium.xen.ActiveGrant.Extent;

import java.util.Optional;

/// Copies between frames, at least one of which was granted, and frames that are given away for
/// good. Each grant is in use for the time of the copy alone. Xen: gnttab_copy_one and
/// gnttab_transfer in xen/common/grant_table.c.
final class GrantCopies {
    private final Memory memory;
    private final FrameTable frames;
    private final PageTables mmu;
    private final Domains domains;
    private final GrantEntries entries;
    private final CopyPins pins;
    private final Tlbs tlbs;
    private final Chronicle chronicle;

    /// One end of a copy: `offset` in the frame behind grant `place` of a domain, or in frame
    /// `place` of the caller's own.
    record End(int domid, long place, int offset, boolean isGrant) {}

    /// A frame that can be copied from or to now.
    ///
    /// @param status why it cannot be, where it cannot
    private record Claim(int status, Domain owner, Extent extent) {
        boolean allows(int offset, int bytes) {
            return offset >= extent.start() && offset + bytes <= extent.start() + extent.length();
        }
    }

    GrantCopies(Xen xen, Domains domains, GrantEntries entries, CopyPins pins) {
        this.domains = domains;
        this.entries = entries;
        this.pins = pins;
        memory = xen.memory();
        frames = xen.frames();
        mmu = xen.mmu();
        tlbs = xen.tlbs();
        chronicle = xen.chronicle();
    }

    /// Copies `bytes` bytes on behalf of `caller`. Returns a status.
    int copy(DomId caller, End from, End to, int bytes) {
        int status = nameable(caller, from);
        status = status == OKAY ? nameable(caller, to) : status;
        if (status != OKAY) {
            return status;
        }
        Claim source = claim(caller, from, Pin.HOST_READ);
        if (source.status() != OKAY) {
            return source.status();
        }
        Claim target = claim(caller, to, Pin.HOST_WRITE);
        if (target.status() == OKAY) {
            byte[] buffer = new byte[bytes];
            status = boundsOf(source, from.offset(), target, to.offset(), bytes);
            if (status == OKAY) {
                memory.read((source.extent().mfn() << 12) + from.offset(), buffer);
                memory.write((target.extent().mfn() << 12) + to.offset(), buffer);
                chronicle.grantCopied(caller, source.owner().id(), target.owner().id(), bytes);
            }
            unclaim(target, to, Pin.HOST_WRITE);
        }
        unclaim(source, from, Pin.HOST_READ);
        return target.status() == OKAY ? status : target.status();
    }

    /// Reads what a grant for `caller` lets it read. Returns a status.
    int read(DomId caller, End from, byte[] into) {
        int status = nameable(caller, from);
        if (status != OKAY) {
            return status;
        }
        Claim source = claim(caller, from, Pin.HOST_READ);
        if (source.status() != OKAY) {
            return source.status();
        }
        status = boundsOf(source, from.offset(), source, from.offset(), into.length);
        if (status == OKAY) {
            memory.read((source.extent().mfn() << 12) + from.offset(), into);
            chronicle.grantCopied(caller, source.owner().id(), caller, into.length);
        }
        unclaim(source, from, Pin.HOST_READ);
        return status;
    }

    /// Writes where a grant for `caller` lets it write. Returns a status.
    int write(DomId caller, End to, byte[] from) {
        int status = nameable(caller, to);
        if (status != OKAY) {
            return status;
        }
        Claim target = claim(caller, to, Pin.HOST_WRITE);
        if (target.status() != OKAY) {
            return target.status();
        }
        status = boundsOf(target, to.offset(), target, to.offset(), from.length);
        if (status == OKAY) {
            memory.write((target.extent().mfn() << 12) + to.offset(), from);
            chronicle.grantCopied(caller, caller, target.owner().id(), from.length);
        }
        unclaim(target, to, Pin.HOST_WRITE);
        return status;
    }

    private static int boundsOf(Claim source, int from, Claim target, int to, int bytes) {
        if (from + bytes > Memory.FRAME_BYTES || to + bytes > Memory.FRAME_BYTES) {
            return BAD_COPY_ARGUMENT;
        }
        return source.allows(from, bytes) && target.allows(to, bytes) ? OKAY : GENERAL_ERROR;
    }

    /// Only the caller's own frames can be named as frames.
    private int nameable(DomId caller, End end) {
        if (end.domid() != DomId.SELF.value() && !end.isGrant()) {
            return PERMISSION_DENIED;
        }
        return domain(caller, end).isEmpty() ? BAD_DOMAIN : OKAY;
    }

    private Optional<Domain> domain(DomId caller, End end) {
        return end.domid() == DomId.SELF.value() ? domains.find(caller) : domains.find(end.domid());
    }

    private Claim claim(DomId caller, End end, Pin pin) {
        Domain domain = domain(caller, end).orElseThrow();
        Extent none = Extent.whole(0, caller, 0);
        Extent extent = Extent.whole(end.place(), caller, 0);
        if (end.isGrant()) {
            int status = pins.pin(domain, end.place(), caller, pin);
            if (status != OKAY) {
                return new Claim(status, domain, none);
            }
            extent = domain.grants().active((int) end.place()).orElseThrow().extent();
        } else if (!frames.isOwnedBy(end.place(), caller)) {
            return new Claim(BAD_PAGE, domain, none);
        }
        Claim claim = new Claim(OKAY, domain, extent);
        if (!isUsable(domains.get(ownerOf(extent, domain, end)), extent.mfn(), pin)) {
            unclaim(claim, end, pin);
            return new Claim(GENERAL_ERROR, domain, none);
        }
        return claim;
    }

    private static DomId ownerOf(Extent extent, Domain domain, End end) {
        return end.isGrant() ? extent.source() : domain.id();
    }

    private boolean isUsable(Domain owner, long frameMfn, Pin pin) {
        return pin.isWrite()
                ? mmu.isUsableAs(owner, frameMfn, FrameType.WRITABLE)
                : frames.isOwnedBy(frameMfn, owner.id());
    }

    private void unclaim(Claim claim, End end, Pin pin) {
        if (end.isGrant()) {
            pins.unpin(claim.owner(), (int) end.place(), pin);
        }
    }

    /// Gives a frame of `giver` to the domain of number `to`, whose entry `ref` must wait for it. A
    /// frame that could be taken from the giver but not given is lost to both. Returns a status.
    int transfer(Domain giver, long frameMfn, int to, long ref) {
        boolean canBeTaken = frames.isOwnedBy(frameMfn, giver.id()) && frames.isUnused(frameMfn);
        if (!canBeTaken) {
            return BAD_PAGE;
        }
        tlbs.flushAll();
        Optional<Domain> found = domains.find(to);
        boolean isAccepted =
                found.isPresent()
                        && hasRoom(found.get())
                        && entries.commitTransfer(found.get(), ref, giver.id());
        if (!isAccepted) {
            frames.release(frameMfn);
            return found.isEmpty() ? BAD_DOMAIN : GENERAL_ERROR;
        }
        Domain taker = found.get();
        frames.give(frameMfn, taker.id());
        entries.completeTransfer(taker, (int) ref, frameMfn);
        chronicle.grantTransferred(giver.id(), taker.id(), new GrantRef((int) ref), frameMfn);
        return OKAY;
    }

    private boolean hasRoom(Domain taker) {
        return frames.owned(taker.id()) < taker.config().pages();
    }
}
