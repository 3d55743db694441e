package io.xenarium.lab;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

import java.nio.file.Path;
import java.util.List;

/// What checks cost, in steps. That the labs' own stay within their budgets is for [ChecksTest].
class BudgetsTest {
    private static final Path ROOT = LabFolder.root();

    @Test
    void theStepsOfALabAreTheSameEachTimeAndCountItsGuests() {
        LabFolder lab = LabFolder.of(ROOT, "05");
        Budgets.Cost cost = Budgets.measure(ROOT, lab);
        assertEquals(cost.steps(), Budgets.measure(ROOT, lab).steps());
        assertTrue(cost.steps().stream().allMatch(steps -> steps > 0), cost.toString());
        assertTrue(cost.steps().get(3) > 100_000, "no guest has run: " + cost);
    }

    @Test
    void aCostThatIsTooHighIsSaidWithItsBudget() {
        List<Long> quick = List.of(10_000L, 1_000_000L, 990_000L, 10_000_000L, 0L);
        assertEquals(List.of(), new Budgets.Cost("05", quick, quick).exceeded());
        List<Long> slow = List.of(10_001L, 1_000_000L, 990_000L, 10_000_001L, 0L);
        assertEquals(
                List.of(
                        "lab 05: T1 costs 10,001 steps, and may cost 10,000",
                        "lab 05: T1 to T3 costs 2,000,001 steps, and may cost 2,000,000",
                        "lab 05: T4 costs 10,000,001 steps, and may cost 10,000,000"),
                new Budgets.Cost("05", slow, slow).exceeded());
    }
}
