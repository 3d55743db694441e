package io.xenarium.speed;

import io.xenarium.guest.Guests;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;

/// QEMU's system emulation with its translator TCG, and the very image that our engines run. Its
/// processor time is read between two lines on its serial port.
public final class QemuPeer implements Peer {
    private static final String QEMU = "qemu-system-x86_64";

    private final Path folder;
    private String missing;

    /// @param folder where the image is put for it
    public QemuPeer(Path folder) {
        this.folder = folder;
    }

    /// How QEMU is called to run `image` on a machine like ours, its first serial port on standard
    /// output. There is no port to switch it off, so that it can still be asked for its time when
    /// the guest is done.
    private static List<String> command(Path image, String commandLine) {
        return List.of(
                QEMU,
                "-accel",
                "tcg",
                "-m",
                "256",
                "-nodefaults",
                "-display",
                "none",
                "-no-reboot",
                "-serial",
                "stdio",
                "-kernel",
                image.toString(),
                "-append",
                commandLine);
    }

    @Override
    public String name() {
        return "QEMU";
    }

    @Override
    public String missing() {
        if (missing == null) {
            missing = prepare();
        }
        return missing;
    }

    private String prepare() {
        try {
            Process version = new ProcessBuilder(QEMU, "--version").start();
            version.getInputStream().readAllBytes();
            Files.write(image(), Guests.workloads());
            return version.waitFor() == 0 ? "" : QEMU + " does not start";
        } catch (IOException notThere) {
            return QEMU + " is not installed (Debian: apt-get install qemu-system-x86)";
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
            return "the look for it was stopped";
        }
    }

    private Path image() {
        return folder.resolve("workloads.elf");
    }

    @Override
    public boolean runs(Workload workload) {
        return true;
    }

    @Override
    public Run run(Workload workload, long rounds, double warmSeconds, int samples) {
        Process qemu = null;
        try {
            String line = "%s %d %d".formatted(workload.name(), rounds, FOR_EVER);
            List<String> command = command(image(), line);
            qemu =
                    new ProcessBuilder(command)
                            .redirectError(ProcessBuilder.Redirect.DISCARD)
                            .start();
            InputStream serial = qemu.getInputStream();
            awaitLine(serial, "begin");
            long start = processorNanos(qemu);
            Samples taken = new Samples(warmSeconds, samples);
            String checksum = "";
            while (!taken.areEnough()) {
                String end = awaitLine(serial, "end ");
                taken.add((processorNanos(qemu) - start) / 1e9);
                checksum = checksum.isEmpty() ? end.substring("end ".length()) : checksum;
            }
            return new Run(taken.seconds(), checksum, 0);
        } catch (IOException failed) {
            throw new PeerFailed("QEMU failed on " + workload.name(), failed);
        } finally {
            if (qemu != null) {
                qemu.destroyForcibly();
            }
        }
    }

    /// Reads lines until one begins with `begin`, and returns it.
    private static String awaitLine(InputStream in, String begin) throws IOException {
        var line = new StringBuilder();
        for (int next = in.read(); next >= 0; next = in.read()) {
            if (next != '\n') {
                line.append((char) next);
            } else if (line.toString().strip().startsWith(begin)) {
                return line.toString().strip();
            } else {
                line.setLength(0);
            }
        }
        throw new PeerFailed("QEMU never said \"" + begin + "\"");
    }

    /// How long QEMU's threads have had a processor, where Linux tells; else the time on the wall.
    private static long processorNanos(Process qemu) throws IOException {
        Path threads = Path.of("/proc/" + qemu.pid() + "/task");
        if (!Files.isDirectory(threads)) {
            return System.nanoTime();
        }
        long nanos = 0;
        try (DirectoryStream<Path> each = Files.newDirectoryStream(threads)) {
            for (Path thread : each) {
                nanos += threadNanos(thread);
            }
        }
        return nanos;
    }

    /// A thread that is gone meanwhile was none that executed the guest.
    private static long threadNanos(Path thread) throws IOException {
        try {
            return Long.parseLong(Files.readString(thread.resolve("schedstat")).split(" ")[0]);
        } catch (NoSuchFileException gone) {
            return 0;
        }
    }

    @Override
    public void close() {}
}
