package io.xenarium.bench;

import io.xenarium.bench.wire.ChildJvm;
import io.xenarium.toolstack.XlConfig;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/// A guest that can be booted.
///
/// @param id `hello`, `grub`, or the path of an ELF image
/// @param kernel what the toolstack knows it by
record GuestChoice(String id, String name, String kernel, int memoryMiB) {
    private static final int SMALL_MIB = 8;
    private static final int LARGE_MIB = 128;

    /// The guests that need no path.
    static List<GuestChoice> all() {
        return List.of(of("hello"));
    }

    static GuestChoice of(String id) {
        if (id.equals("hello")) {
            return new GuestChoice(id, "hello", "hello", SMALL_MIB);
        }
        Path file = Path.of(id);
        if (!Files.isReadable(file)) {
            throw new ChildJvm.Refused(
                    "There is no guest “%s”: say hello, grub, or the path of an image."
                            .formatted(id));
        }
        String name = file.getFileName().toString().replaceAll("[^A-Za-z0-9_-]", "-");
        return new GuestChoice(id, name, file.toAbsolutePath().toString(), LARGE_MIB);
    }

    XlConfig config() {
        return XlConfig.of(name, kernel, memoryMiB);
    }
}
