package io.xenarium.lab;

import java.util.ArrayList;
import java.util.List;
import java.util.function.BiFunction;
import java.util.function.LongFunction;
import java.util.stream.Collectors;

/// Tries seeded sequences of operations on a learner's part. Of one that fails it leaves out
/// whatever is not needed for the failure, and gives what is left a token by which the same
/// sequence is tried again.
///
/// @param <O> an operation
public final class Sequences<O> {
    private static final int SEEDS = 40;

    private final LongFunction<List<O>> random;
    private final BiFunction<List<O>, List<String>, CheckFailed> run;

    /// @param random the sequence of a seed, always the same
    /// @param run what fails when a sequence is executed, or null; tells the learner's side to the
    ///   list where that is not null
    public Sequences(
            LongFunction<List<O>> random, BiFunction<List<O>, List<String>, CheckFailed> run) {
        this.random = random;
        this.run = run;
    }

    /// Tries many seeds, or the one case that is to be repeated.
    ///
    /// @throws CheckFailed the first failure, shortened
    public void check() {
        Subject subject = Subject.current();
        if (subject.isReplay()) {
            repeat(subject);
            return;
        }
        for (int seed = 1; seed <= SEEDS; seed++) {
            List<O> operations = random.apply(seed);
            CheckFailed failed = run.apply(operations, null);
            if (failed != null) {
                throw smallest(seed, operations, failed);
            }
        }
    }

    private void repeat(Subject subject) {
        String[] data = subject.replayData().split("-");
        List<O> all = random.apply(Long.parseLong(data[0]));
        List<O> operations = new ArrayList<>();
        for (String index : data[1].split("\\.")) {
            operations.add(all.get(Integer.parseInt(index)));
        }
        CheckFailed failed = run.apply(operations, subject.steps());
        if (failed != null) {
            throw failed.seen(new CheckFailed.Again("", subject.replayData()));
        }
    }

    /// The failure with as few operations as leaving out one at a time can get to.
    private CheckFailed smallest(int seed, List<O> all, CheckFailed first) {
        List<Integer> kept = new ArrayList<>();
        for (int i = 0; i < all.size(); i++) {
            kept.add(i);
        }
        CheckFailed failed = first;
        for (int i = all.size() - 1; i >= 0; i--) {
            List<Integer> fewer = new ArrayList<>(kept);
            fewer.remove(Integer.valueOf(i));
            CheckFailed still = run.apply(fewer.stream().map(all::get).toList(), null);
            if (still != null && still.rule().equals(first.rule())) {
                kept = fewer;
                failed = still;
            }
        }
        String data = kept.stream().map(String::valueOf).collect(Collectors.joining("."));
        String words =
                "%d of %d operations are enough (seed %d)".formatted(kept.size(), all.size(), seed);
        return failed.seen(new CheckFailed.Again(words, seed + "-" + data));
    }
}
