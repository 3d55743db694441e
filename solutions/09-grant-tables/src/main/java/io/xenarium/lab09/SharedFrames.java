package io.xenarium.lab09;

import static io.xenarium.abi.GrantEntry.PERMIT_ACCESS;
import static io.xenarium.abi.GrantEntry.READING;
import static io.xenarium.abi.GrantEntry.READONLY;
import static io.xenarium.abi.GrantEntry.TYPE;
import static io.xenarium.abi.GrantEntry.WRITING;
import static io.xenarium.abi.GrantStatus.BAD_HANDLE;
import static io.xenarium.abi.GrantStatus.BAD_PAGE;
import static io.xenarium.abi.GrantStatus.BAD_REF;
import static io.xenarium.abi.GrantStatus.GENERAL_ERROR;
import static io.xenarium.abi.GrantStatus.NO_SPACE;
import static io.xenarium.abi.GrantStatus.OKAY;

import io.xenarium.abi.GrantMap;
import io.xenarium.parts.Grants;
import io.xenarium.terms.DomId;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// Grants as Xen keeps them: an entry is looked at once, marked in the same instant, and from then
/// on only what Xen wrote down itself counts.
///
/// 1. The marks cover the whole use: they are set before it begins and cleared after it has ended.
/// 2. The writing mark is set exactly while a pin for writing is taken.
/// 3. A request that is refused leaves no pin, no mark and no handle behind.
///
/// Easy to get wrong: the entry lies in memory that the granter writes at the same moment. What it
/// said a step ago counts only if it still says so when the marks are set. Xen: _set_status_v1,
/// map_grant_ref and unmap_common in xen/common/grant_table.c.
public final class SharedFrames implements Grants {
    private final Platform platform;

    private SharedFrames(Platform platform) {
        this.platform = platform;
    }

    @Override
    public boolean permits(Header header, DomId user, boolean isWrite) {
        // step: 09.1 permits(): the entry's type must be PERMIT_ACCESS and the entry for this
        // step: user; who wants to write must not find READONLY
        // tag::lab-09-permits[]
        // ? TYPE is a mask of two bits: compare what it leaves, do not test single bits.
        boolean isOffered = (header.flags() & TYPE) == PERMIT_ACCESS;
        boolean isForUser = header.user() == user.value();
        boolean isTooMuch = isWrite && (header.flags() & READONLY) != 0;
        return isOffered && isForUser && !isTooMuch;
        // end::lab-09-permits[]
    }

    @Override
    public int pin(DomId granter, long ref, DomId user, Pin pin) {
        // step: 09.2 pin(): refuse a reference outside the table (BAD_REF), an entry that another
        // step: domain uses or that has all pins of this kind (GENERAL_ERROR); ask the entry only
        // step: where this use is news to it: claim(); then add the pin
        // tag::lab-09-pin[]
        // ? News is: nobody uses the entry yet, or this is the first pin that writes.
        if (ref < 0 || ref >= platform.entries(granter)) {
            return BAD_REF;
        }
        int entry = (int) ref;
        Optional<DomId> before = platform.user(granter, entry);
        if (before.isPresent() && !before.get().equals(user)) {
            return GENERAL_ERROR;
        }
        if (before.isPresent() && platform.pins(granter, entry, pin) >= platform.pinsMax()) {
            return GENERAL_ERROR;
        }
        boolean isNews = before.isEmpty() || pin.isWrite() && !isWritten(granter, entry);
        int status = isNews ? claim(granter, entry, user, pin.isWrite()) : OKAY;
        if (status == OKAY) {
            platform.addPin(granter, entry, pin);
        }
        return status;
        // end::lab-09-pin[]
    }

    /// Marks the entry for this use if it permits it, and begins the use where there is none yet.
    private int claim(DomId granter, int ref, DomId user, boolean isWrite) {
        // step: 09.2 claim(): look at the header, refuse what it does not permit (GENERAL_ERROR),
        // step: mark what was seen; where the entry changed meanwhile look anew, TRIES times in
        // step: all; once it is marked go on with begin()
        // tag::lab-09-claim[]
        int marks = isWrite ? READING | WRITING : READING;
        for (int tried = 0; tried < TRIES; tried++) {
            Header seen = platform.header(granter, ref);
            if (!permits(seen, user, isWrite)) {
                return GENERAL_ERROR;
            }
            if (platform.mark(granter, ref, seen, marks)) {
                return begin(granter, ref, user);
            }
        }
        return GENERAL_ERROR;
        // end::lab-09-claim[]
    }

