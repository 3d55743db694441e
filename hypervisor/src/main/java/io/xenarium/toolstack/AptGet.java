package io.xenarium.toolstack;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.stream.Stream;

/// Debian's archive, reached with the machine's own `apt-get download`, which needs no rights and
/// installs nothing. What was downloaded is gone when this is closed.
final class AptGet implements AutoCloseable {
    private static final int MINUTES = 10;

    private final Path work;
    private final Consumer<String> teller;

    /// @param teller hears what is being downloaded
    AptGet(Consumer<String> teller) {
        this.teller = teller;
        try {
            work = Files.createTempDirectory("xenarium-fetch");
        } catch (IOException failed) {
            throw new Refused(
                    "there is no room for downloads: set TMPDIR to a folder that can be written to"
                            + " (%s)".formatted(failed.getMessage()));
        }
    }

    /// Downloads a package. Returns the file.
    ///
    /// @throws Refused where it cannot be had, saying what to do
    Path download(String name) throws IOException {
        Path folder = Files.createTempDirectory(work, "package");
        Path log = folder.resolve("log");
        teller.accept("apt-get download " + name);
        waitFor(name, start(name, folder, log));
        try (Stream<Path> files = Files.list(folder)) {
            return files.filter(file -> file.toString().endsWith(".deb"))
                    .findFirst()
                    .orElseThrow(() -> failed(name, log));
        }
    }

    /// One file out of a package.
    byte[] file(String name, String path) throws IOException {
        Path debian = download(name);
        return DebianPackage.file(debian, path)
                .orElseThrow(() ->
                        new Refused(
                                "%s has no %s: this release of Debian cannot be used"
                                        .formatted(debian.getFileName(), path)));
    }

    /// Downloads the kernel of a flavour, which a package without contents of its own names.
    Path kernel(String flavour) throws IOException {
        String name = "linux-image-" + flavour;
        return download(
                DebianPackage.firstDependency(download(name))
                        .orElseThrow(() ->
                                new Refused(
                                        "the package %s names no kernel: this release of Debian"
                                                + " cannot be used".formatted(name))));
    }

    private static Process start(String name, Path folder, Path log) {
        try {
            return new ProcessBuilder("apt-get", "download", name)
                    .directory(folder.toFile())
                    .redirectErrorStream(true)
                    .redirectOutput(log.toFile())
                    .start();
        } catch (IOException missing) {
            throw new Refused(
                    "there is no apt-get here: run `xenarium guest fetch` on a Debian or Ubuntu and"
                            + " copy its folder ~/.cache/xenarium/guests to this machine");
        }
    }

    private static void waitFor(String name, Process process) {
        try {
            if (!process.waitFor(MINUTES, TimeUnit.MINUTES)) {
                process.destroy();
                throw new Refused(
                        "`apt-get download %s` took over %d minutes: is there a network?"
                                .formatted(name, MINUTES));
            }
        } catch (InterruptedException interrupted) {
            process.destroy();
            throw new Refused("`apt-get download %s` was interrupted".formatted(name));
        }
    }

    private static Refused failed(String name, Path log) {
        String why = "it said nothing";
        try {
            List<String> lines = Files.readAllLines(log);
            why = lines.isEmpty() ? why : lines.getLast();
        } catch (IOException unreadable) {
            why = unreadable.getMessage();
        }
        return new Refused(
                "`apt-get download %s` failed (%s): try `sudo apt-get update` first"
                        .formatted(name, why));
    }

    @Override
    public void close() {
        try {
            Folders.remove(work);
        } catch (IOException left) {
            teller.accept("%s could not be removed: %s".formatted(work, left.getMessage()));
        }
    }
}
