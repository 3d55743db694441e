package io.xenarium.xen;

import io.xenarium.abi.GrantEntry;
import io.xenarium.abi.GrantMap;
import io.xenarium.abi.GrantStatus;
import io.xenarium.parts.Grants;
import io.xenarium.terms.DomId;

import java.util.Arrays;
import java.util.EnumSet;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/// Grants for tests of the fixed half, in which nobody gets in between.
record PlainGrants(Grants.Platform platform) implements Grants {
    private static final int MARKS = GrantEntry.READING | GrantEntry.WRITING;

    @Override
    public boolean permits(Header header, DomId user, boolean isWrite) {
        int wanted = GrantEntry.TYPE | (isWrite ? GrantEntry.READONLY : 0);
        return header.user() == user.value()
                && (header.flags() & wanted) == GrantEntry.PERMIT_ACCESS;
    }

    @Override
    public int pin(DomId granter, long ref, DomId user, Pin pin) {
        if (ref >= platform.entries(granter)) {
            return GrantStatus.BAD_REF;
        }
        int entry = (int) ref;
        Optional<DomId> before = platform.user(granter, entry);
        if (before.isPresent()
                && (!before.get().equals(user)
                        || platform.pins(granter, entry, pin) == platform.pinsMax())) {
            return GrantStatus.GENERAL_ERROR;
        }
        boolean isKnown = before.isPresent() && (!pin.isWrite() || isWritten(granter, entry));
        Header header = platform.header(granter, entry);
        if (!isKnown && !permits(header, user, pin.isWrite())) {
            return GrantStatus.GENERAL_ERROR;
        }
        if (before.isEmpty() && !platform.begin(granter, entry, user)) {
            return GrantStatus.BAD_PAGE;
        }
        if (!isKnown) {
            platform.mark(granter, entry, header, pin.isWrite() ? MARKS : GrantEntry.READING);
        }
        platform.addPin(granter, entry, pin);
        return GrantStatus.OKAY;
    }

    private boolean isWritten(DomId granter, int ref) {
        return Arrays.stream(Pin.values())
                .anyMatch(pin -> pin.isWrite() && platform.pins(granter, ref, pin) > 0);
    }

    @Override
    public void unpin(DomId granter, int ref, Pin pin) {
        platform.dropPin(granter, ref, pin);
        int stale = isWritten(granter, ref) ? 0 : GrantEntry.WRITING;
        if (Arrays.stream(Pin.values()).allMatch(each -> platform.pins(granter, ref, each) == 0)) {
            platform.end(granter, ref);
            stale = MARKS;
        }
        platform.clear(granter, ref, stale);
    }

    @Override
    public int map(Request request) {
        int handle = platform.freeHandle(request.mapper());
        if (handle < 0) {
            return GrantStatus.NO_SPACE;
        }
        int ref = (int) request.ref();
        Set<Pin> taken = EnumSet.noneOf(Pin.class);
        int status = GrantStatus.OKAY;
        for (Pin pin : pins(request.flags())) {
            status =
                    status == GrantStatus.OKAY
                            ? pin(request.granter(), request.ref(), request.mapper(), pin)
                            : status;
            if (status == GrantStatus.OKAY) {
                taken.add(pin);
            }
        }
        if (status == GrantStatus.OKAY && !platform.enter(handle, request)) {
            status = GrantStatus.GENERAL_ERROR;
        }
        if (status != GrantStatus.OKAY) {
            taken.forEach(pin -> unpin(request.granter(), ref, pin));
        }
        return status == GrantStatus.OKAY ? handle : status;
    }

    @Override
    public int unmap(DomId mapper, long handle, int parts) {
        Mapping mapping = platform.mapping(mapper, handle).orElseThrow();
        int given = parts & mapping.flags();
        platform.leave(mapper, (int) handle, given);
        pins(given | mapping.flags() & GrantMap.READONLY)
                .forEach(pin -> unpin(mapping.granter(), mapping.ref(), pin));
        return GrantStatus.OKAY;
    }

    private static Set<Pin> pins(int flags) {
        boolean isReadOnly = (flags & GrantMap.READONLY) != 0;
        return EnumSet.allOf(Pin.class).stream()
                .filter(pin -> pin.isWrite() != isReadOnly)
                .filter(pin ->
                        (flags & (pin == Pin.device(isReadOnly) ? GrantMap.DEVICE : GrantMap.HOST))
                                != 0)
                .collect(Collectors.toCollection(() -> EnumSet.noneOf(Pin.class)));
    }
}
