package io.xenarium.cli;

import io.xenarium.lab.Lab;
import io.xenarium.lab.LabFolder;
import io.xenarium.lab.LabProblem;
import io.xenarium.lab.LabYaml;
import io.xenarium.lab.Workspace;

import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.Locale;
import java.util.concurrent.Callable;

/// `xenarium hint`: the next rung of a task's four hints, from a question to a worked sibling.
@Command(
        name = "hint",
        mixinStandardHelpOptions = true,
        description = "Help when you are stuck: four rungs, one at a time, never the answer.")
final class HintCommand implements Callable<Integer> {
    @Spec private CommandSpec spec;

    @Parameters(paramLabel = "TASK", description = "A task, such as 05.2.")
    private String task;

    @Option(
            names = "--rung",
            paramLabel = "1-4",
            description = "That rung, instead of the one after the last.")
    private Integer chosen;

    @Override
    public Integer call() {
        try {
            Path root = LabFolder.root();
            Lab.Task about = LabYaml.read(LabFolder.of(root, task.split("\\.")[0])).task(task);
            int rungs = about.hints().size();
            if (chosen != null && (chosen < 1 || chosen > rungs)) {
                throw new CommandFailed(2, "--rung " + chosen + ": there are 1 to " + rungs);
            }
            int rung = chosen == null ? new Workspace(root).nextRung(task, rungs) : chosen - 1;
            print(about, rung);
            return 0;
        } catch (LabProblem problem) {
            throw new CommandFailed(problem.getMessage());
        }
    }

    private void print(Lab.Task about, int rung) {
        Lab.Hint hint = about.hints().get(rung);
        PrintWriter out = spec.commandLine().getOut();
        out.printf(
                "%s %s   rung %d of %d: %s%n%n%s%n%n",
                about.id(),
                about.title(),
                rung + 1,
                about.hints().size(),
                hint.rung().name().toLowerCase(Locale.ROOT),
                Paragraph.wrapped(hint.text()));
        out.printf("%s · chapter %s%n", about.size(), about.docRef().replace("#", ", #"));
        out.flush();
    }
}
