package io.xenarium.toolstack;

import io.xenarium.machine.Journal;

import java.util.List;

/// A branch of time as another timeline of the same machine can take it over. The same inputs give
/// the same run, so that nothing of what happened need be told, only how far it got.
///
/// @param forkNanos when it left its parent
/// @param inputs all of its inputs, from the beginning of time
public record RememberedBranch(
        Timeline.Branch branch, long forkNanos, List<Journal.Entry> inputs) {}
