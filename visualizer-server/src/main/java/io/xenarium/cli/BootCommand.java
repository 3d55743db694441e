package io.xenarium.cli;

import io.xenarium.bench.CountedProcessor;
import io.xenarium.lab.LabFolder;
import io.xenarium.lab.LabProblem;
import io.xenarium.lab.LearnerParts;
import io.xenarium.machine.code.Engine;
import io.xenarium.machine.device.DiskFailed;
import io.xenarium.parts.Parts;
import io.xenarium.parts.Slot;
import io.xenarium.toolstack.DiskSpec;
import io.xenarium.toolstack.DiskSpec.Access;
import io.xenarium.toolstack.Ending;
import io.xenarium.toolstack.GuestShelf;
import io.xenarium.toolstack.Host;
import io.xenarium.toolstack.HostConfig;
import io.xenarium.toolstack.LinuxShelf;
import io.xenarium.toolstack.LinuxShelf.Flavour;
import io.xenarium.toolstack.Refused;
import io.xenarium.toolstack.XlConfig;

import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicLong;

/// `xenarium boot`: boots a paravirtual guest with its console on the terminal.
@Command(
        name = "boot",
        mixinStandardHelpOptions = true,
        description = {
            "Boot a paravirtual guest, its console on this terminal. Ctrl-] leaves.",
            "Where standard input is no terminal, it is typed as the guest becomes quiet, and the"
                    + " command ends with it, or with the guest."
        })
final class BootCommand implements Callable<Integer> {
    /// The most that a guest can have.
    private static final int MEMORY_MAX_MIB = 12288;

    private static final int DEFAULT_MIB = 128;
    private static final int LINUX_MIB = 256;

    /// From xvda to xvdp.
    private static final int DISKS_MAX = 16;

    @Parameters(
            paramLabel = "GUEST",
            arity = "0..1",
            defaultValue = "hello",
            description = "hello, our own small guest; grub or linux, once fetched.")
    private String guest;

    @Option(
            names = "--kernel",
            paramLabel = "FILE",
            description = "Any 64-bit ELF image built for Xen PV, instead of GUEST.")
    private Path kernel;

    @Option(names = "--ramdisk", paramLabel = "FILE", description = "Its initial ram disk.")
    private Path ramdisk;

    @Option(names = "--cmdline", paramLabel = "TEXT", description = "What the kernel is told.")
    private String cmdline = "";

    @Option(
            names = "--flavour",
            paramLabel = "NAME",
            description =
                    "Which build of Debian's Linux: cloud, for virtual machines, or amd64, with"
                            + " everything. Default: ${DEFAULT-VALUE}.")
    private String flavour = "cloud";

    @Option(
            names = "--disk",
            paramLabel = "FILE[,ro|,cow]",
            description =
                    "A disk, raw; the first is xvda, the next xvdb. What the guest writes goes into"
                            + " the file; with ,cow it is forgotten, with ,ro refused. Default for"
                            + " linux: the disk that was fetched with it.")
    private List<String> disks = List.of();

    @Option(
            names = "--memory",
            paramLabel = "MIB",
            description = "Memory of the guest. Default: 128, for linux 256.")
    private Optional<Integer> memory = Optional.empty();

    @Option(
            names = "--vcpus",
            paramLabel = "NUMBER",
            description = "Its virtual processors. Default: ${DEFAULT-VALUE}.")
    private int vcpus = 1;

    @Option(
            names = "--pcpus",
            paramLabel = "NUMBER",
            description =
                    "Physical processors of the machine, between which Xen shares the guest's"
                            + " virtual ones out. Default: ${DEFAULT-VALUE}.")
    private int pcpus = 1;

    @Option(
            names = "--date",
            paramLabel = "WHEN",
            description =
                    "What the machine's clock shows when it is switched on, or goes on with"
                            + " --from: now, or as in 2026-01-01T00:00:00Z. Default: now on a"
                            + " terminal, else that one, so that the run can be repeated. A Linux"
                            + " that goes on looks at it when it boots the next time.")
    private Optional<String> date = Optional.empty();

