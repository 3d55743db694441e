package io.xenarium.toolstack;

import io.xenarium.guest.Guests;
import io.xenarium.terms.Bug;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Map;
import java.util.TreeMap;

/// The images that domains are made from, by name. What is in here never changes under its name, so
/// that a journal that names an image can be replayed.
public final class Images {
    /// Our own small guest, which is always there.
    public static final String HELLO = "hello";

    /// Larger than any kernel or ram disk; a wrong path may name anything.
    private static final long BYTES_MAX = 1L << 30;

    private static final int DIGEST_DIGITS = 12;

    private final Map<String, byte[]> byName = new TreeMap<>();
    private final Map<String, Elf> unpacked = new TreeMap<>();

    /// No image but our own.
    public Images() {
        byName.put(HELLO, Guests.hello());
    }

    /// Puts an image in, for configurations to name. Returns its name: `name`, with a digest behind
    /// where another image has that name already.
    public String put(String name, byte[] image) {
        byte[] known = byName.putIfAbsent(name, image.clone());
        if (known == null || java.util.Arrays.equals(known, image)) {
            return name;
        }
        String other = name + "@" + digest(image).substring(0, DIGEST_DIGITS);
        byName.put(other, image.clone());
        return other;
    }

    /// Whether there is an image of this name.
    boolean has(String name) {
        return byName.containsKey(name);
    }

    /// The ELF file in the image of this name, unpacked once.
    ///
    /// @throws Refused where there is none
    Elf elf(String name) {
        Elf known = unpacked.get(name);
        if (known == null) {
            known = KernelImage.elf(get(name));
            unpacked.put(name, known);
        }
        return known;
    }

    /// The image of this name: of a run that goes on elsewhere it may have to be read first.
    ///
    /// @throws Refused where there is none
    byte[] get(String name) {
        if (!byName.containsKey(name)) {
            find(name);
        }
        return byName.get(name);
    }

    /// Finds the image that a configuration names, here or as a file. Returns its name.
    ///
    /// @throws Refused where there is none
    String find(String named) {
        Path file = path(named);
        if (!Files.exists(file) && byName.containsKey(named)) {
            return named;
        }
        return put(named, read(file));
    }

    private static Path path(String named) {
        try {
            return Path.of(named);
        } catch (InvalidPathException notOne) {
            throw new Refused("\"%s\" can be no file: give the path of an image".formatted(named));
        }
    }

    private static byte[] read(Path file) {
        if (!Files.exists(file)) {
            throw new Refused("%s does not exist: check the path".formatted(file));
        }
        if (!Files.isRegularFile(file)) {
            throw new Refused("%s is no file: give the path of an image".formatted(file));
        }
        try {
            if (Files.size(file) > BYTES_MAX) {
                throw new Refused("%s is too large for an image".formatted(file));
            }
            return Files.readAllBytes(file);
        } catch (IOException failed) {
            throw new Refused(
                    "%s cannot be read: check who may read it (%s)"
                            .formatted(file, failed.getMessage()));
        }
    }

    private static String digest(byte[] image) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(image));
        } catch (NoSuchAlgorithmException impossible) {
            throw new Bug("every Java has SHA-256", impossible);
        }
    }
}
