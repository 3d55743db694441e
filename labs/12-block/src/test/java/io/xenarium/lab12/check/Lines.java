package io.xenarium.lab12.check;

import io.xenarium.lab.CheckFailed;
import io.xenarium.lab.Line;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/// A world as lines of text, so that two can be compared and the difference be told.
final class Lines {
    private Lines() {}

    /// The first thing in which the world of the learner's part differs from the reference's.
    static Optional<CheckFailed> difference(String after, BlockWorld mine, BlockWorld xen) {
        return Line.difference(after, of(mine), of(xen));
    }

    private static List<Line> of(BlockWorld world) {
        List<Line> lines = new ArrayList<>();
        lines.add(new Line(Rules.ORDER, "the disk was asked: " + orNothing(world.ordered)));
        List<String> mapped = world.mapped.values().stream().map(Words::of).sorted().toList();
        lines.add(new Line(Rules.PAGES, "these pages are mapped: " + orNothing(mapped)));
        List<String> kept = world.kept.keySet().stream().map(ref -> "page " + ref).toList();
        lines.add(new Line(Rules.PAGES, "these stay mapped: " + orNothing(kept)));
        for (int page = 0; page < BlockWorld.PAGES; page++) {
            lines.add(
                    new Line(
                            Rules.DATA,
                            "page %d holds %s"
                                    .formatted(page, Arrays.toString(world.pages[page]))));
        }
        lines.add(new Line(Rules.RING, "%d requests are taken".formatted(world.taken)));
        List<String> answers = world.answers.stream().map(Words::of).toList();
        lines.add(new Line(Rules.ANSWER, "the responses are: " + orNothing(answers)));
        lines.add(new Line(Rules.ANSWER, "%d responses are shown".formatted(world.shown)));
        lines.add(
                new Line(
                        Rules.SIGNAL, "the guest was signalled %d times".formatted(world.signals)));
        lines.add(
                new Line(
                        Rules.LOST,
                        "the back-end is woken at request %d".formatted(world.backWakesAt)));
        return lines;
    }

    private static String orNothing(List<String> texts) {
        return texts.isEmpty() ? "nothing" : String.join("; ", texts);
    }
}
