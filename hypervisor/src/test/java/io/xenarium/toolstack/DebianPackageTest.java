package io.xenarium.toolstack;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.apache.commons.compress.archivers.ar.ArArchiveEntry;
import org.apache.commons.compress.archivers.ar.ArArchiveOutputStream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;
import org.apache.commons.compress.archivers.tar.TarConstants;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.stream.Collectors;

class DebianPackageTest {
    @TempDir private Path folder;

    private final ByteArrayOutputStream contents = new ByteArrayOutputStream();
    private final TarArchiveOutputStream tar = new TarArchiveOutputStream(contents);
    private Path debian;

    @BeforeEach
    void aPackageWithALibraryAndALinkToIt() throws IOException {
        link("./lib/libc.so.6", "libc-2.36.so");
        file("./lib/libc-2.36.so", "library");
        file("./usr/share/doc/copyright", "text");
        link("./lib/lost.so.1", "nowhere.so");
        tar.close();
        debian = folder.resolve("package.deb");
        try (var ar = new ArArchiveOutputStream(Files.newOutputStream(debian))) {
            ar.putArchiveEntry(new ArArchiveEntry("data.tar", contents.size()));
            ar.write(contents.toByteArray());
            ar.closeArchiveEntry();
        }
    }

    @Test
    void onlyTheWantedFilesAreRead() throws IOException {
        assertEquals(
                Map.of("usr/share/doc/copyright", "text"),
                texts(DebianPackage.files(debian, path -> path.startsWith("usr/"))));
    }

    @Test
    void aLinkStandsForTheFileThatItLeadsTo() throws IOException {
        assertEquals(
                Map.of("lib/libc.so.6", "library", "lib/libc-2.36.so", "library"),
                texts(DebianPackage.files(debian, path -> path.startsWith("lib/"))));
    }

    private static Map<String, String> texts(Map<String, byte[]> files) {
        return files.entrySet().stream()
                .collect(
                        Collectors.toMap(
                                Map.Entry::getKey,
                                file -> new String(file.getValue(), StandardCharsets.US_ASCII)));
    }

    private void file(String path, String text) throws IOException {
        TarArchiveEntry entry = new TarArchiveEntry(path);
        entry.setSize(text.length());
        tar.putArchiveEntry(entry);
        tar.write(text.getBytes(StandardCharsets.US_ASCII));
        tar.closeArchiveEntry();
    }

    private void link(String path, String to) throws IOException {
        TarArchiveEntry entry = new TarArchiveEntry(path, TarConstants.LF_SYMLINK);
        entry.setLinkName(to);
        tar.putArchiveEntry(entry);
        tar.closeArchiveEntry();
    }
}
