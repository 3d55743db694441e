package io.xenarium.cli;

import io.xenarium.lab.LabFolder;
import io.xenarium.lab.LabProblem;
import io.xenarium.lab.Reset;

import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.concurrent.Callable;

/// `xenarium reset`: back to the skeleton, for a lab or for one task. What was there is kept.
@Command(
        name = "reset",
        mixinStandardHelpOptions = true,
        description = "Back to the skeleton, for a lab (05) or a task (05.2); keeps a backup.")
final class ResetCommand implements Callable<Integer> {
    @Spec private CommandSpec spec;

    @Parameters(paramLabel = "LAB", description = "A lab or a task, such as 05 or 05.2.")
    private String what;

    @Override
    public Integer call() {
        try {
            Path root = LabFolder.root();
            Path backup = new Reset(root).reset(what);
            PrintWriter out = spec.commandLine().getOut();
            out.println(what + " is back at its skeleton. What you had is in");
            out.println("  " + root.relativize(backup));
            out.flush();
            return 0;
        } catch (LabProblem problem) {
            throw new CommandFailed(problem.getMessage());
        }
    }
}
