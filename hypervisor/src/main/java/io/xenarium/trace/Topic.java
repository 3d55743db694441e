package io.xenarium.trace;

/// The families of events, for switching them on and off and for colouring the time bar.
public enum Topic {
    CPU,
    DOMAIN,
    GRANT,
    MEMORY,
    PORTS,
    RING,
    SCHED,
    STORE
}
