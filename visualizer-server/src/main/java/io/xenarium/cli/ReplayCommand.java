package io.xenarium.cli;

import io.xenarium.lab.LabProblem;
import io.xenarium.lab.Runner;
import io.xenarium.lab.Token;
import io.xenarium.lab.Verdict;
import io.xenarium.lab.Words;

import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

import java.io.PrintWriter;
import java.util.concurrent.Callable;

/// `xenarium replay`: runs the one case that a token names, and tells it step by step.
@Command(
        name = "replay",
        mixinStandardHelpOptions = true,
        description = "Run the case of a failure's token again, step by step.",
        footer = {"", "Exit code 0: it passes now. 1: it still fails."})
final class ReplayCommand implements Callable<Integer> {
    @Spec private CommandSpec spec;

    @Parameters(paramLabel = "TOKEN", description = "From the See line: xn1:05:…")
    private String token;

    @Override
    public Integer call() {
        try {
            Runner.Replay replay = new LabRun().replay(Token.parse(token));
            PrintWriter out = spec.commandLine().getOut();
            int number = 1;
            for (String step : replay.steps()) {
                out.printf("%4d  %s%n", number++, step);
            }
            out.println();
            out.println(Words.line(replay.verdict()));
            out.print(replay.verdict().text().indent(2));
            out.flush();
            return replay.verdict().status() == Verdict.Status.PASSED ? 0 : 1;
        } catch (LabProblem problem) {
            throw new CommandFailed(problem.getMessage());
        }
    }
}
