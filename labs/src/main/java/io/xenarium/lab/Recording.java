package io.xenarium.lab;

import io.xenarium.machine.Journal;

import java.util.List;

/// A run of a whole computer in which a part failed: all that is needed to run it again, and to
/// look at the moment before.
///
/// @param seed of the machine's dice
/// @param inputs all of the run
/// @param seq the event at which the part went wrong
public record Recording(long seed, List<Journal.Entry> inputs, long seq) {
    public Recording {
        inputs = List.copyOf(inputs);
    }
}
