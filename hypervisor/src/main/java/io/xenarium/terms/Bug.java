package io.xenarium.terms;

/// We erred: an invariant of the hypervisor or of the machine does not hold. It stops the whole
/// machine. Not for what a guest does wrong ([Errno], [DomainCrash]).
public final class Bug extends RuntimeException {
    public Bug(String why) {
        super(why);
    }

    public Bug(String why, Throwable cause) {
        super(why, cause);
    }
}
