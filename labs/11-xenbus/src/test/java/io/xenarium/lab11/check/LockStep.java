package io.xenarium.lab11.check;

import io.xenarium.lab.CheckFailed;
import io.xenarium.lab.Sequences;
import io.xenarium.lab.Subject;
import io.xenarium.parts.SplitDriver;

import java.util.List;

/// Does the same operations with the learner's part and with the reference, and compares what came
/// of each. [Sequences] makes a failure short.
final class LockStep {
    private static final int OPERATIONS = 40;

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
        DeviceWorld mine = DeviceWorld.offering(1);
        DeviceWorld xen = DeviceWorld.offering(1);
        mine.told = told;
        Subject subject = Subject.current();
        SplitDriver part = subject.mine().splitDriver().make();
        SplitDriver reference = subject.reference().splitDriver().make();
        for (Op op : ops) {
            String came = op.happen(part, mine);
            String wanted = op.happen(reference, xen);
            if (!came.equals(wanted)) {
                throw new CheckFailed(op.rule(), "after " + op + ", " + came, wanted);
            }
        }
    }
}
