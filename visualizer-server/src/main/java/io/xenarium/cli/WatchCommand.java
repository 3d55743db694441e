package io.xenarium.cli;

import io.xenarium.lab.LabFolder;
import io.xenarium.lab.LabProblem;
import io.xenarium.lab.LabYaml;

import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardWatchEventKinds;
import java.nio.file.WatchKey;
import java.nio.file.WatchService;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/// `xenarium watch`: checks a lab again whenever one of its files is saved.
@Command(
        name = "watch",
        mixinStandardHelpOptions = true,
        description = "Check a lab again at every save, until Ctrl-C.")
final class WatchCommand implements Callable<Integer> {
    /// An editor writes a file in several steps; what comes within this time is one save.
    private static final int SETTLE_MILLIS = 60;

    @Spec private CommandSpec spec;

    @Parameters(
            arity = "0..1",
            paramLabel = "LAB",
            description = "A lab or a task; without it, the last lab that was saved.")
    private String what;

    @Override
    public Integer call() throws IOException, InterruptedException {
        LabRun labs = new LabRun();
        PrintWriter out = spec.commandLine().getOut();
        try (WatchService watch = FileSystems.getDefault().newWatchService()) {
            for (LabFolder lab : wanted(labs)) {
                register(watch, lab);
            }
            if (what != null) {
                check(labs, what, out);
            }
            while (true) {
                out.println();
                out.println("watching; save a file to check it, Ctrl-C ends");
                out.flush();
                check(labs, saved(watch, labs), out);
            }
        }
    }

    private List<LabFolder> wanted(LabRun labs) {
        try {
            if (what == null) {
                return LabFolder.all(labs.root());
            }
            LabFolder lab = LabFolder.of(labs.root(), what.split("\\.")[0]);
            if (what.contains(".")) {
                LabYaml.read(lab).task(what);
            }
            return List.of(lab);
        } catch (LabProblem problem) {
            throw new CommandFailed(problem.getMessage());
        }
    }

    private static void register(WatchService watch, LabFolder lab) throws IOException {
        try (Stream<Path> folders = Files.walk(lab.sources())) {
            for (Path folder : folders.filter(Files::isDirectory).toList()) {
                folder.register(
                        watch,
                        StandardWatchEventKinds.ENTRY_CREATE,
                        StandardWatchEventKinds.ENTRY_MODIFY,
                        StandardWatchEventKinds.ENTRY_DELETE);
            }
        }
    }

    /// Waits for a save; returns what is to be checked for it.
    private String saved(WatchService watch, LabRun labs) throws InterruptedException {
        while (true) {
            WatchKey key = watch.take();
            Path folder = (Path) key.watchable();
            boolean isJava = false;
            while (key != null) {
                isJava |=
                        key.pollEvents().stream()
                                .anyMatch(
                                        event -> String.valueOf(event.context()).endsWith(".java"));
                key.reset();
                key = watch.poll(SETTLE_MILLIS, TimeUnit.MILLISECONDS);
            }
            if (isJava) {
                return what == null ? labOf(labs, folder) : what;
            }
        }
    }

    private static String labOf(LabRun labs, Path folder) {
        return LabFolder.all(labs.root()).stream()
                .filter(lab -> folder.startsWith(lab.folder()))
                .findFirst()
                .orElseThrow()
                .id();
    }

    private static void check(LabRun labs, String what, PrintWriter out) {
        try {
            labs.tell(what, out);
        } catch (LabProblem problem) {
            out.println("xenarium: " + problem.getMessage());
        }
    }
}
