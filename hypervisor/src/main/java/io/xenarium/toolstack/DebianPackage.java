package io.xenarium.toolstack;

import io.airlift.compress.v3.zstd.ZstdInputStream;

import org.apache.commons.compress.archivers.ar.ArArchiveEntry;
import org.apache.commons.compress.archivers.ar.ArArchiveInputStream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.tukaani.xz.XZInputStream;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Predicate;
import java.util.zip.GZIPInputStream;

/// A Debian package as a file: an ar archive with, among others, a tar archive of what would be
/// installed, and one of what is said about it (deb(5)). It is only read; nothing in it is run.
final class DebianPackage {
    private static final String CONTENTS = "data.tar";
    private static final String CONTROL = "control.tar";

    private DebianPackage() {}

    /// The file of this path in a package, where there is one.
    static Optional<byte[]> file(Path debian, String path) throws IOException {
        return Optional.ofNullable(files(debian, path::equals).get(path));
    }

    /// The files of all wanted paths in a package. Under the name of a symbolic link there is the
    /// file that it leads to, where that is wanted, too, and lies in the same folder.
    static Map<String, byte[]> files(Path debian, Predicate<String> wanted) throws IOException {
        return inArchive(debian, CONTENTS, wanted);
    }

    /// The first package that a package says it depends on: what a package that has no contents of
    /// its own stands for.
    static Optional<String> firstDependency(Path debian) throws IOException {
        byte[] control =
                inArchive(debian, CONTROL, "control"::equals).getOrDefault("control", new byte[0]);
        return new String(control, StandardCharsets.UTF_8)
                .lines()
                .filter(line -> line.startsWith("Depends:"))
                .map(line -> line.substring("Depends:".length()).strip().split("[ ,(|]")[0])
                .filter(name -> name.matches("[a-z0-9][a-z0-9+.-]+"))
                .findFirst();
    }

    private static Map<String, byte[]> inArchive(
            Path debian, String archive, Predicate<String> wanted) throws IOException {
        try (ArArchiveInputStream members =
                new ArArchiveInputStream(Files.newInputStream(debian))) {
            ArArchiveEntry member = members.getNextEntry();
            while (member != null) {
                if (member.getName().startsWith(archive)) {
                    String packing = member.getName().substring(archive.length());
                    return filesInTar(unpacked(members, packing), wanted);
                }
                member = members.getNextEntry();
            }
        }
        return Map.of();
    }

    private static InputStream unpacked(InputStream packed, String packing) throws IOException {
        return switch (packing) {
            case "" -> packed;
            case ".gz" -> new GZIPInputStream(packed);
            case ".xz" -> new XZInputStream(packed);
            case ".zst" -> new ZstdInputStream(packed);
            default -> throw new IOException("the package is packed in an unknown way: " + packing);
        };
    }

    private static Map<String, byte[]> filesInTar(InputStream tar, Predicate<String> wanted)
            throws IOException {
        Map<String, byte[]> files = new TreeMap<>();
        Map<String, String> links = new TreeMap<>();
        TarArchiveInputStream entries = new TarArchiveInputStream(tar);
        TarArchiveEntry entry = entries.getNextEntry();
        while (entry != null) {
            String path = entry.getName().startsWith("./") ? entry.getName().substring(2) : "";
            if (entry.isSymbolicLink() && wanted.test(path)) {
                links.put(path, path.substring(0, path.lastIndexOf('/') + 1) + entry.getLinkName());
            } else if (entry.isFile() && wanted.test(path)) {
                files.put(path, entries.readAllBytes());
            }
            entry = entries.getNextEntry();
        }
        links.forEach((path, to) -> {
            if (files.containsKey(to)) {
                files.put(path, files.get(to));
            }
        });
        return files;
    }
}
