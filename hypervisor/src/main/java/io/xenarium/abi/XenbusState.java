package io.xenarium.abi;

/// Where one end of a device stands on its way from being found to being gone (public/io/xenbus.h).
/// Front-end and back-end each write theirs into the store and watch the other's.
public enum XenbusState {
    // tag::show-states[]
    /// No state: it has gone, or says what nobody knows.
    UNKNOWN,
    /// Begins.
    INITIALISING,
    /// Has said what it can do, and waits for the other end.
    INIT_WAIT,
    /// Has offered ring and port.
    INITIALISED,
    CONNECTED,
    /// Is about to part, or has let go already.
    CLOSING,
    CLOSED,
    RECONFIGURING,
    RECONFIGURED;

    // end::show-states[]

    private static final XenbusState[] ALL = values();

    /// The state of a number as it stands in the store; what is none is unknown.
    public static XenbusState of(String text) {
        return text.matches("[0-8]") ? ALL[text.charAt(0) - '0'] : UNKNOWN;
    }

    /// As it stands in the store.
    public String text() {
        return Integer.toString(ordinal());
    }
}
