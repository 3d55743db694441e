package io.xenarium.cli;

import io.xenarium.lab.CheckEvent;
import io.xenarium.lab.LabFolder;
import io.xenarium.lab.Report;
import io.xenarium.lab.Runner;
import io.xenarium.lab.Verdict;
import io.xenarium.lab.Words;
import io.xenarium.lab.Workspace;
import io.xenarium.parts.Parts;

import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;

/// The lab runner as the commands use it: on the workbook that they stand in, against the reference
/// on the class path, with a watchdog. Kept warm by `watch`.
final class LabRun {
    /// Longer than all checks of a lab take on a slow machine that does other things as well.
    private static final int PATIENCE_SECONDS = 120;

    private final Path root = LabFolder.root();
    private final Workspace workspace = new Workspace(root);
    private final Runner runner = new Runner(root, Parts.reference(LabRun.class.getClassLoader()));
    private final ScheduledExecutorService watchdog =
            Executors.newSingleThreadScheduledExecutor(task -> {
                Thread thread = new Thread(task, "watchdog");
                thread.setDaemon(true);
                return thread;
            });

    Path root() {
        return root;
    }

    Workspace workspace() {
        return workspace;
    }

    /// Runs the checks, telling each verdict to `out`, and then the report.
    Report tell(String what, PrintWriter out) {
        Report report = check(what, out);
        out.println();
        out.print(Words.report(report));
        out.flush();
        return report;
    }

    /// Runs the checks; tells each verdict to `progress` where it is not null.
    Report check(String what, PrintWriter progress) {
        ScheduledFuture<?> alarm =
                watchdog.schedule(LabRun::end, PATIENCE_SECONDS, TimeUnit.SECONDS);
        try {
            Report report =
                    runner.check(
                            what,
                            event -> {
                                if (progress != null) {
                                    tell(event, progress);
                                }
                            });
            workspace.remember(report);
            return report;
        } finally {
            alarm.cancel(false);
        }
    }

    Runner.Replay replay(io.xenarium.lab.Token token) {
        ScheduledFuture<?> alarm =
                watchdog.schedule(LabRun::end, PATIENCE_SECONDS, TimeUnit.SECONDS);
        try {
            return runner.replay(token);
        } finally {
            alarm.cancel(false);
        }
    }

    private static void tell(CheckEvent event, PrintWriter out) {
        switch (event) {
            case CheckEvent.Checking checking ->
                    out.println("checking lab " + checking.lab() + ", " + checking.title() + " …");
            // What is blocked stands in the table at the end, once.
            case CheckEvent.Judged judged when isBlocked(judged) -> {}
            case CheckEvent.Judged judged -> out.println(Words.line(judged.verdict()));
            case CheckEvent.Compiled _, CheckEvent.Recorded _, CheckEvent.Finished _ -> {}
        }
        out.flush();
    }

    private static boolean isBlocked(CheckEvent.Judged judged) {
        return judged.verdict().status() == Verdict.Status.BLOCKED;
    }

    /// The last resort: code that cannot be stopped in any other way.
    private static void end() {
        System.err.println(
                "xenarium: your part has run for "
                        + PATIENCE_SECONDS
                        + " seconds and cannot be stopped. Does a loop catch every Throwable?");
        Runtime.getRuntime().halt(3);
    }
}
