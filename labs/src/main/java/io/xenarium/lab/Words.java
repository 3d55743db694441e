package io.xenarium.lab;

import java.util.ArrayList;
import java.util.List;

/// How verdicts and reports read, on a terminal and on the page alike.
public final class Words {
    private Words() {}

    /// You, Xen, See, Rule.
    static String fourLines(CheckFailed failed, Token token) {
        String how = failed.again().words();
        String see = (how.isEmpty() ? "" : how + "  →  ") + "xenarium replay " + token;
        String[] anchor = failed.rule().anchor().split("#");
        return """
        You:   %s
        Xen:   %s
        See:   %s
               %s
        Rule:  %s   (chapter %s, #%s)\
        """
                .formatted(
                        failed.you(),
                        failed.xen(),
                        see,
                        token.url(),
                        failed.rule().sentence(),
                        anchor[0],
                        anchor[1]);
    }

    /// One check in one line: `05.2 ✔ T1 contract: send sets the selector`.
    public static String line(Verdict verdict) {
        String mark =
                switch (verdict.status()) {
                    case PASSED -> "✔";
                    case FAILED -> "✘";
                    case NOT_YET -> "…";
                    case BLOCKED -> "·";
                };
        String line =
                "%s %s %s: %s"
                        .formatted(verdict.task(), mark, verdict.tierName(), verdict.sentence());
        return verdict.code().isEmpty()
                ? line
                : line + "   " + verdict.code() + "   " + verdict.headline();
    }

    /// The whole outcome: failures and next steps first met, then a line for each task.
    public static String report(Report report) {
        List<String> lines = new ArrayList<>();
        for (Compile.Complaint complaint : report.complaints()) {
            lines.add(complaint.toString());
        }
        if (!report.complaints().isEmpty()) {
            lines.add("It does not compile yet, so nothing was checked.");
            return String.join("\n", lines) + "\n";
        }
        for (Verdict verdict : report.verdicts()) {
            if (verdict.status() == Verdict.Status.FAILED) {
                lines.add(line(verdict));
                lines.add(verdict.text().indent(2).stripTrailing());
                lines.add("");
            }
        }
        remarks(report, lines);
        next(report, lines);
        for (Report.TaskReport task : report.tasks()) {
            lines.add(line(task));
        }
        lines.add("");
        lines.add(
                "%d of %d points · %.2f s"
                        .formatted(report.earned(), report.points(), report.millis() / 1000.0));
        return String.join("\n", lines) + "\n";
    }

    private static void remarks(Report report, List<String> lines) {
        for (Verdict verdict : report.verdicts()) {
            if (verdict.status() == Verdict.Status.PASSED && !verdict.text().isEmpty()) {
                lines.add(line(verdict));
                lines.add(verdict.text().indent(2).stripTrailing());
                lines.add("");
            }
        }
    }

    private static void next(Report report, List<String> lines) {
        report.verdicts().stream()
                .filter(verdict -> verdict.status() == Verdict.Status.NOT_YET)
                .findFirst()
                .ifPresent(verdict -> {
                    lines.add("Next: " + verdict.text());
                    lines.add("      `xenarium hint " + verdict.task() + "` helps when stuck");
                    lines.add("");
                });
    }

    private static String line(Report.TaskReport task) {
        String state =
                switch (task.status()) {
                    case PASSED -> "✔";
                    case FAILED -> "✘";
                    case NOT_YET -> "…";
                    case BLOCKED -> "·";
                };
        return "%s %s %-32s %2d/%d points   %d/%d checks   %s"
                .formatted(
                        task.id(),
                        state,
                        task.title(),
                        task.earned(),
                        task.points(),
                        task.passed(),
                        task.checks(),
                        task.note())
                .stripTrailing();
    }
}
