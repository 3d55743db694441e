package io.xenarium.cli;

import io.xenarium.lab.Lab;
import io.xenarium.lab.LabFolder;
import io.xenarium.lab.LabProblem;
import io.xenarium.lab.LabYaml;
import io.xenarium.lab.Track;
import io.xenarium.lab.Tracks;

import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;

/// `xenarium list`: the labs and their tasks, all or those of a track.
@Command(
        name = "list",
        mixinStandardHelpOptions = true,
        description = {
            "The labs, their tasks, points and effort.",
            "With a track: those that it takes, in its order, and what each is for."
        })
final class ListCommand implements Callable<Integer> {
    @Option(
            names = "--track",
            paramLabel = "NAME",
            description = "Only a course's labs: a file in labs/tracks, such as core.")
    private Optional<String> track = Optional.empty();

    @Spec private CommandSpec spec;

    @Override
    public Integer call() {
        PrintWriter out = spec.commandLine().getOut();
        try {
            Path root = LabFolder.root();
            if (track.isPresent()) {
                print(Tracks.of(root, track.get()), root, out);
            } else {
                for (LabFolder folder : LabFolder.all(root)) {
                    print(LabYaml.read(folder), root.relativize(folder.sources()), out);
                }
                for (Track each : Tracks.all(root)) {
                    out.printf("Track %s: %s%n", each.id(), each.title());
                }
            }
        } catch (LabProblem problem) {
            throw new CommandFailed(problem.getMessage());
        }
        out.flush();
        return 0;
    }

    private static void print(Track track, Path root, PrintWriter out) {
        out.printf("%s%n%s%n%n", track.title(), track.audience());
        Map<String, LabFolder> there =
                LabFolder.all(root).stream().collect(Collectors.toMap(LabFolder::id, lab -> lab));
        for (Track.Step step : track.steps()) {
            LabFolder folder = there.get(step.lab());
            String size = folder == null ? "not in this edition" : size(LabYaml.read(folder));
            out.printf(
                    "  %s  %s, %s%n        %s%n        %s%n",
                    step.lab(), step.title(), step.when(), step.why(), size);
        }
    }

    private static String size(Lab lab) {
        return "%d tasks · %d points · %s (%s)"
                .formatted(
                        lab.tasks().size(),
                        lab.points(),
                        lab.effort().median(),
                        lab.effort().source());
    }

    private static void print(Lab lab, Path sources, PrintWriter out) {
        out.printf("Lab %s  %s   %s%n        %s%n", lab.id(), lab.title(), size(lab), sources);
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
