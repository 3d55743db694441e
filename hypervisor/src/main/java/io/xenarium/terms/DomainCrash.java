package io.xenarium.terms;

/// A guest did something that it cannot be carried on from. Its domain ends in the state *crashed*;
/// the others run on. Xen: `domain_crash()`.
public final class DomainCrash extends RuntimeException {
    private final DomId domain;

    public DomainCrash(DomId domain, String why) {
        super(why);
        this.domain = domain;
    }

    public DomId domain() {
        return domain;
    }
}
