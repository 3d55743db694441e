package io.xenarium.bench;

import io.xenarium.toolstack.GuestShelf;
import io.xenarium.toolstack.Refused;
import io.xenarium.toolstack.XlConfig;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/// A guest that can be booted.
///
/// @param id `hello`, `grub`, or the path of an ELF image
/// @param kernel what the toolstack knows it by
record GuestChoice(String id, String name, String kernel, int memoryMiB) {
    private static final String HELLO = "hello";
    private static final int SMALL_MIB = 8;
    private static final int LARGE_MIB = 128;

    /// The guests that need no path: our own, and GRUB where it was fetched.
    static List<GuestChoice> all() {
        List<GuestChoice> all = new ArrayList<>();
        all.add(of(HELLO));
        if (GuestShelf.ofUser().find(GuestShelf.GRUB).isPresent()) {
            all.add(of(GuestShelf.GRUB));
        }
        return all;
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
        Path file = Path.of(id);
        if (!Files.isRegularFile(file)) {
            throw new Refused(
                    "There is no guest “%s”: say hello, grub, or the path of an image."
                            .formatted(id));
        }
        return ofFile(id, file, file.getFileName().toString());
    }

    private static GuestChoice ofFile(String id, Path file, String name) {
        String plain = name.replaceAll("[^A-Za-z0-9_-]", "-");
        return new GuestChoice(id, plain, file.toAbsolutePath().toString(), LARGE_MIB);
    }

    XlConfig config() {
        return XlConfig.of(name, kernel, memoryMiB);
    }
}
