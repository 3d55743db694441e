package io.xenarium.cli;

import io.xenarium.speed.Crowd;
import io.xenarium.speed.PeerFailed;
import io.xenarium.toolstack.GuestShelf;
import io.xenarium.toolstack.Host;
import io.xenarium.toolstack.LinuxShelf;
import io.xenarium.toolstack.Timeline;
import io.xenarium.toolstack.XlConfig;
import io.xenarium.trace.Topic;

import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.function.Consumer;

/// `xenarium bench guests`: what more guests cost on one computer, and what it costs that they can
/// be watched.
@Command(
        name = "guests",
        mixinStandardHelpOptions = true,
        description = {
            "Measure what guests cost as they become more: time to boot them all, memory beside the"
                    + " machine's own, and what they take of the processor while they idle.",
            "Then they boot once more, all of them, watched in several ways: by nobody; by a reader"
                + " of all events; by the history that the page goes back in. Times are processor"
                + " time; of several turns the least counts."
        })
final class BenchGuestsCommand implements Callable<Integer> {
    private static final int HELLO_MIB = 4;
    private static final int LINUX_MIB = 128;
    private static final int IDLE_SECONDS = 20;

    @Option(
            names = "--guest",
            paramLabel = "GUEST",
            description = "hello, or linux once fetched. Default: ${DEFAULT-VALUE}.")
    private String guest = "hello";

    @Option(
            names = "--most",
            paramLabel = "NUMBER",
            description = "How many there are in the end. Default: ${DEFAULT-VALUE}.")
    private int most = 16;

    @Option(
            names = "--samples",
            paramLabel = "NUMBER",
            description = "Turns of the watched runs. Default: ${DEFAULT-VALUE}.")
    private int samples = 5;

    @Spec private CommandSpec spec;

    /// A way to watch a computer.
    private record Watching(String name, Consumer<Host> how) {}

    private static final List<Watching> WATCHINGS =
            List.of(
                    new Watching("watched by nobody", _ -> {}),
                    new Watching(
                            "all events read",
                            host -> host.trace().listen(EnumSet.allOf(Topic.class), _ -> {})),
                    new Watching("with a history", Timeline::new));

    @Override
    public Integer call() {
        if (most < 1 || samples < 1) {
            throw new CommandFailed("--most and --samples: give 1 or more.");
        }
        Crowd.Kind kind = kind();
        try {
            crowds(kind);
            watched(kind);
        } catch (PeerFailed failed) {
            throw new CommandFailed(failed.getMessage());
        }
        return 0;
    }

    private Crowd.Kind kind() {
        if (guest.equals("hello")) {
            return new Crowd.Kind(XlConfig.of("hello", "hello", HELLO_MIB), "hello> ");
        }
        if (!guest.equals(GuestShelf.LINUX)) {
            throw new CommandFailed("--guest %s: say hello or linux.".formatted(guest));
        }
        LinuxShelf.Kernel kernel =
                GuestShelf.ofUser()
                        .linux()
                        .find(LinuxShelf.Flavour.CLOUD)
                        .orElseThrow(() ->
                                new CommandFailed(
                                        "Debian's Linux has not been fetched yet: run `xenarium"
                                                + " guest fetch linux` first."));
        Optional<String> ramdisk = Optional.of(kernel.ramdisk().toString());
        String image = kernel.image().toString();
        return new Crowd.Kind(new XlConfig("linux", image, ramdisk, "", LINUX_MIB, 1), "xenarium:");
    }

    private void crowds(Crowd.Kind kind) {
        PrintWriter out = spec.commandLine().getOut();
        out.println(
                "%-8s%16s%14s%12s%24s"
                        .formatted(
                                "guests", "to prompts", "machine", "heap", "idle, of a processor"));
        for (int count = 1; count <= most; count *= 2) {
            Crowd crowd = new Crowd(kind, count, _ -> {});
            double boot = crowd.boot();
            double idle = crowd.idle(IDLE_SECONDS) / IDLE_SECONDS;
            out.println(
                    "%-8d%14.3f s%10d MiB%8d MiB%22.3f %%"
                            .formatted(
                                    count, boot, crowd.machineMiB(), crowd.heapMiB(), idle * 100));
            out.flush();
        }
    }

    /// The ways take turns; the least time of each is the one that was disturbed least.
    private void watched(Crowd.Kind kind) {
        List<double[]> seconds = new ArrayList<>();
        WATCHINGS.forEach(_ -> seconds.add(new double[samples]));
        for (int turn = 0; turn < samples; turn++) {
            for (int i = 0; i < WATCHINGS.size(); i++) {
                seconds.get(i)[turn] = new Crowd(kind, most, WATCHINGS.get(i).how).boot();
            }
        }
        double least = Arrays.stream(seconds.getFirst()).min().orElseThrow();
        PrintWriter out = spec.commandLine().getOut();
        for (int i = 0; i < WATCHINGS.size(); i++) {
            double mine = Arrays.stream(seconds.get(i)).min().orElseThrow();
            out.println(
                    "%-20s%10.3f s%+9.1f %%"
                            .formatted(WATCHINGS.get(i).name, mine, (mine / least - 1) * 100));
        }
        out.flush();
    }
}
