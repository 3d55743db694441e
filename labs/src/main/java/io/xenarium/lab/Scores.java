package io.xenarium.lab;

import java.util.List;

/// Turns verdicts into points. A task's points are earned in the proportion of its checks that
/// passed, rounded down, so that the last point is there for the last check only.
final class Scores {
    private Scores() {}

    static Report report(Lab lab, List<Lab.Task> tasks, List<Verdict> verdicts, long millis) {
        List<Report.TaskReport> reports =
                tasks.stream().map(task -> report(task, verdicts)).toList();
        return new Report(
                lab.id(),
                List.of(),
                reports,
                List.copyOf(verdicts),
                reports.stream().mapToInt(Report.TaskReport::earned).sum(),
                tasks.stream().mapToInt(Lab.Task::points).sum(),
                millis);
    }

    static Report refused(
            Lab lab, List<Lab.Task> tasks, List<Compile.Complaint> complaints, long millis) {
        int points = tasks.stream().mapToInt(Lab.Task::points).sum();
        return new Report(lab.id(), complaints, List.of(), List.of(), 0, points, millis);
    }

    private static Report.TaskReport report(Lab.Task task, List<Verdict> all) {
        List<Verdict> own = all.stream().filter(each -> each.task().equals(task.id())).toList();
        int passed = (int) own.stream().filter(Scores::isPassed).count();
        Verdict worst = own.stream().filter(each -> !isPassed(each)).findFirst().orElse(null);
        return new Report.TaskReport(
                task.id(),
                task.title(),
                worst == null ? Verdict.Status.PASSED : worst.status(),
                passed,
                own.size(),
                own.isEmpty() ? 0 : task.points() * passed / own.size(),
                task.points(),
                worst == null ? "" : note(worst));
    }

    private static boolean isPassed(Verdict verdict) {
        return verdict.status() == Verdict.Status.PASSED;
    }

    private static String note(Verdict worst) {
        return switch (worst.status()) {
            case PASSED -> "";
            case FAILED -> worst.code() + " in T" + worst.tier();
            case NOT_YET -> "not written yet";
            case BLOCKED -> worst.text();
        };
    }
}
