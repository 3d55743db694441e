package io.xenarium.terms;

/// An event channel port: a domain's own end of an event channel. Port 0 is never handed out, so
/// that 0 can mean "none". The two-level ABI has ports below 4096, the FIFO ABI below 131,072. Xen:
/// `evtchn_port_t` in public/event_channel.h.
public record Port(int value) implements Comparable<Port> {
    public Port {
        Check.that(value >= 0 && value < 1 << 17, "port out of range: %d", value);
    }

    @Override
    public int compareTo(Port other) {
        return Integer.compare(value, other.value);
    }

    @Override
    public String toString() {
        return "port " + value;
    }
}
