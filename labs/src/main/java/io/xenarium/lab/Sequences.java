package io.xenarium.lab;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.BiConsumer;
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
    private final BiConsumer<List<O>, List<String>> run;

    /// @param random the sequence of a seed, always the same
    /// @param run executes a sequence, and throws a [CheckFailed] where something is wrong; tells
    ///   the learner's side to the list where that is not null
    public Sequences(LongFunction<List<O>> random, BiConsumer<List<O>, List<String>> run) {
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
            Optional<CheckFailed> failed = failure(operations, null);
            if (failed.isPresent()) {
                throw smallest(seed, operations, failed.get());
            }
        }
    }

    private Optional<CheckFailed> failure(List<O> operations, List<String> told) {
        try {
            run.accept(operations, told);
            return Optional.empty();
        } catch (CheckFailed failed) {
            return Optional.of(failed);
        }
    }

    private void repeat(Subject subject) {
        String[] data = subject.replayData().split("-");
        List<O> all = random.apply(Long.parseLong(data[0]));
        List<O> operations = new ArrayList<>();
        for (String index : data[1].split("\\.")) {
            operations.add(all.get(Integer.parseInt(index)));
        }
        Optional<CheckFailed> failed = failure(operations, subject.steps());
        if (failed.isPresent()) {
            throw failed.get().seen(new CheckFailed.Again("", subject.replayData()));
        }
    }

    /// The failure with as few operations as leaving out one at a time can get to, and one at
    /// least.
    private CheckFailed smallest(int seed, List<O> all, CheckFailed first) {
        List<Integer> kept = new ArrayList<>();
        for (int i = 0; i < all.size(); i++) {
            kept.add(i);
        }
        CheckFailed failed = first;
        for (int i = all.size() - 1; i >= 0 && kept.size() > 1; i--) {
            List<Integer> fewer = new ArrayList<>(kept);
            fewer.remove(Integer.valueOf(i));
            Optional<CheckFailed> still = failure(fewer.stream().map(all::get).toList(), null);
            if (still.isPresent() && still.get().rule().equals(first.rule())) {
                kept = fewer;
                failed = still.get();
            }
        }
        String data = kept.stream().map(String::valueOf).collect(Collectors.joining("."));
        String words =
                "%d of %d operations are enough (seed %d)".formatted(kept.size(), all.size(), seed);
        return failed.seen(new CheckFailed.Again(words, seed + "-" + data));
    }
}
