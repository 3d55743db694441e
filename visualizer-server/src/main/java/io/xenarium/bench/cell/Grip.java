package io.xenarium.bench.cell;

import io.xenarium.toolstack.Host;
import io.xenarium.toolstack.Timeline;
import io.xenarium.trace.XenEvent;

import java.util.List;
import java.util.concurrent.Callable;

/// A cell's hold on the machine. Every method waits for the machine's thread, so that a cell never
/// sees it in the middle of something.
public interface Grip {
    /// The computer; touch it inside [#look] and [#act] only.
    Host host();

    /// What moves the computer through time; likewise.
    Timeline timeline();

    /// Looks at the computer.
    <T> T look(Callable<T> question);

    /// Does something to the computer: posts inputs, moves through time.
    void act(Runnable action);

    /// The newest `count` events, the oldest first.
    List<XenEvent> newest(int count);

    /// An event and what led to it.
    List<XenEvent> why(long seq);
}
