package io.xenarium.cli;

import io.xenarium.lab.Budgets;
import io.xenarium.lab.Doctor;
import io.xenarium.lab.LabFolder;
import io.xenarium.lab.LabProblem;

import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/// `xenarium lab`: for those who write labs.
@Command(
        name = "lab",
        mixinStandardHelpOptions = true,
        synopsisSubcommandLabel = "COMMAND",
        description = "For authors of labs.")
final class LabCommand implements Runnable {
    @Spec private CommandSpec spec;

    @Override
    public void run() {
        spec.commandLine().usage(spec.commandLine().getOut());
    }

    @Command(
            name = "doctor",
            mixinStandardHelpOptions = true,
            description = "Hold every lab to the rules for labs.")
    int doctor(
            @Option(
                            names = "--budgets",
                            description =
                                    "Check every solution too, and what the checks cost, tier by"
                                            + " tier: two minutes.")
                    boolean withBudgets) {
        PrintWriter out = spec.commandLine().getOut();
        try {
            Path root = LabFolder.root();
            List<String> findings = new ArrayList<>(Doctor.examine(root));
            for (LabFolder lab : withBudgets ? LabFolder.all(root) : List.<LabFolder>of()) {
                Budgets.Cost cost = Budgets.measure(root, lab);
                out.println(cost);
                out.flush();
                findings.addAll(cost.exceeded());
            }
            findings.forEach(out::println);
            out.println(
                    findings.isEmpty() ? "All labs are in order." : findings.size() + " findings.");
            out.flush();
            return findings.isEmpty() ? 0 : 1;
        } catch (LabProblem problem) {
            throw new CommandFailed(problem.getMessage());
        }
    }
}
