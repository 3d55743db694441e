package io.xenarium.lab;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/// What the checks of a lab may cost, so that its learner does not wait: the first tier answers at
/// once, the first three while one reads their names, the fourth before one gets up.
///
/// The cost is counted in steps, which are the same on every machine: the loops and calls of the
/// parts, the learner's and the reference's, and the instructions of the guests that run on them.
public final class Budgets {
    /// @param contract for the first tier: two seconds at the most
    /// @param quick for the first three together: ten seconds
    /// @param system for the fourth: a minute, most of which the guests take for themselves
    record Budget(long contract, long quick, long system) {}

    /// In a JVM that has just begun a step costs some ten microseconds, with what the check does
    /// around it; later a few.
    private static final Budget USUAL = new Budget(10_000, 2_000_000, 10_000_000);

    /// A builder goes through every frame of a domain, in plain loops: a hundred of its steps take
    /// as long as one of another part's.
    private static final Map<String, Budget> OTHERS =
            Map.of("07", new Budget(2_000_000, 10_000_000, 40_000_000));

    private static final int TIERS = 5;

    private Budgets() {}

    /// What the checks of one lab cost when its solution is checked.
    ///
    /// @param steps of each tier, from the first
    /// @param millis the same in wall time, on this machine, today
    public record Cost(String lab, List<Long> steps, List<Long> millis) {
        /// The budgets that are exceeded, in words.
        public List<String> exceeded() {
            List<String> wrong = new ArrayList<>();
            Budget budget = OTHERS.getOrDefault(lab, USUAL);
            require(wrong, "T1", steps.getFirst(), budget.contract);
            require(wrong, "T1 to T3", steps.get(0) + steps.get(1) + steps.get(2), budget.quick);
            require(wrong, "T4", steps.get(3), budget.system);
            return wrong;
        }

        private void require(List<String> wrong, String tiers, long cost, long budget) {
            if (cost > budget) {
                wrong.add(
                        "lab %s: %s costs %,d steps, and may cost %,d"
                                .formatted(lab, tiers, cost, budget));
            }
        }

        @Override
        public String toString() {
            StringBuilder line = new StringBuilder("lab " + lab);
            for (int tier = 0; tier < TIERS; tier++) {
                line.append(
                        "   T%d %,11d steps %5.2f s"
                                .formatted(tier + 1, steps.get(tier), millis.get(tier) / 1000.0));
            }
            return line.toString();
        }
    }

    /// Checks the solution of a lab, and counts.
    public static Cost measure(Path root, LabFolder lab) {
        LearnerParts parts = new LearnerParts();
        // A reference of its own: a run of it that another lab has seen would cost nothing here.
        Runner runner = new Runner(root, parts.solutions(root));
        Meter meter = new Meter();
        runner.check(lab, lab.id(), () -> parts.compile(lab.solutionSources()), meter);
        return meter.cost(lab);
    }

    private static List<Long> boxed(long[] values) {
        List<Long> boxed = new ArrayList<>();
        for (long value : values) {
            boxed.add(value);
        }
        return boxed;
    }

    /// Counts while checks run.
    static final class Meter implements Consumer<CheckEvent> {
        private final long[] steps = new long[TIERS];
        private final long[] millis = new long[TIERS];
        private long stepsBefore = StepBudget.total();
        private long nanosBefore = System.nanoTime();

        @Override
        public void accept(CheckEvent event) {
            if (event instanceof CheckEvent.Judged judged) {
                int tier = judged.verdict().tier() - 1;
                steps[tier] += StepBudget.total() - stepsBefore;
                millis[tier] += (System.nanoTime() - nanosBefore) / 1_000_000;
            }
            stepsBefore = StepBudget.total();
            nanosBefore = System.nanoTime();
        }

        /// What was counted so far.
        Cost cost(LabFolder lab) {
            return new Cost(lab.id(), boxed(steps), boxed(millis));
        }
    }
}
