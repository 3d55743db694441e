package io.xenarium.cli;

import io.xenarium.lab.LabFolder;
import io.xenarium.lab.LabProblem;
import io.xenarium.lab.LabYaml;
import io.xenarium.lab.Report;

import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

import tools.jackson.databind.ObjectMapper;

import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;

/// `xenarium check`: runs the checks of a lab, of a task, or of all labs.
@Command(
        name = "check",
        mixinStandardHelpOptions = true,
        description = "Check your part of a lab (05) or of a task (05.2).",
        footer = {"", "Exit code 0: everything passed. 1: something did not. 2: wrong usage."})
final class CheckCommand implements Callable<Integer> {
    @Spec private CommandSpec spec;

    @Parameters(
            arity = "0..1",
            paramLabel = "LAB",
            description = "A lab or a task, such as 05 or 05.2; without it, all labs.")
    private String what;

    @Option(names = "--json", description = "Print the report as JSON, and nothing else.")
    private boolean isJson;

    @Option(
            names = "--answer",
            paramLabel = "ANSWER",
            description = "Your answer to a task that asks for one, such as 00.2.")
    private String answer;

    @Override
    public Integer call() {
        try {
            return run(new LabRun());
        } catch (LabProblem problem) {
            throw new CommandFailed(problem.getMessage());
        }
    }

    private int run(LabRun labs) {
        if (answer != null) {
            if (what == null || !what.contains(".")) {
                throw new CommandFailed(2, "--answer wants a task: xenarium check 00.2 --answer A");
            }
            LabFolder folder = LabFolder.of(labs.root(), what.split("\\.")[0]);
            LabYaml.read(folder).task(what);
            labs.workspace().answer(what, answer);
        }
        List<String> wanted =
                what == null
                        ? LabFolder.all(labs.root()).stream().map(LabFolder::id).toList()
                        : List.of(what);
        PrintWriter out = spec.commandLine().getOut();
        List<Report> reports = new ArrayList<>();
        for (String each : wanted) {
            reports.add(isJson ? labs.check(each, null) : labs.tell(each, out));
        }
        if (isJson) {
            out.println(
                    new ObjectMapper()
                            .writeValueAsString(what == null ? reports : reports.getFirst()));
            out.flush();
        }
        return reports.stream().allMatch(Report::isGreen) ? 0 : 1;
    }
}
