package io.xenarium.speed;

import io.xenarium.guest.Guests;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;

/// QEMU's system emulation with its translator TCG, and the very image that our engines run. The
/// time is taken here, between two lines on its serial port.
public final class QemuPeer implements Peer {
    private static final String QEMU = "qemu-system-x86_64";
    private static final int PATIENCE_SECONDS = 10;

    private final Path folder;
    private String missing;

    /// @param folder where the image is put for it
    public QemuPeer(Path folder) {
        this.folder = folder;
    }

    /// How QEMU is called to run `image` on a machine like ours, its first serial port on standard
    /// output.
    public static List<String> command(Path image, String commandLine) {
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
                "-device",
                "isa-debug-exit,iobase=0xf4,iosize=1",
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
    public Sample run(Workload workload, long rounds) {
        Process qemu = null;
        try {
            List<String> command = command(image(), workload.name() + " " + rounds);
            qemu =
                    new ProcessBuilder(command)
                            .redirectError(ProcessBuilder.Redirect.DISCARD)
                            .start();
            InputStream serial = qemu.getInputStream();
            awaitLine(serial, "begin");
            long start = System.nanoTime();
            int first = serial.read();
            double seconds = (System.nanoTime() - start) / 1e9;
            if (first != 'e') {
                throw new PeerFailed("QEMU stopped in the middle of " + workload.name());
            }
            String end = awaitLine(serial, "nd ");
            return new Sample(seconds, end.substring("nd ".length()), 0);
        } catch (IOException failed) {
            throw new PeerFailed("QEMU failed on " + workload.name(), failed);
        } finally {
            if (qemu != null) {
                end(qemu);
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

    private static void end(Process qemu) {
        try {
            if (!qemu.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
                qemu.destroyForcibly();
            }
        } catch (InterruptedException stopped) {
            qemu.destroyForcibly();
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void close() {}
}
