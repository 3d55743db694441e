package io.xenarium.lab09.check;

import io.xenarium.abi.BlockRing;
import io.xenarium.lab.DiskGuest;
import io.xenarium.parts.Parts;
import io.xenarium.toolstack.Host;
import io.xenarium.trace.GrantEvent;
import io.xenarium.trace.Topic;

import java.util.ArrayList;
import java.util.List;

/// A guest with a disk that asks for sectors, and notes what became of its grants.
final class FrontEnd {
    private final DiskGuest guest;
    private final List<String> lines = new ArrayList<>();

    FrontEnd(Parts parts) {
        guest = new DiskGuest(parts, Topic.GRANT);
    }

    Host host() {
        return guest.host();
    }

    void connect() {
        guest.connect(false);
        note("connect");
    }

    void close() {
        guest.close();
        note("close");
    }

    /// Asks for one sector and waits for the answer.
    void ask(int operation, long sector, int ref) {
        guest.push(operation, sector, ref);
        guest.signal(0);
        note(
                "%s sector %d with entry %d: %s"
                        .formatted(
                                operation == BlockRing.READ ? "read" : "write",
                                sector,
                                ref,
                                guest.status()));
    }

    private void note(String what) {
        lines.add(what + "; " + guest.pages());
    }

    /// What became of each request, and of the grants by then.
    List<String> lines() {
        return lines;
    }

    /// What happened to grants.
    List<GrantEvent> events() {
        List<GrantEvent> events = new ArrayList<>();
        for (var event : guest.events()) {
            if (event instanceof GrantEvent grant) {
                events.add(grant);
            }
        }
        return events;
    }
}
