package io.xenarium.toolstack;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/// Guests of others that have been fetched, in a folder of the user's: images are not part of
/// Xenarium, because they have licences and makers of their own.
public final class GuestShelf {
    /// The name of Debian's GRUB for Xen.
    public static final String GRUB = "grub";

    /// The name of Debian's Linux.
    public static final String LINUX = "linux";

    /// The name of Debian's Xen, which is no guest.
    public static final String XEN = "xen";

    /// The Debian package that has the image ready-made, and where in it.
    private static final String GRUB_PACKAGE = "grub-xen-host";

    private static final String GRUB_PATH = "usr/lib/grub-xen/grub-x86_64-xen.bin";

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

    /// Debian's Linux.
    public LinuxShelf linux() {
        return new LinuxShelf(folder.resolve(LINUX));
    }

    /// Debian's Xen with a domain 0.
    public XenShelf xen() {
        return new XenShelf(folder.resolve(XEN));
    }

    /// Fetches Debian's GRUB. Returns where the image lies.
    ///
    /// @throws Refused where it cannot be had, saying what to do
    public Path fetchGrub() {
        try (AptGet apt = new AptGet(_ -> {})) {
            byte[] image = apt.file(GRUB_PACKAGE, GRUB_PATH);
            XenNotes.of(KernelImage.elf(image));
            return Folders.write(path(GRUB), image);
        } catch (IOException failed) {
            throw new Refused("the guest cannot be stored: " + failed.getMessage());
        }
    }
}
