package io.xenarium.toolstack;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/// Debian's Linux, on the shelf of guests: its kernels in their flavours, each with the archive
/// that it begins with, and a disk for all of them. The kernels are Debian's, unmodified; archive
/// and disk are made here of Debian's busybox and e2fsck.
public final class LinuxShelf {
    /// A build of Debian's kernel.
    public enum Flavour {
        /// For virtual machines: the drivers of real hardware are left out.
        CLOUD,
        /// With everything.
        AMD64;

        /// As the names of its packages end.
        public String debian() {
            return this == CLOUD ? "cloud-amd64" : "amd64";
        }

        /// The flavour of this name: what its package's name ends with, or how it begins.
        ///
        /// @throws Refused where there is none
        public static Flavour of(String name) {
            return Stream.of(values())
                    .filter(each ->
                            each.debian().equals(name)
                                    || each.name().toLowerCase(Locale.ROOT).equals(name))
                    .findFirst()
                    .orElseThrow(() ->
                            new Refused(
                                    "there is no flavour \"%s\" of Debian's Linux: say cloud or"
                                            + " amd64".formatted(name)));
        }
    }

    /// A kernel with the archive that it begins with.
    public record Kernel(Path image, Path ramdisk) {}

    private static final Pattern IMAGE = Pattern.compile("boot/vmlinuz-.*");

    /// Where the wanted modules lie, and all that they could need.
    private static final Pattern MODULE =
            Pattern.compile(
                    ".*/kernel/(fs|fs/ext4|fs/jbd2|lib|crypto|drivers/block|drivers/net)/[^/]+\\.ko");

    private static final List<String> WANTED = List.of("xen_blkfront", "ext4");

    private final Path folder;

    LinuxShelf(Path folder) {
        this.folder = folder;
    }

    /// The kernel of a flavour, where it was fetched.
    public Optional<Kernel> find(Flavour flavour) {
        Kernel kernel = kernel(flavour);
        return Optional.of(kernel)
                .filter(each ->
                        Files.isRegularFile(each.image) && Files.isRegularFile(each.ramdisk));
    }

    /// The disk, where it was made.
    public Optional<Path> disk() {
        return Optional.of(diskPath()).filter(Files::isRegularFile);
    }

    private Kernel kernel(Flavour flavour) {
        Path home = folder.resolve(flavour.debian());
        return new Kernel(home.resolve("vmlinuz"), home.resolve("initramfs.cpio"));
    }

    private Path diskPath() {
        return folder.resolve("disk.ext4");
    }

    /// Fetches the kernels and makes what belongs to them.
    ///
    /// @param teller hears what is being done
    /// @throws Refused where something cannot be had, saying what to do
    public void fetch(List<Flavour> flavours, Consumer<String> teller) {
        try (AptGet apt = new AptGet(teller)) {
            SmallLinux system =
                    new SmallLinux(
                            apt.file("busybox-static:amd64", "bin/busybox"),
                            apt.file("e2fsck-static:amd64", "sbin/e2fsck.static"));
            for (Flavour flavour : flavours) {
                fetch(flavour, apt, system);
            }
            teller.accept("making a disk with mke2fs");
            new Ext4Image(system).make(diskPath());
        } catch (IOException failed) {
            throw new Refused(
                    "Debian's Linux cannot be stored in %s: %s"
                            .formatted(folder, failed.getMessage()));
        }
    }

    private void fetch(Flavour flavour, AptGet apt, SmallLinux system) throws IOException {
        Map<String, byte[]> files =
                DebianPackage.files(
                        apt.kernel(flavour.debian()),
                        path -> IMAGE.matcher(path).matches() || MODULE.matcher(path).matches());
        byte[] image =
                files.entrySet().stream()
                        .filter(file -> IMAGE.matcher(file.getKey()).matches())
                        .map(Map.Entry::getValue)
                        .findFirst()
                        .orElseThrow(() ->
                                new Refused(
                                        "the package of Debian's %s kernel has no kernel"
                                                .formatted(flavour.debian())));
        XenNotes.of(KernelImage.elf(image));
        List<KernelModule> modules =
                files.entrySet().stream()
                        .filter(file -> MODULE.matcher(file.getKey()).matches())
                        .map(file -> KernelModule.of(file.getKey(), file.getValue()))
                        .toList();
        Kernel kernel = kernel(flavour);
        Folders.write(kernel.ramdisk, system.initramfs(KernelModule.inOrder(modules, WANTED)));
        Folders.write(kernel.image, image);
    }
}
