package io.xenarium.bench.view;

import io.xenarium.toolstack.Timeline;

import java.util.List;

/// One course of time: acting in the past makes another, and the old one stays.
///
/// @param parent the branch that it left, its own number for the first
/// @param fork the last event that the two share
/// @param end the newest event that it has got to
public record BranchView(int id, int parent, long fork, long end) {
    /// All branches of `timeline`.
    public static List<BranchView> all(Timeline timeline) {
        return timeline.branches().stream()
                .map(each ->
                        new BranchView(each.id(), each.parent(), each.forkSeq(), each.endSeq()))
                .toList();
    }
}
