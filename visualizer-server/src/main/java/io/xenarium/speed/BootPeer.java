package io.xenarium.speed;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/// Something that boots Linux with its console on standard output, as a process of its own.
///
/// @param command how it is called
/// @param beginning what its output shows when the clock is to start; nothing where what the
///   process needs to start counts, too
public record BootPeer(String name, List<String> command, String beginning) {
    private static final long PATIENCE_SECONDS = 900;

    /// Lines at which the clock is read, in their order: the kernel's first, the end of its early
    /// memory set-up, the first program, and the shell.
    public static final List<Mark> MARKS =
            List.of(
                    new Mark("first line", "Linux version"),
                    new Mark("memory ready", "Memory: "),
                    new Mark("init", "Run /init"),
                    new Mark("shell", "xenarium:"));

    /// A moment of a boot.
    ///
    /// @param text what is on the console then
    public record Mark(String name, String text) {}

    /// One boot, in seconds.
    ///
    /// @param before from the start of the process until the clock starts: what a machine needs
    ///   that has to boot a hypervisor and its domain 0 first
    /// @param marks from there to each of [#MARKS]
    public record Boot(double before, List<Double> marks) {
        /// From the start of the process to the shell.
        public double whole() {
            return before + marks.getLast();
        }
    }

    /// A peer whose clock starts with its process.
    public BootPeer(String name, List<String> command) {
        this(name, command, "");
    }

    /// Boots once.
    ///
    /// @throws PeerFailed where it does not get to its shell
    public Boot boot() {
        long start = System.nanoTime();
        Process process = started();
        try (InputStream console = process.getInputStream()) {
            return times(console, start);
        } catch (IOException failed) {
            throw new PeerFailed(name + " could not be read: " + failed.getMessage());
        } finally {
            end(process);
        }
    }

    private Process started() {
        try {
            return new ProcessBuilder(command).redirectErrorStream(true).start();
        } catch (IOException missing) {
            throw new PeerFailed(name + " cannot be started: " + missing.getMessage());
        }
    }

    private Boot times(InputStream console, long start) throws IOException {
        List<Double> times = new ArrayList<>();
        StringBuilder said = new StringBuilder();
        byte[] buffer = new byte[8192];
        double zero = 0;
        int from = beginning.isEmpty() ? 0 : -1;
        while (times.size() < MARKS.size()) {
            int count = console.read(buffer);
            double seconds = (System.nanoTime() - start) / 1e9;
            if (count < 0 || seconds > PATIENCE_SECONDS) {
                String last = said.substring(Math.max(0, said.length() - 200));
                throw new PeerFailed(name + " did not boot; its last words: " + last);
            }
            said.append(new String(buffer, 0, count, StandardCharsets.ISO_8859_1));
            if (from < 0) {
                from = said.indexOf(beginning);
                zero = seconds;
            }
            while (from >= 0
                    && times.size() < MARKS.size()
                    && said.indexOf(MARKS.get(times.size()).text, from) >= 0) {
                times.add(seconds - zero);
            }
        }
        return new Boot(zero, times);
    }

    private static void end(Process process) {
        process.destroy();
        try {
            if (!process.waitFor(5, TimeUnit.SECONDS)) {
                process.destroyForcibly();
            }
        } catch (InterruptedException stopped) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
        }
    }
}
