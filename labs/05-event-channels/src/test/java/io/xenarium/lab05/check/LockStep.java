package io.xenarium.lab05.check;

import io.xenarium.lab.CheckFailed;
import io.xenarium.lab.Sequences;
import io.xenarium.lab.Subject;
import io.xenarium.parts.EventChannels;
import io.xenarium.terms.Errno;

import java.util.List;
import java.util.function.Supplier;

/// Does the same operations on two equal worlds, one with the learner's part and one with the
/// reference, and compares the worlds after each. [Sequences] makes a failure short.
final class LockStep {
    private static final int OPERATIONS = 60;

    private final Supplier<EventWorld> start;
    private final List<Op.Kind> kinds;

    /// Works on operations of these kinds, from worlds that `start` makes.
    LockStep(Supplier<EventWorld> start, Op.Kind... kinds) {
        this.start = start;
        this.kinds = List.of(kinds);
    }

    /// Tries many seeds, or the one case that is to be repeated.
    void check() {
        new Sequences<Op>(seed -> Op.random(seed, OPERATIONS, kinds), this::run).check();
    }

    /// Stops at the first difference. Tells the learner's side to `told` where it is not null.
    private void run(List<Op> ops, List<String> told) {
        EventWorld mine = start.get();
        EventWorld xen = start.get();
        if (told != null) {
            mine.told = told;
        }
        Subject subject = Subject.current();
        EventChannels part = subject.mine().eventChannels().make(mine);
        EventChannels reference = subject.reference().eventChannels().make(xen);
        for (Op op : ops) {
            compare(op, op.happen(part, mine), op.happen(reference, xen), mine, xen);
        }
    }

    private static void compare(Op op, long answer, long wanted, EventWorld mine, EventWorld xen) {
        if (answer != wanted) {
            throw new CheckFailed(
                    Rules.ANSWER,
                    op + " answered " + Errno.describe(answer),
                    "answers " + Errno.describe(wanted));
        }
        Difference.between(mine, xen)
                .ifPresent(difference -> {
                    throw difference.failed(op.toString(), CheckFailed.Again.SAME);
                });
    }
}
