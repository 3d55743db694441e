package io.xenarium.lab09.check;

import io.xenarium.lab.CheckFailed;
import io.xenarium.lab.Sequences;
import io.xenarium.lab.Subject;
import io.xenarium.parts.Grants;

import java.util.List;

/// Does the same operations on two equal worlds, one with the learner's part and one with the
/// reference, and compares the worlds after each. [Sequences] makes a failure short.
final class LockStep {
    private static final int OPERATIONS = 60;

    private final List<Op.Kind> kinds;

    /// Works on operations of these kinds.
    LockStep(Op.Kind... kinds) {
        this.kinds = List.of(kinds);
    }

    /// Tries many seeds, or the one case that is to be repeated.
    void check() {
        new Sequences<Op>(seed -> Op.random(seed, OPERATIONS, kinds), this::run).check();
    }

    /// Stops at the first difference. Tells the learner's side to `told` where it is not null.
    private void run(List<Op> ops, List<String> told) {
        GrantWorld mine = Op.granted();
        GrantWorld xen = Op.granted();
        if (told != null) {
            mine.told = told;
        }
        Subject subject = Subject.current();
        Grants part = subject.mine().grants().make(mine);
        Grants reference = subject.reference().grants().make(xen);
        for (Op op : ops) {
            compare(op, op.happen(part, mine), op.happen(reference, xen), mine, xen);
        }
    }

    private static void compare(Op op, long answer, long wanted, GrantWorld mine, GrantWorld xen) {
        if (answer != wanted) {
            throw new CheckFailed(
                    op.kind() == Op.Kind.PERMITS ? Rules.PERMISSION : Rules.ANSWER,
                    op + " answered " + Scene.words(op.kind(), answer),
                    "answers " + Scene.words(op.kind(), wanted));
        }
        Lines.difference(op.toString(), mine, xen)
                .ifPresent(difference -> {
                    throw difference;
                });
    }
}
