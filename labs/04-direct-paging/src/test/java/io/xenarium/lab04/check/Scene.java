package io.xenarium.lab04.check;

import io.xenarium.lab.CheckFailed;
import io.xenarium.lab.Line;
import io.xenarium.lab.Rule;
import io.xenarium.lab.Sequences;
import io.xenarium.lab.Subject;
import io.xenarium.parts.PvMmu;
import io.xenarium.terms.Errno;
import io.xenarium.trace.MemoryEvent.FrameType;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// The learner's part on a world, and what is expected of the two, in one line each. After every
/// operation everything is counted again.
final class Scene {
    private static final int OPERATIONS = 60;

    final MmuWorld world;
    final PvMmu part;
    private final MmuWorld first;
    private String last = "nothing";

    Scene(MmuWorld world) {
        this.world = world;
        first = world.copy();
        part = Subject.current().mine().pvMmu().make(world);
        if (Subject.current().isReplay()) {
            world.told = Subject.current().steps();
        }
    }

    /// The world of most checks: see [Op#usual].
    static Scene usual() {
        return new Scene(Op.usual());
    }

    /// Asks `op` and expects this answer.
    Scene answers(long wanted, Op op) {
        last = op.toString();
        requireAnswer(op, op.happen(part, world), wanted);
        Recount.require(world, last);
        return this;
    }

    /// Asks `op` and expects that all went well.
    Scene does(Op op) {
        return answers(0, op);
    }

    /// Asks `op` and expects that it is refused for this reason, and that nothing has changed.
    Scene refuses(Errno errno, Op op) {
        MmuWorld before = world.copy();
        last = op.toString();
        requireAnswer(op, op.happen(part, world), errno.rc());
        difference("it", world, before)
                .ifPresent(difference -> {
                    throw new CheckFailed(
                            Rules.REFUSED,
                            last + " was refused, yet " + difference.you(),
                            "leaves everything as it was: " + difference.xen());
                });
        return this;
    }

    Scene isUsed(int frame, FrameType type, int count) {
        String wanted = MmuWorld.words(new PvMmu.Use(type, count));
        String is = MmuWorld.words(new PvMmu.Use(world.types[frame], world.counts[frame]));
        return expect(Rules.TYPE, is.equals(wanted), "mfn 0x%x is %s".formatted(frame, is), wanted);
    }

    Scene hasReferences(int frame, int wanted) {
        int is = world.references[frame];
        String words = "mfn 0x%x has %d references".formatted(frame, is);
        return expect(Rules.REFERENCES, is == wanted, words, "it has " + wanted);
    }

    Scene holds(int table, int index, long wanted) {
        long is = world.memory[table][index];
        return expect(
                Rules.ENTRY,
                is == wanted,
                "entry %d of mfn 0x%x is 0x%x".formatted(index, table, is),
                "it is 0x%x".formatted(wanted));
    }

    Scene isForgotten(int frame) {
        return expect(
                Rules.STALE,
                !world.stale[frame],
                "a TLB still allows stores into mfn 0x%x".formatted(frame),
                "has every TLB forget them first");
    }

    Scene hasFlushed(int wanted) {
        return expect(
                wanted < world.flushes ? Rules.COSTLY : Rules.STALE,
                world.flushes == wanted,
                "the TLBs were told %d times".formatted(world.flushes),
                "tells them %d times".formatted(wanted));
    }

    /// Expects that nothing is left of all that was done.
    Scene isAsAtFirst() {
        difference(last, world, first)
                .ifPresent(difference -> {
                    throw difference;
                });
        return this;
    }

    private Scene expect(Rule rule, boolean holds, String you, String xen) {
        if (!holds) {
            throw new CheckFailed(rule, "after " + last + ", " + you, xen);
        }
        return this;
    }

    private static void requireAnswer(Op op, long answer, long wanted) {
        if (answer != wanted) {
            throw new CheckFailed(
                    Rules.ANSWER,
                    op + " answered " + Errno.describe(answer),
                    "answers " + Errno.describe(wanted));
        }
    }

    /// The same operations on two equal worlds, one with the learner's part and one with the
    /// reference, and the first difference between what they answer or leave behind.
    static void lockStep(Op.Kind... kinds) {
        List<Op.Kind> all = List.of(kinds);
        new Sequences<Op>(seed -> Op.random(seed, OPERATIONS, all), Scene::run).check();
    }

    private static void run(List<Op> ops, List<String> told) {
        MmuWorld mine = Op.usual();
        MmuWorld xen = Op.usual();
        mine.told = told;
        PvMmu part = Subject.current().mine().pvMmu().make(mine);
        PvMmu reference = Subject.current().reference().pvMmu().make(xen);
        for (Op op : ops) {
            requireAnswer(op, op.happen(part, mine), op.happen(reference, xen));
            difference(op.toString(), mine, xen)
                    .ifPresent(difference -> {
                        throw difference;
                    });
            Recount.require(mine, op.toString());
        }
    }

    /// The first thing in which the world of the learner's part differs from another.
    private static Optional<CheckFailed> difference(String after, MmuWorld mine, MmuWorld xen) {
        return mine.isLike(xen)
                ? Optional.empty()
                : Line.difference(after, lines(mine), lines(xen));
    }

    private static List<Line> lines(MmuWorld world) {
        List<Line> lines = new ArrayList<>();
        for (int frame = 1; frame < MmuWorld.FRAMES; frame++) {
            String name = "mfn 0x%x ".formatted(frame);
            PvMmu.Use use = new PvMmu.Use(world.types[frame], world.counts[frame]);
            lines.add(new Line(Rules.TYPE, name + "is " + MmuWorld.words(use)));
            lines.add(
                    new Line(
                            Rules.REFERENCES,
                            name + "has %d references".formatted(world.references[frame])));
            lines.add(
                    new Line(
                            Rules.TYPE,
                            name + (world.pinned[frame] ? "is pinned" : "is not pinned")));
            for (int i = 0; i < MmuWorld.ENTRIES; i++) {
                lines.add(
                        new Line(
                                Rules.ENTRY,
                                "entry %d of %sis 0x%x"
                                        .formatted(i, name, world.memory[frame][i])));
            }
        }
        return lines;
    }
}
