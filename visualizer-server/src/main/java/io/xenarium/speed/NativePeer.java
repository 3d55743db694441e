package io.xenarium.speed;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/// The real processor: the same workloads as an ordinary program, built here with gcc.
public final class NativePeer implements Peer {
    private static final String SOURCES = "hypervisor/src/bench/guest";

    private final Path root;
    private final Path folder;
    private String missing;

    /// @param root the project's folder, for the workloads' sources
    /// @param folder where the program is built
    public NativePeer(Path root, Path folder) {
        this.root = root;
        this.folder = folder;
    }

    @Override
    public String name() {
        return "native";
    }

    @Override
    public String missing() {
        if (missing == null) {
            missing = build();
        }
        return missing;
    }

    private String build() {
        boolean isX86 = System.getProperty("os.arch").equals("amd64");
        Path script = root.resolve(SOURCES).resolve("build");
        if (!isX86 || !Files.exists(script)) {
            return isX86 ? "the sources in " + SOURCES + " are not here" : "this is no x86-64";
        }
        try {
            Process build =
                    new ProcessBuilder("sh", script.toString(), folder.toString())
                            .redirectErrorStream(true)
                            .start();
            String said = new String(build.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            return build.waitFor() == 0
                    ? ""
                    : "gcc and binutils for x86-64 are needed to build it (%s)"
                            .formatted(said.lines().findFirst().orElse("no message"));
        } catch (IOException failed) {
            return "it cannot be built: " + failed.getMessage();
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
            return "the build was stopped";
        }
    }

    @Override
    public boolean runs(Workload workload) {
        return !workload.isPrivileged();
    }

    @Override
    public Run run(Workload workload, long rounds, double warmSeconds, int samples) {
        Process process = null;
        try {
            process =
                    new ProcessBuilder(
                                    folder.resolve("native").toString(),
                                    workload.name(),
                                    Long.toString(rounds),
                                    Long.toString(FOR_EVER))
                            .redirectError(ProcessBuilder.Redirect.DISCARD)
                            .start();
            BufferedReader lines = process.inputReader(StandardCharsets.US_ASCII);
            Samples taken = new Samples(warmSeconds, samples);
            String checksum = "";
            while (!taken.areEnough()) {
                String[] words = lines.readLine().split(" ");
                taken.add(Double.parseDouble(words[0]));
                checksum = checksum.isEmpty() ? words[1] : checksum;
            }
            return new Run(taken.seconds(), checksum, 0);
        } catch (IOException | RuntimeException failed) {
            throw new PeerFailed("the native program failed on " + workload.name(), failed);
        } finally {
            if (process != null) {
                process.destroyForcibly();
            }
        }
    }

    @Override
    public void close() {}
}