    @Option(
            names = "--keep",
            paramLabel = "FILE",
            description = "Keep the machine in a file when you leave it.")
    private Path keep;

    @Option(
            names = "--from",
            paramLabel = "FILE",
            description = "Go on with the machine in a file, instead of booting one.")
    private Path from;

    @Option(
            names = "--config",
            paramLabel = "FILE",
            description = "A configuration as for `xl create`, instead of all of the above.")
    private Path config;

    @Option(
            names = "--engine",
            paramLabel = "NAME",
            description =
                    "How guest code is executed: translator (fast) or interpreter. The run is the"
                            + " same. Default: ${DEFAULT-VALUE}.")
    private EngineName engine = EngineName.translator;

    /// The engines by the words of the command line.
    enum EngineName {
        translator(Engine.TRANSLATOR),
        interpreter(Engine.INTERPRETER);

        final Engine engine;

        EngineName(Engine engine) {
            this.engine = engine;
        }
    }

    @Mixin private MachineOptions machine;

    /// How many instructions a processor of the learner's has executed.
    private final AtomicLong own = new AtomicLong();

    @Override
    public Integer call() throws IOException {
        try {
            return from == null ? boot() : goOn();
        } catch (Refused | LabProblem | DiskFailed refused) {
            throw new CommandFailed(refused.getMessage());
        } catch (java.nio.file.NoSuchFileException missing) {
            throw new CommandFailed(missing.getMessage() + " does not exist: check the path");
        }
    }

    private int boot() throws IOException {
        XlConfig made = config == null ? configured() : XlConfig.parse(Files.readString(config));
        if (made.memoryMiB() < 1 || made.memoryMiB() > MEMORY_MAX_MIB) {
            throw new CommandFailed(
                    "--memory %d: give from 1 to %d MiB."
                            .formatted(made.memoryMiB(), MEMORY_MAX_MIB));
        }
        if (pcpus < 1 || pcpus > HostConfig.PROCESSORS_MAX) {
            throw new CommandFailed(
                    "--pcpus %d: give from 1 to %d.".formatted(pcpus, HostConfig.PROCESSORS_MAX));
        }
        requireRoom(made.memoryMiB());
        Host host =
                Host.of(
                        new HostConfig(
                                machine.seed,
                                HostConfig.memoryFor(made.memoryMiB()),
                                pcpus,
                                parts(),
                                engine.engine));
        host.xl().create(made);
        // Last, because making the guest takes a while, by which its clock would be late for ever.
        date().ifPresent(host::setDate);
        return atTerminal(host, made.name());
    }

    /// The guest's memory is memory of this computer.
    private static void requireRoom(int guestMiB) {
        var system =
                ManagementFactory.getPlatformMXBean(com.sun.management.OperatingSystemMXBean.class);
        long hasMiB = system.getTotalMemorySize() >> 20;
        if (HostConfig.memoryFor(guestMiB) > hasMiB) {
            throw new CommandFailed(
                    "--memory %d: this computer has %d MiB itself. Ask for less."
                            .formatted(guestMiB, hasMiB));
        }
    }

    /// What the machine's clock is set to, where it is set at all: where nobody watches, a run with
    /// the same seed shall be the same run tomorrow.
    private Optional<Instant> date() {
        if (date.isEmpty()) {
            return GuestTerminal.isWatched() ? Optional.of(Instant.now()) : Optional.empty();
        }
        if (date.get().equals("now")) {
            return Optional.of(Instant.now());
        }
        try {
            return Optional.of(Instant.parse(date.get()));
        } catch (DateTimeParseException unreadable) {
            throw new CommandFailed(
                    "--date %s: write now, or as in 2026-01-01T00:00:00Z.".formatted(date.get()));
        }
    }

