package io.xenarium.bench;

import io.xenarium.bench.view.SlotView;
import io.xenarium.parts.Parts;
import io.xenarium.toolstack.Host;
import io.xenarium.toolstack.HostConfig;
import io.xenarium.toolstack.Timeline;
import io.xenarium.toolstack.XlConfig;
import io.xenarium.trace.Topic;
import io.xenarium.trace.XenEvent;

import java.util.EnumSet;
import java.util.List;
import java.util.function.Consumer;

/// The computer on the bench: a host with a guest on it, the timeline that drives it, and what is
/// kept of its events.
final class Computer {
    private static final int HOST_MIB = 192;

    private final CountedParts parts;
    private final Host host;
    private final Timeline timeline;
    private final EventLog log = new EventLog();
    private final CreditLog credits;

    private Computer(Opening opening, Parts bare) {
        parts = new CountedParts(bare);
        host = Host.of(new HostConfig(opening.seed(), HOST_MIB, parts.parts()));
        credits = new CreditLog(host.hypervisor());
        host.trace()
                .listen(
                        EnumSet.allOf(Topic.class),
                        event -> {
                            log.add(event);
                            credits.see(event);
                        });
        timeline = new Timeline(host);
    }

    /// Switches a computer on, and either makes its guest or lets the inputs of the journal lie
    /// ahead, with all branches where there are several.
    static Computer open(Opening opening, Parts parts) {
        Computer computer = new Computer(opening, parts);
        RememberedPast past = opening.past();
        if (opening.journal().isEmpty()) {
            computer.host.xl().create(config(opening.guest()));
        } else if (past != RememberedPast.NONE) {
            computer.timeline.recall(past.branches(), past.current());
        } else {
            computer.host.machine().journal().append(opening.journal());
        }
        return computer;
    }

    private static XlConfig config(String guest) {
        return GuestChoice.of(guest).config();
    }

    /// Tells `heard` of every event, also of those that happen again.
    void onEvent(Consumer<XenEvent> heard) {
        host.trace().listen(EnumSet.allOf(Topic.class), heard::accept);
    }

    Host host() {
        return host;
    }

    Timeline timeline() {
        return timeline;
    }

    EventLog log() {
        return log;
    }

    CreditLog credits() {
        return credits;
    }

    List<SlotView> slots() {
        return parts.slots();
    }
}
