package io.xenarium.cli;

import io.xenarium.speed.BootPeer;
import io.xenarium.speed.PeerFailed;
import io.xenarium.toolstack.Folders;
import io.xenarium.toolstack.GuestShelf;
import io.xenarium.toolstack.LinuxShelf;
import io.xenarium.toolstack.Refused;
import io.xenarium.toolstack.XenShelf;

import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.function.ToDoubleFunction;
import java.util.stream.Stream;

/// `xenarium bench boot`: how long Debian's Linux takes to its shell, here and on QEMU.
@Command(
        name = "boot",
        mixinStandardHelpOptions = true,
        description = {
            "Measure how long Debian's cloud kernel takes to its shell's first line: as a guest of"
                    + " Xenarium, the start of Java included; on a PC of QEMU's translator without"
                    + " Xen; and as a guest of Debian's Xen 4.17 on such a PC, from the moment"
                    + " when it is unpaused. All have the same kernel and the same archive.",
            "They take turns; the table has medians in seconds, and how long each stretch took."
                    + " Its last column counts from the start of each process: the PC with Xen has"
                    + " to boot Xen and domain 0 before there can be a guest."
        })
final class BenchBootCommand implements Callable<Integer> {
    private static final String QEMU = "qemu-system-x86_64";
    private static final String OURS = "Xenarium";
    private static final String PLAIN = "QEMU without Xen";
    private static final String XEN = "Xen on QEMU";

    /// What domain 0 has, and what QEMU's PC has beside its guest's memory.
    private static final int DOM0_MIB = 512;

    private static final int PC_MIB = DOM0_MIB + 128;

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

    @Option(
            names = "--only",
            paramLabel = "PEER",
            split = ",",
            description = "Only these: ours, plain (QEMU without Xen), xen. Default: all.")
    private Set<String> only = Set.of("ours", "plain", "xen");

    @Spec private CommandSpec spec;

    @Override
    public Integer call() throws IOException {
        if (samples < 1) {
            throw new CommandFailed("--samples %d: give 1 or more.".formatted(samples));
        }
        if (!Set.of("ours", "plain", "xen").containsAll(only)) {
            throw new CommandFailed(
                    "--only %s: there are ours, plain and xen.".formatted(String.join(",", only)));
        }
        Path folder = Files.createTempDirectory("xenarium-bench");
        try {
            measure(folder);
        } catch (PeerFailed failed) {
            throw new CommandFailed(failed.getMessage());
        } finally {
            Folders.remove(folder);
        }
        return 0;
    }

    private void measure(Path folder) throws IOException {
        LinuxShelf.Kernel kernel =
                GuestShelf.ofUser()
                        .linux()
                        .find(LinuxShelf.Flavour.CLOUD)
                        .orElseThrow(() ->
                                new CommandFailed(
                                        "Debian's Linux has not been fetched yet: run `xenarium"
                                                + " guest fetch linux` first."));
        PrintWriter out = spec.commandLine().getOut();
        List<BootPeer> peers = peers(kernel, folder, out);
        List<List<BootPeer.Boot>> all = new ArrayList<>();
        peers.forEach(_ -> all.add(new ArrayList<>()));
        for (int turn = 0; turn < samples; turn++) {
            for (int i = 0; i < peers.size(); i++) {
                all.get(i).add(peers.get(i).boot());
            }
        }
        out.print(table(peers, all));
        out.flush();
    }

    private List<BootPeer> peers(LinuxShelf.Kernel kernel, Path folder, PrintWriter out)
            throws IOException {
        List<BootPeer> peers = new ArrayList<>();
        if (only.contains("ours")) {
            peers.add(new BootPeer(OURS, ours(kernel)));
        }
        if (!isInstalled()) {
            out.println(
                    "Without QEMU: it is not installed (Debian: apt-get install qemu-system-x86).");
            return peers;
        }
        if (only.contains("plain")) {
            peers.add(new BootPeer(PLAIN, qemu(kernel)));
        }
        if (only.contains("xen")) {
            Optional<XenShelf.Host> host = host(out);
            if (host.isPresent()) {
                List<String> command = xen(host.get(), kernel, folder);
                peers.add(new BootPeer(XEN, command, XenShelf.UNPAUSING));
            }
        }
        return peers;
    }

    /// Debian's Xen with a domain 0, fetched where it is not there yet; nothing, and why, where it
    /// cannot be had.
    private Optional<XenShelf.Host> host(PrintWriter out) {
        XenShelf shelf = GuestShelf.ofUser().xen();
        try {
            return Optional.of(shelf.find().orElseGet(() -> shelf.fetch(out::println)));
        } catch (Refused refused) {
            out.println("Without Xen itself: " + refused.getMessage() + ".");
            return Optional.empty();
        } finally {
            out.flush();
        }
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

    /// SMAP and SMEP are left out: QEMU 7.2 reads the frame of an IRET with the rights of a kernel,
    /// and the first one that Xen makes would fail.
    private List<String> xen(XenShelf.Host host, LinuxShelf.Kernel kernel, Path folder)
            throws IOException {
        Path ramdisk = folder.resolve("dom0.cpio");
        Files.write(ramdisk, XenShelf.withGuest(host, kernel, "", memory));
        List<String> command =
                new ArrayList<>(List.of(QEMU, "-accel", "tcg", "-cpu", "max,-smap,-smep"));
        command.addAll(List.of("-m", Integer.toString(PC_MIB + memory), "-nodefaults"));
        command.addAll(List.of("-display", "none", "-no-reboot", "-serial", "stdio"));
        command.addAll(List.of("-kernel", host.xen().toString(), "-append"));
        command.add("console=com1 com1=115200,8n1 dom0_mem=%1$dM,max:%1$dM".formatted(DOM0_MIB));
        command.add("-initrd");
        command.add("%s console=hvc0 quiet,%s".formatted(host.kernel(), ramdisk));
        return command;
    }

    private static String table(List<BootPeer> peers, List<List<BootPeer.Boot>> all) {
        StringBuilder text = new StringBuilder("%-20s".formatted("seconds"));
        BootPeer.MARKS.forEach(mark -> text.append("%16s".formatted("to " + mark.name())));
        text.append("%16s%n".formatted("from power-on"));
        for (int peer = 0; peer < peers.size(); peer++) {
            text.append("%-20s".formatted(peers.get(peer).name()));
            double before = 0;
            for (int mark = 0; mark < BootPeer.MARKS.size(); mark++) {
                int which = mark;
                double median = median(all.get(peer), boot -> boot.marks().get(which));
                text.append("%8.2f (+%5.2f)".formatted(median, median - before));
                before = median;
            }
            text.append("%16.2f%n".formatted(median(all.get(peer), BootPeer.Boot::whole)));
        }
        return text.toString();
    }

    private static double median(
            List<BootPeer.Boot> turns, ToDoubleFunction<BootPeer.Boot> seconds) {
        double[] sorted = turns.stream().mapToDouble(seconds).sorted().toArray();
        int middle = sorted.length / 2;
        return sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
    }
}
