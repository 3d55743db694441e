package io.xenarium.lab06.check;

import io.xenarium.lab.Sequences;
import io.xenarium.lab.Subject;
import io.xenarium.parts.GuestTime;

import java.util.List;

/// Does the same operations on two equal worlds, one with the learner's part and one with the
/// reference, and compares the worlds after each. [Sequences] makes a failure short.
final class LockStep {
    private static final int OPERATIONS = 50;

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
        TimeWorld mine = Op.halfASecond();
        TimeWorld xen = Op.halfASecond();
        mine.told = told;
        Subject subject = Subject.current();
        GuestTime part = subject.mine().guestTime().make(mine);
        GuestTime reference = subject.reference().guestTime().make(xen);
        for (Op op : ops) {
            op.happen(part, mine);
            op.happen(reference, xen);
            Scene.difference(op.toString(), mine, xen)
                    .ifPresent(difference -> {
                        throw difference;
                    });
        }
    }
}
