package io.xenarium.lab;

import java.util.List;

/// The outcome of a run of checks.
///
/// @param lab two digits
/// @param complaints of the compiler; where there are any, nothing was run
/// @param earned points of all tasks that were run
/// @param points that there were to get
/// @param millis from the start to the last verdict, wall time
public record Report(
        String lab,
        List<Compile.Complaint> complaints,
        List<TaskReport> tasks,
        List<Verdict> verdicts,
        int earned,
        int points,
        long millis) {
    /// The outcome for one task.
    ///
    /// @param status the worst of its checks, with failed before not yet written before blocked
    /// @param note why, in a few words: `blocked by 05.2`; empty where it passed
    public record TaskReport(
            String id,
            String title,
            Verdict.Status status,
            int passed,
            int checks,
            int earned,
            int points,
            String note) {}

    /// Whether everything passed.
    public boolean isGreen() {
        return complaints.isEmpty()
                && tasks.stream().allMatch(task -> task.status() == Verdict.Status.PASSED);
    }
}
