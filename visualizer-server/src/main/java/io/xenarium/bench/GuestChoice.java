package io.xenarium.bench;

import io.xenarium.toolstack.DiskSpec;
import io.xenarium.toolstack.Ending;
import io.xenarium.toolstack.GuestShelf;
import io.xenarium.toolstack.LinuxShelf;
import io.xenarium.toolstack.Refused;
import io.xenarium.toolstack.XlConfig;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// A guest that can be booted.
///
/// @param id `hello`, `grub`, `linux`, or the path of an ELF image
/// @param kernel what the toolstack knows it by
/// @param ramdisk what it begins with, where it needs something
/// @param disk the path of its disk, where it has one; what is written to it is forgotten, because
///   a run that can go back must not leave traces
record GuestChoice(
        String id,
        String name,
        String kernel,
        int memoryMiB,
        Optional<String> ramdisk,
        Optional<String> disk) {
    private GuestChoice(String id, String name, String kernel, int memoryMiB) {
        this(id, name, kernel, memoryMiB, Optional.empty(), Optional.empty());
    }

    private static final String HELLO = "hello";
    static final int SMALL_MIB = 8;
    private static final int LARGE_MIB = 128;

    /// The guests that need no path: our own, and those that were fetched.
    static List<GuestChoice> all() {
        List<GuestChoice> all = new ArrayList<>();
        all.add(of(HELLO));
        if (GuestShelf.ofUser().find(GuestShelf.GRUB).isPresent()) {
            all.add(of(GuestShelf.GRUB));
        }
        linux().ifPresent(all::add);
        return all;
    }

    private static Optional<GuestChoice> linux() {
        LinuxShelf shelf = GuestShelf.ofUser().linux();
        return shelf.find(LinuxShelf.Flavour.CLOUD)
                .map(kernel ->
                        new GuestChoice(
                                GuestShelf.LINUX,
                                GuestShelf.LINUX,
                                kernel.image().toString(),
                                LARGE_MIB,
                                Optional.of(kernel.ramdisk().toString()),
                                shelf.disk().map(Path::toString)));
    }

    static GuestChoice of(String id) {
        if (id.equals(HELLO)) {
            return new GuestChoice(id, HELLO, HELLO, SMALL_MIB);
        }
        if (id.equals(GuestShelf.GRUB)) {
            return GuestShelf.ofUser()
                    .find(id)
                    .map(file -> ofFile(id, file, id))
                    .orElseThrow(() ->
                            new Refused(
                                    "GRUB has not been fetched yet: run `xenarium guest"
                                            + " fetch`."));
        }
        if (id.equals(GuestShelf.LINUX)) {
            return linux().orElseThrow(() ->
                    new Refused(
                            "Linux has not been fetched yet: run `xenarium guest fetch"
                                    + " linux`."));
        }
        Path file = Path.of(id);
        if (!Files.isRegularFile(file)) {
            throw new Refused(
                    "There is no guest “%s”: say hello, grub, linux, or the path of an image."
                            .formatted(id));
        }
        return ofFile(id, file, file.getFileName().toString());
    }

    private static GuestChoice ofFile(String id, Path file, String name) {
        String plain = name.replaceAll("[^A-Za-z0-9_-]", "-");
        return new GuestChoice(id, plain, file.toAbsolutePath().toString(), LARGE_MIB);
    }

    XlConfig config() {
        return new XlConfig(name, kernel, ramdisk, "", memoryMiB, 1)
                .with(
                        disk.map(path -> new DiskSpec(path, "xvda", DiskSpec.Access.COW)).stream()
                                .toList())
                .ending(Ending.Plan.REBOOT);
    }
}
