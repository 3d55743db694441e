package io.xenarium.toolstack;

import io.airlift.compress.v3.zstd.ZstdInputStream;

import org.apache.commons.compress.archivers.ar.ArArchiveEntry;
import org.apache.commons.compress.archivers.ar.ArArchiveInputStream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.tukaani.xz.XZInputStream;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.zip.GZIPInputStream;

/// A Debian package as a file: an ar archive with, among others, a tar archive of what would be
/// installed (deb(5)). It is only read; nothing in it is run.
final class DebianPackage {
    private static final String CONTENTS = "data.tar";

    private DebianPackage() {}

    /// The file of this path in a package, where there is one.
    static Optional<byte[]> file(Path debian, String path) throws IOException {
        try (ArArchiveInputStream members =
                new ArArchiveInputStream(Files.newInputStream(debian))) {
            ArArchiveEntry member = members.getNextEntry();
            while (member != null) {
                if (member.getName().startsWith(CONTENTS)) {
                    return fileInTar(unpacked(members, member.getName()), path);
                }
                member = members.getNextEntry();
            }
        }
        return Optional.empty();
    }

    private static InputStream unpacked(InputStream packed, String name) throws IOException {
        return switch (name.substring(CONTENTS.length())) {
            case "" -> packed;
            case ".gz" -> new GZIPInputStream(packed);
            case ".xz" -> new XZInputStream(packed);
            case ".zst" -> new ZstdInputStream(packed);
            default -> throw new IOException("the package is packed in an unknown way: " + name);
        };
    }

    private static Optional<byte[]> fileInTar(InputStream tar, String path) throws IOException {
        TarArchiveInputStream entries = new TarArchiveInputStream(tar);
        TarArchiveEntry entry = entries.getNextEntry();
        while (entry != null) {
            if (entry.isFile() && entry.getName().equals("./" + path)) {
                return Optional.of(entries.readAllBytes());
            }
            entry = entries.getNextEntry();
        }
        return Optional.empty();
    }
}