    private int begin(DomId granter, int ref, DomId user) {
        // step: 09.2 begin(): nothing to do where the entry is in use already; else begin the use,
        // step: and where that fails clear both marks and answer BAD_PAGE
        // tag::lab-09-begin[]
        if (platform.user(granter, ref).isPresent() || platform.begin(granter, ref, user)) {
            return OKAY;
        }
        platform.clear(granter, ref, READING | WRITING);
        return BAD_PAGE;
        // end::lab-09-begin[]
    }

    private boolean isWritten(DomId granter, int ref) {
        return platform.pins(granter, ref, Pin.HOST_WRITE) > 0
                || platform.pins(granter, ref, Pin.DEVICE_WRITE) > 0;
    }

    private boolean isRead(DomId granter, int ref) {
        return platform.pins(granter, ref, Pin.HOST_READ) > 0
                || platform.pins(granter, ref, Pin.DEVICE_READ) > 0;
    }

    @Override
    public void unpin(DomId granter, int ref, Pin pin) {
        // step: 09.3 unpin(): drop the pin; with the last one that writes clear WRITING; with the
        // step: last one of all end the use, and clear READING too
        // tag::lab-09-unpin[]
        // ? A granter that sees no mark takes its frame back at once. So what comes first?
        platform.dropPin(granter, ref, pin);
        if (isWritten(granter, ref)) {
            return;
        }
        if (isRead(granter, ref)) {
            platform.clear(granter, ref, WRITING);
            return;
        }
        platform.end(granter, ref);
        platform.clear(granter, ref, READING | WRITING);
        // end::lab-09-unpin[]
    }

    /// The pins that a mapping with these flags takes, one for each of its parts.
    private static List<Pin> pins(int flags) {
        boolean isReadOnly = (flags & GrantMap.READONLY) != 0;
        List<Pin> pins = new ArrayList<>();
        if ((flags & GrantMap.DEVICE) != 0) {
            pins.add(Pin.device(isReadOnly));
        }
        if ((flags & GrantMap.HOST) != 0) {
            pins.add(Pin.host(isReadOnly));
        }
        return pins;
    }

    @Override
    public int map(Request request) {
        // step: 09.4 map(): without a free handle NO_SPACE; take the pins() of the flags, one by
        // step: one; enter the mapping (else GENERAL_ERROR); whatever fails, give back the pins
        // step: that were taken; answer the handle
        // tag::lab-09-map[]
        int handle = platform.freeHandle(request.mapper());
        if (handle < 0) {
            return NO_SPACE;
        }
        List<Pin> taken = new ArrayList<>();
        int status = OKAY;
        for (Pin pin : pins(request.flags())) {
            status = pin(request.granter(), request.ref(), request.mapper(), pin);
            if (status != OKAY) {
                break;
            }
            taken.add(pin);
        }
        if (status == OKAY && platform.enter(handle, request)) {
            return handle;
        }
        taken.forEach(pin -> unpin(request.granter(), (int) request.ref(), pin));
        return status == OKAY ? GENERAL_ERROR : status;
        // end::lab-09-map[]
    }

    @Override
    public int unmap(DomId mapper, long handle, int parts) {
        // step: 09.5 unmap(): without a mapping BAD_HANDLE; of the parts keep those that the
        // step: mapping has; leave() with them, then give back the pin of each
        // tag::lab-09-unmap[]
        // ? The mapping remembers whether it was read-only; what the caller says does not count.
        // ? Where it has none of these parts any more nothing happens, and all is well.
        Optional<Mapping> found = platform.mapping(mapper, handle);
        if (found.isEmpty()) {
            return BAD_HANDLE;
        }
        Mapping mapping = found.get();
        int given = parts & mapping.flags() & (GrantMap.DEVICE | GrantMap.HOST);
        if (given == 0) {
            return OKAY;
        }
        platform.leave(mapper, (int) handle, given);
        for (Pin pin : pins(given | mapping.flags() & GrantMap.READONLY)) {
            unpin(mapping.granter(), mapping.ref(), pin);
        }
        return OKAY;
        // end::lab-09-unmap[]
    }

    /// Makes the part. Found by `ServiceLoader`.
    public static final class Maker implements Grants.Maker {
        @Override
        public Grants make(Platform platform) {
            return new SharedFrames(platform);
        }
    }
}
