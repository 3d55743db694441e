package io.xenarium.toolstack;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/// Guests of others that have been fetched, in a folder of the user's: images are not part of
/// Xenarium, because they have licences and makers of their own.
public final class GuestShelf {
    /// The name of Debian's GRUB for Xen.
    public static final String GRUB = "grub";

    /// The Debian package that has the image ready-made, and where in it.
    private static final String GRUB_PACKAGE = "grub-xen-host";

    private static final String GRUB_PATH = "usr/lib/grub-xen/grub-x86_64-xen.bin";
    private static final int FETCH_MINUTES = 5;

    private final Path folder;

    /// A shelf in a folder, which need not exist.
    public GuestShelf(Path folder) {
        this.folder = folder;
    }

    /// The shelf of whoever runs this: in the folder that the system has for caches.
    public static GuestShelf ofUser() {
        return new GuestShelf(
                folder(
                        System.getenv(),
                        System.getProperty("os.name"),
                        System.getProperty("user.home")));
    }

    static Path folder(Map<String, String> environment, String system, String home) {
        String os = system.toLowerCase(Locale.ROOT);
        Path caches = Path.of(home, ".cache");
        if (environment.containsKey("XDG_CACHE_HOME")) {
            caches = Path.of(environment.get("XDG_CACHE_HOME"));
        } else if (os.contains("mac")) {
            caches = Path.of(home, "Library", "Caches");
        } else if (os.contains("windows") && environment.containsKey("LOCALAPPDATA")) {
            caches = Path.of(environment.get("LOCALAPPDATA"));
        }
        return caches.resolve("xenarium").resolve("guests");
    }

    /// Where the image of a guest lies, whether it was fetched or not.
    public Path path(String guest) {
        return folder.resolve(guest + ".elf");
    }

    /// The image of a guest, where it was fetched.
    public Optional<Path> find(String guest) {
        return Optional.of(path(guest)).filter(Files::isRegularFile);
    }

    /// Fetches Debian's GRUB with the machine's own `apt-get download`, which needs no rights and
    /// installs nothing. Returns where the image lies.
    ///
    /// @throws Refused where it cannot be had, saying what to do
    public Path fetchGrub() {
        try {
            Path work = Files.createTempDirectory("xenarium-fetch");
            try {
                byte[] image = unpack(download(work));
                XenNotes.of(KernelImage.elf(image));
                return put(image);
            } finally {
                remove(work);
            }
        } catch (IOException failed) {
            throw new Refused("the guest cannot be stored: " + failed.getMessage());
        }
    }

    private Path put(byte[] image) throws IOException {
        Files.createDirectories(folder);
        Path part = Files.createTempFile(folder, GRUB, ".part");
        Files.write(part, image);
        return Files.move(
                part,
                path(GRUB),
                StandardCopyOption.REPLACE_EXISTING,
                StandardCopyOption.ATOMIC_MOVE);
    }

    private static byte[] unpack(Path debian) throws IOException {
        return DebianPackage.file(debian, GRUB_PATH)
                .orElseThrow(() ->
                        new Refused(
                                "%s has no %s: this Debian's GRUB cannot be used"
                                        .formatted(debian.getFileName(), GRUB_PATH)));
    }

    private static Path download(Path work) throws IOException {
        Path log = work.resolve("log");
        Process process;
        try {
            process =
                    new ProcessBuilder("apt-get", "download", GRUB_PACKAGE)
                            .directory(work.toFile())
                            .redirectErrorStream(true)
                            .redirectOutput(log.toFile())
                            .start();
        } catch (IOException missing) {
            throw new Refused(
                    ("there is no apt-get here: on a Debian or Ubuntu, run `xenarium guest fetch"
                                    + " grub` or unpack %s from the package %s, and give the"
                                    + " file to `xenarium boot --kernel`")
                            .formatted(GRUB_PATH, GRUB_PACKAGE));
        }
        waitFor(process);
        try (Stream<Path> files = Files.list(work)) {
            return files.filter(file -> file.toString().endsWith(".deb"))
                    .findFirst()
                    .orElseThrow(() -> failed(log));
        }
    }

    private static void waitFor(Process process) {
        try {
            if (!process.waitFor(FETCH_MINUTES, TimeUnit.MINUTES)) {
                process.destroy();
                throw new Refused(
                        "`apt-get download %s` took over %d minutes: is there a network?"
                                .formatted(GRUB_PACKAGE, FETCH_MINUTES));
            }
        } catch (InterruptedException interrupted) {
            process.destroy();
            throw new Refused("`apt-get download` was interrupted");
        }
    }

    private static Refused failed(Path log) {
        String why = "it said nothing";
        try {
            List<String> lines = Files.readAllLines(log);
            why = lines.isEmpty() ? why : lines.getLast();
        } catch (IOException unreadable) {
            why = unreadable.getMessage();
        }
        return new Refused(
                "`apt-get download %s` failed (%s): try `sudo apt-get update` first"
                        .formatted(GRUB_PACKAGE, why));
    }

    private static void remove(Path work) throws IOException {
        try (Stream<Path> files = Files.list(work)) {
            for (Path file : files.toList()) {
                Files.delete(file);
            }
        }
        Files.delete(work);
    }
}
