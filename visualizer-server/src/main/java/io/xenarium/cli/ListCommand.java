package io.xenarium.cli;

import io.xenarium.lab.Lab;
import io.xenarium.lab.LabFolder;
import io.xenarium.lab.LabProblem;
import io.xenarium.lab.LabYaml;

import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.concurrent.Callable;

/// `xenarium list`: the labs and their tasks.
@Command(
        name = "list",
        mixinStandardHelpOptions = true,
        description = "The labs, their tasks, points and effort.")
final class ListCommand implements Callable<Integer> {
    @Spec private CommandSpec spec;

    @Override
    public Integer call() {
        PrintWriter out = spec.commandLine().getOut();
        try {
            Path root = LabFolder.root();
            for (LabFolder folder : LabFolder.all(root)) {
                print(LabYaml.read(folder), root.relativize(folder.sources()), out);
            }
        } catch (LabProblem problem) {
            throw new CommandFailed(problem.getMessage());
        }
        out.flush();
        return 0;
    }

    private static void print(Lab lab, Path sources, PrintWriter out) {
        out.printf(
                "Lab %s  %s   %d tasks · %d points · %s (%s)%n        %s%n",
                lab.id(),
                lab.title(),
                lab.tasks().size(),
                lab.points(),
                lab.effort().median(),
                lab.effort().source(),
                sources);
        for (Lab.Task task : lab.tasks()) {
            String after =
                    task.blockedBy().isEmpty()
                            ? ""
                            : "   after " + String.join(", ", task.blockedBy());
            out.printf(
                    "  %s  %-22s %d points   %s%s%n",
                    task.id(), task.title(), task.points(), task.size(), after);
        }
        out.println();
    }
}
