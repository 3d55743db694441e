package io.xenarium.check;

import io.xenarium.abi.GrantMap;
import io.xenarium.parts.Grants.Mapping;
import io.xenarium.parts.Grants.Pin;
import io.xenarium.terms.DomId;
import io.xenarium.xen.ActiveGrant;
import io.xenarium.xen.Domain;
import io.xenarium.xen.Hypervisor;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Stream;

/// Whether granters and mappers agree: the pins on each active grant are exactly the parts of
/// mappings that others have written down, and no other domain uses it than the one that it is for.
final class GrantInvariants {
    private final Hypervisor xen;
    private final List<String> wrong;

    /// Which pin on which grant.
    private record Key(int granter, int ref, Pin pin) implements Comparable<Key> {
        @Override
        public int compareTo(Key other) {
            int order = Integer.compare(granter, other.granter);
            order = order == 0 ? Integer.compare(ref, other.ref) : order;
            return order == 0 ? pin.compareTo(other.pin) : order;
        }
    }

    GrantInvariants(Hypervisor xen, List<String> wrong) {
        this.xen = xen;
        this.wrong = wrong;
    }

    void check() {
        Map<Key, Integer> counted = new TreeMap<>();
        for (Domain mapper : xen.domains()) {
            for (Mapping mapping : mapper.grants().maptrack().rows().values()) {
                count(counted, mapper, mapping);
            }
        }
        withZombies(xen)
                .forEach(granter -> {
                    for (ActiveGrant grant : granter.grants().active()) {
                        compare(counted, granter.id(), grant);
                    }
                });
        counted.forEach((key, count) -> wrong.add(key + " is pinned nowhere, counted " + count));
    }

    private void count(Map<Key, Integer> counted, Domain mapper, Mapping mapping) {
        boolean isReadOnly = (mapping.flags() & GrantMap.READONLY) != 0;
        if ((mapping.flags() & GrantMap.HOST) != 0) {
            add(counted, mapping, isReadOnly ? Pin.HOST_READ : Pin.HOST_WRITE);
        }
        if ((mapping.flags() & GrantMap.DEVICE) != 0) {
            add(counted, mapping, isReadOnly ? Pin.DEVICE_READ : Pin.DEVICE_WRITE);
        }
        boolean isItsOwn =
                granted(xen, mapping).filter(of -> of.user().equals(mapper.id())).isPresent();
        if (!isItsOwn) {
            wrong.add("%s maps what it is not granted: %s".formatted(mapper.id(), mapping));
        }
    }

    private static void add(Map<Key, Integer> counted, Mapping mapping, Pin pin) {
        counted.merge(new Key(mapping.granter().value(), mapping.ref(), pin), 1, Integer::sum);
    }

    private void compare(Map<Key, Integer> counted, DomId granter, ActiveGrant grant) {
        for (Pin pin : Pin.values()) {
            Integer count = counted.remove(new Key(granter.value(), grant.ref(), pin));
            if ((count == null ? 0 : count) != grant.pins(pin)) {
                wrong.add(
                        "entry %d of %s: %d pins %s, counted %s"
                                .formatted(grant.ref(), granter, grant.pins(pin), pin, count));
            }
        }
        if (!grant.isPinned()) {
            wrong.add("entry %d of %s is in use by nobody".formatted(grant.ref(), granter));
        }
    }

    /// The grant behind a mapping.
    static Optional<ActiveGrant> granted(Hypervisor xen, Mapping mapping) {
        return withZombies(xen)
                .filter(domain -> domain.id().equals(mapping.granter()))
                .findFirst()
                .flatMap(granter -> granter.grants().active(mapping.ref()));
    }

    /// Whether the owner of a frame granted it to `user`.
    static boolean isGranted(Hypervisor xen, long mfn, int user, boolean isWrite) {
        int owner = xen.frames().owner(mfn);
        return withZombies(xen)
                .filter(domain -> domain.id().value() == owner)
                .flatMap(granter -> granter.grants().active().stream())
                .anyMatch(grant ->
                        grant.mfn().value() == mfn
                                && grant.user().value() == user
                                && (!isWrite || grant.isWritten()));
    }

    private static Stream<Domain> withZombies(Hypervisor xen) {
        return Stream.concat(xen.domains().stream(), xen.zombies().stream());
    }
}
