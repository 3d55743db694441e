package io.xenarium.terms;

/// The number of a domain, the way Xen prints it: `d0` is the control domain. The numbers from
/// 0x7ff0 up are reserved and mean no single domain. Xen: `domid_t` and DOMID_* in public/xen.h.
public record DomId(int value) implements Comparable<DomId> {
    public DomId {
        Check.that(value >= 0 && value <= 0x7fff, "domain id out of range: %d", value);
    }

    /// The control domain.
    public static final DomId DOM0 = new DomId(0);

    /// The caller itself, whoever calls (DOMID_SELF).
    public static final DomId SELF = new DomId(0x7ff0);

    /// The hypervisor as owner of memory (DOMID_XEN).
    public static final DomId XEN = new DomId(0x7ff2);

    /// Whether this is a number that a domain can have, not one of the reserved ones.
    public boolean isDomain() {
        return value < 0x7ff0;
    }

    @Override
    public int compareTo(DomId other) {
        return Integer.compare(value, other.value);
    }

    @Override
    public String toString() {
        return "d" + value;
    }
}
