package io.xenarium.lab12.check;

import io.xenarium.lab.CheckFailed;
import io.xenarium.lab.Sequences;
import io.xenarium.lab.Subject;
import io.xenarium.parts.BlockBackend;

import java.util.List;
import java.util.function.UnaryOperator;

/// Does the same operations on two equal worlds, one with the learner's part and one with the
/// reference, and compares the worlds after each. [Sequences] makes a failure short.
final class LockStep {
    private static final int OPERATIONS = 40;

    private final UnaryOperator<BlockWorld> start;
    private final List<Op.Kind> kinds;

    /// Works on operations of these kinds, in worlds that `start` has prepared.
    LockStep(UnaryOperator<BlockWorld> start, Op.Kind... kinds) {
        this.start = start;
        this.kinds = List.of(kinds);
    }

    /// Tries many seeds, or the one case that is to be repeated.
    void check() {
        new Sequences<Op>(seed -> Op.random(seed, OPERATIONS, kinds), this::run).check();
    }

    /// Stops at the first difference. Tells the learner's side to `told` where it is not null.
    private void run(List<Op> ops, List<String> told) {
        BlockWorld mine = start.apply(new BlockWorld());
        BlockWorld xen = start.apply(new BlockWorld());
        mine.told = told;
        Subject subject = Subject.current();
        BlockBackend part = subject.mine().blockBackend().make(mine);
        BlockBackend reference = subject.reference().blockBackend().make(xen);
        for (Op op : ops) {
            compare(op, op.happen(part, mine), op.happen(reference, xen));
            Lines.difference(op.toString(), mine, xen)
                    .ifPresent(difference -> {
                        throw difference;
                    });
        }
    }

    private static void compare(Op op, String answer, String wanted) {
        if (!answer.equals(wanted)) {
            throw new CheckFailed(op.rule(), op + " answered " + answer, "answers " + wanted);
        }
    }
}
