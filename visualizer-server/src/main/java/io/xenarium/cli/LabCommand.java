package io.xenarium.cli;

import io.xenarium.lab.Doctor;
import io.xenarium.lab.LabFolder;
import io.xenarium.lab.LabProblem;

import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

import java.io.PrintWriter;
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
    int doctor() {
        PrintWriter out = spec.commandLine().getOut();
        try {
            List<String> findings = Doctor.examine(LabFolder.root());
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
