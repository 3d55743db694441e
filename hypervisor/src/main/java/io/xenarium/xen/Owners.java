package io.xenarium.xen;

import io.xenarium.terms.DomId;

import java.util.Optional;

/// Whom a guest means by the number of a domain, and whether it may (public/xen.h, DOMID_*). Xen:
/// get_pg_owner, and the XSM_TARGET rule of the default policy.
final class Owners {
    /// Memory that is devices' (DOMID_IO): here, none.
    private static final DomId IO = new DomId(0x7ff1);

    private final Domains domains;

    Owners(Domains domains) {
        this.domains = domains;
    }

    /// The domain of this number, where it exists.
    Optional<Domain> domain(int number) {
        return number >= 0 && number < DomId.SELF.value()
                ? domains.find(new DomId(number))
                : Optional.empty();
    }

    /// The domain that is meant as the owner of memory to be mapped. The caller's own number is not
    /// taken for that: it says DOMID_SELF.
    Optional<DomId> named(Vcpu caller, int number) {
        DomId self = caller.domain().id();
        if (number == DomId.SELF.value()) {
            return Optional.of(self);
        }
        if (number == IO.value() || number == DomId.XEN.value()) {
            return Optional.of(new DomId(number));
        }
        return number == self.value() ? Optional.empty() : domain(number).map(Domain::id);
    }

    /// The domain that is meant where a guest may name itself in both ways.
    Optional<Domain> any(Vcpu caller, int number) {
        return number == DomId.SELF.value() ? Optional.of(caller.domain()) : domain(number);
    }

    /// Whether `caller` may do to `target` what it may do to itself.
    boolean mayControl(Domain caller, DomId target) {
        return caller.id().equals(target) || caller.isControl();
    }

    /// Whether `caller` may map memory of `target`. Devices' memory is looked at frame by frame.
    boolean mayMap(Domain caller, DomId target) {
        return target.equals(IO) || mayControl(caller, target);
    }
}
