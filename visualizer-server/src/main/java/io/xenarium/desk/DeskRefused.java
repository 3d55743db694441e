package io.xenarium.desk;

/// The desk does not do what was asked, for a reason that its reader can mend.
public final class DeskRefused extends RuntimeException {
    private static final long serialVersionUID = 1;

    DeskRefused(String message) {
        super(message);
    }
}
