package io.xenarium.lab09.check;

import io.xenarium.lab.CheckFailed;
import io.xenarium.lab.Subject;
import io.xenarium.parts.Grants;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/// Does the same operations on two equal worlds, one with the learner's part and one with the
/// reference, and compares the worlds after each. Where they differ, it leaves out whatever is not
/// needed for it.
final class LockStep {
    private static final int SEEDS = 40;
    private static final int OPERATIONS = 60;

    private final List<Op.Kind> kinds;

    /// Works on operations of these kinds.
    LockStep(Op.Kind... kinds) {
        this.kinds = List.of(kinds);
    }

    /// Tries many seeds, or the one case that is to be repeated.
    void check() {
        Subject subject = Subject.current();
        if (subject.isReplay()) {
            repeat(subject);
            return;
        }
        for (int seed = 1; seed <= SEEDS; seed++) {
            List<Op> ops = Op.random(seed, OPERATIONS, kinds);
            CheckFailed failed = run(ops, null);
            if (failed != null) {
                throw smallest(seed, ops, failed);
            }
        }
    }

    private void repeat(Subject subject) {
        String[] data = subject.replayData().split("-");
        List<Op> all = Op.random(Long.parseLong(data[0]), OPERATIONS, kinds);
        List<Op> ops = new ArrayList<>();
        for (String index : data[1].split("\\.")) {
            ops.add(all.get(Integer.parseInt(index)));
        }
        CheckFailed failed = run(ops, subject.steps());
        if (failed != null) {
            throw failed.seen(new CheckFailed.Again("", subject.replayData(), ""));
        }
    }

    /// The failure with as few operations as leaving out one at a time can get to.
    private CheckFailed smallest(int seed, List<Op> all, CheckFailed first) {
        List<Integer> kept = new ArrayList<>();
        for (int i = 0; i < all.size(); i++) {
            kept.add(i);
        }
        CheckFailed failed = first;
        for (int i = all.size() - 1; i >= 0; i--) {
            List<Integer> fewer = new ArrayList<>(kept);
            fewer.remove(Integer.valueOf(i));
            CheckFailed still = run(fewer.stream().map(all::get).toList(), null);
            if (still != null && still.rule().equals(first.rule())) {
                kept = fewer;
                failed = still;
            }
        }
        String data = kept.stream().map(String::valueOf).collect(Collectors.joining("."));
        String words =
                "%d of %d operations are enough (seed %d)".formatted(kept.size(), all.size(), seed);
        return failed.seen(new CheckFailed.Again(words, seed + "-" + data, ""));
    }

    /// The first difference, null where there is none. Tells the learner's side to `told` where it
    /// is not null.
    private CheckFailed run(List<Op> ops, List<String> told) {
        GrantWorld mine = Op.granted();
        GrantWorld xen = Op.granted();
        if (told != null) {
            mine.told = told;
        }
        Subject subject = Subject.current();
        Grants part = subject.mine().grants().make(mine);
        Grants reference = subject.reference().grants().make(xen);
        try {
            for (Op op : ops) {
                compare(op, op.happen(part, mine), op.happen(reference, xen), mine, xen);
            }
        } catch (CheckFailed failed) {
            return failed;
        }
        return null;
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
