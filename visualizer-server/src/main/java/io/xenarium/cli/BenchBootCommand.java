package io.xenarium.cli;

import io.xenarium.speed.BootPeer;
import io.xenarium.speed.PeerFailed;
import io.xenarium.toolstack.GuestShelf;
import io.xenarium.toolstack.LinuxShelf;

import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.stream.Stream;

/// `xenarium bench boot`: how long Debian's Linux takes to its shell, here and on QEMU.
@Command(
        name = "boot",
        mixinStandardHelpOptions = true,
        description = {
            "Measure how long Debian's cloud kernel takes to its shell's first line: as a guest of"
                    + " Xenarium, the start of Java included, and on a machine of QEMU's translator"
                    + " without Xen, with the same kernel and the same archive.",
            "The two take turns; the table has medians in seconds, and how long each stretch took."
        })
final class BenchBootCommand implements Callable<Integer> {
    private static final String QEMU = "qemu-system-x86_64";

    @Option(
            names = "--samples",
            paramLabel = "NUMBER",
            description = "Turns of which the median counts. Default: ${DEFAULT-VALUE}.")
    private int samples = 3;

    @Option(
            names = "--memory",
            paramLabel = "MIB",
            description = "Memory of the guest. Default: ${DEFAULT-VALUE}.")
    private int memory = 256;

    @Spec private CommandSpec spec;

    @Override
    public Integer call() {
        if (samples < 1) {
            throw new CommandFailed("--samples %d: give 1 or more.".formatted(samples));
        }
        LinuxShelf.Kernel kernel =
                GuestShelf.ofUser()
                        .linux()
                        .find(LinuxShelf.Flavour.CLOUD)
                        .orElseThrow(() ->
                                new CommandFailed(
                                        "Debian's Linux has not been fetched yet: run `xenarium"
                                                + " guest fetch linux` first."));
        PrintWriter out = spec.commandLine().getOut();
        List<BootPeer> peers = peers(kernel, out);
        List<List<List<Double>>> all = new ArrayList<>();
        peers.forEach(_ -> all.add(new ArrayList<>()));
        try {
            for (int turn = 0; turn < samples; turn++) {
                for (int i = 0; i < peers.size(); i++) {
                    all.get(i).add(peers.get(i).boot());
                }
            }
        } catch (PeerFailed failed) {
            throw new CommandFailed(failed.getMessage());
        }
        out.print(table(peers, all));
        out.flush();
        return 0;
    }

    private List<BootPeer> peers(LinuxShelf.Kernel kernel, PrintWriter out) {
        List<BootPeer> peers = new ArrayList<>();
        peers.add(new BootPeer("Xenarium", ours(kernel)));
        if (isInstalled()) {
            peers.add(new BootPeer("QEMU without Xen", qemu(kernel)));
        } else {
            out.println(
                    "Without QEMU: it is not installed (Debian: apt-get install qemu-system-x86).");
        }
        return peers;
    }

    private static boolean isInstalled() {
        return Stream.of(System.getenv().getOrDefault("PATH", "").split(":"))
                .anyMatch(folder -> Files.isExecutable(Path.of(folder, QEMU)));
    }

    private List<String> ours(LinuxShelf.Kernel kernel) {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(
                java.lang.management.ManagementFactory.getRuntimeMXBean().getInputArguments());
        command.addAll(List.of("-cp", System.getProperty("java.class.path")));
        command.addAll(List.of(Main.class.getName(), "boot"));
        command.addAll(List.of("--kernel", kernel.image().toString()));
        command.addAll(List.of("--ramdisk", kernel.ramdisk().toString()));
        command.addAll(List.of("--memory", Integer.toString(memory)));
        return command;
    }

    private List<String> qemu(LinuxShelf.Kernel kernel) {
        List<String> command = new ArrayList<>(List.of(QEMU, "-accel", "tcg", "-cpu", "qemu64"));
        command.addAll(List.of("-m", Integer.toString(memory), "-nodefaults", "-display", "none"));
        command.addAll(List.of("-no-reboot", "-serial", "stdio"));
        command.addAll(List.of("-kernel", kernel.image().toString()));
        command.addAll(List.of("-initrd", kernel.ramdisk().toString()));
        command.addAll(List.of("-append", "console=ttyS0"));
        return command;
    }

    private static String table(List<BootPeer> peers, List<List<List<Double>>> all) {
        StringBuilder text = new StringBuilder("%-20s".formatted("seconds"));
        BootPeer.MARKS.forEach(mark -> text.append("%16s".formatted("to " + mark.name())));
        text.append('\n');
        for (int peer = 0; peer < peers.size(); peer++) {
            text.append("%-20s".formatted(peers.get(peer).name()));
            double before = 0;
            for (int mark = 0; mark < BootPeer.MARKS.size(); mark++) {
                double median = median(all.get(peer), mark);
                text.append("%8.2f (+%5.2f)".formatted(median, median - before));
                before = median;
            }
            text.append('\n');
        }
        return text.toString();
    }

    private static double median(List<List<Double>> turns, int mark) {
        double[] sorted = turns.stream().mapToDouble(turn -> turn.get(mark)).sorted().toArray();
        int middle = sorted.length / 2;
        return sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
    }
}