    private int goOn() throws IOException {
        Host host = Host.from(from, parts());
        date().ifPresent(host::setDate);
        String name =
                host.xl().names().stream()
                        .findFirst()
                        .orElseThrow(() ->
                                new CommandFailed(
                                        "%s has no guest to go on with.".formatted(from)));
        return atTerminal(host, name);
    }

    private int atTerminal(Host host, String name) throws IOException {
        long before = host.hypervisor().retired();
        int code = new GuestTerminal(host, name).run();
        if (own.get() > 0) {
            System.out.printf(
                    "Of %,d instructions, your processor executed %,d.%n",
                    host.hypervisor().retired() - before, own.get());
        }
        if (keep != null) {
            host.keep(keep);
        }
        return code;
    }

    private XlConfig configured() {
        if (kernel != null) {
            String name = kernel.getFileName().toString();
            return made(name, kernel.toString(), ramdisk, DEFAULT_MIB);
        }
        return switch (guest) {
            case "hello" -> made(guest, guest, ramdisk, DEFAULT_MIB);
            case GuestShelf.GRUB -> made(guest, grub(), ramdisk, DEFAULT_MIB);
            case GuestShelf.LINUX -> linux();
            default ->
                    throw new CommandFailed(
                            "There is no guest \"%s\": say hello, grub, linux, or --kernel FILE."
                                    .formatted(guest));
        };
    }

    private XlConfig linux() {
        Flavour wanted = Flavour.of(flavour);
        LinuxShelf.Kernel found =
                GuestShelf.ofUser()
                        .linux()
                        .find(wanted)
                        .orElseThrow(() -> notFetched("Debian's Linux", "linux"));
        Path archive = ramdisk == null ? found.ramdisk() : ramdisk;
        if (disks.isEmpty()) {
            disks = GuestShelf.ofUser().linux().disk().map(Path::toString).stream().toList();
        }
        return made(guest, found.image().toString(), archive, LINUX_MIB);
    }

    private static String grub() {
        return GuestShelf.ofUser()
                .find(GuestShelf.GRUB)
                .orElseThrow(() -> notFetched("GRUB", "grub"))
                .toString();
    }

    private static CommandFailed notFetched(String what, String name) {
        return new CommandFailed(
                "%s has not been fetched yet: run `xenarium guest fetch %s` first."
                        .formatted(what, name));
    }

    private XlConfig made(String name, String image, Path archive, int defaultMiB) {
        return new XlConfig(
                        name.replaceAll("[^A-Za-z0-9._+-]", "-"),
                        image,
                        Optional.ofNullable(archive).map(Path::toString),
                        cmdline,
                        memory.orElse(defaultMiB),
                        vcpus)
                .with(specs(disks))
                .ending(Ending.Plan.REBOOT);
    }

    private static List<DiskSpec> specs(List<String> named) {
        List<DiskSpec> specs = new ArrayList<>();
        for (String each : named) {
            if (specs.size() == DISKS_MAX) {
                throw new CommandFailed("--disk: %d disks are the most.".formatted(DISKS_MAX));
            }
            boolean isCow = each.endsWith(",cow");
            boolean isReadOnly = each.endsWith(",ro");
            String target = each.replaceFirst(",(cow|ro|rw)$", "");
            specs.add(
                    new DiskSpec(
                            Path.of(target).toAbsolutePath().toString(),
                            "xvd" + (char) ('a' + specs.size()),
                            isCow ? Access.COW : isReadOnly ? Access.RO : Access.RW));
        }
        return specs;
    }

    private Parts parts() {
        Parts reference = Parts.reference(BootCommand.class.getClassLoader());
        return machine.mine.isEmpty()
                ? reference
                : counted(LearnerParts.load(LabFolder.root(), machine.mine, reference));
    }

    /// What a learner's processor did of a boot is worth knowing.
    private Parts counted(Parts parts) {
        Slot slot = Slot.PROCESSOR;
        return parts.isLent(slot)
                ? parts.with(
                        slot, CountedProcessor.maker(parts.processor(), own), parts.holder(slot))
                : parts;
    }
}
