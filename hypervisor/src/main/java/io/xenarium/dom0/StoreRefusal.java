package io.xenarium.dom0;

import io.xenarium.terms.Errno;

/// A request to the store that is answered with an error. It unwinds to where requests are
/// answered; nothing has changed.
final class StoreRefusal extends RuntimeException {
    private static final long serialVersionUID = 1;

    private final Errno errno;

    StoreRefusal(Errno errno) {
        super(errno.name(), null, false, false);
        this.errno = errno;
    }

    Errno errno() {
        return errno;
    }
}
