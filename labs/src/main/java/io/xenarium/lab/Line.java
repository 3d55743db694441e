package io.xenarium.lab;

import java.util.List;
import java.util.Optional;

/// Something that is so in a world, as a line of text: two worlds are compared line by line.
///
/// @param rule the rule that is broken where it should not be so
public record Line(Rule rule, String text) {
    /// The first line in which the world of the learner's part differs from the reference's, as a
    /// failure; empty where none does.
    ///
    /// @param after what was done last, in words
    /// @param mine the learner's world, as many lines as the reference's
    public static Optional<CheckFailed> difference(String after, List<Line> mine, List<Line> xen) {
        for (int i = 0; i < mine.size(); i++) {
            Line line = mine.get(i);
            if (!line.equals(xen.get(i))) {
                return Optional.of(
                        new CheckFailed(
                                line.rule(),
                                "after " + after + ", " + line.text(),
                                xen.get(i).text()));
            }
        }
        return Optional.empty();
    }
}
