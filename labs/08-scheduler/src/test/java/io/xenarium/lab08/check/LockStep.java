package io.xenarium.lab08.check;

import io.xenarium.lab.Sequences;
import io.xenarium.lab.Subject;
import io.xenarium.parts.Scheduler;

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
        SchedWorld mine = new SchedWorld(Op.VCPUS, Op.PCPUS);
        SchedWorld xen = new SchedWorld(Op.VCPUS, Op.PCPUS);
        mine.told = told;
        Subject subject = Subject.current();
        Scheduler part = subject.mine().scheduler().make(mine);
        Scheduler reference = subject.reference().scheduler().make(xen);
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
