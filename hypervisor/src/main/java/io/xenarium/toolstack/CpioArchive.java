package io.xenarium.toolstack;

import org.apache.commons.compress.archivers.cpio.CpioArchiveEntry;
import org.apache.commons.compress.archivers.cpio.CpioArchiveOutputStream;
import org.apache.commons.compress.archivers.cpio.CpioConstants;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;

/// The file system that a Linux kernel begins with, in the form that it wants: a cpio archive of
/// the format "newc" (Linux's Documentation/driver-api/early-userspace/buffer-format.rst).
///
/// Everything in it belongs to root and has the date 0, so that the same contents are the same
/// bytes.
final class CpioArchive {
    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    private final CpioArchiveOutputStream archive =
            new CpioArchiveOutputStream(bytes, CpioConstants.FORMAT_NEW);

    void folder(String path) throws IOException {
        put(entry(path, CpioConstants.C_ISDIR | 0755), new byte[0]);
    }

    void file(String path, int mode, byte[] contents) throws IOException {
        put(entry(path, CpioConstants.C_ISREG | mode), contents);
    }

    void link(String path, String to) throws IOException {
        put(entry(path, CpioConstants.C_ISLNK | 0777), to.getBytes(StandardCharsets.US_ASCII));
    }

    void characterDevice(String path, int major, int minor) throws IOException {
        CpioArchiveEntry entry = entry(path, CpioConstants.C_ISCHR | 0600);
        entry.setRemoteDeviceMaj(major);
        entry.setRemoteDeviceMin(minor);
        put(entry, new byte[0]);
    }

    /// Ends the archive and returns it.
    byte[] end() throws IOException {
        archive.close();
        return bytes.toByteArray();
    }

    private static CpioArchiveEntry entry(String path, int mode) {
        CpioArchiveEntry entry = new CpioArchiveEntry(CpioConstants.FORMAT_NEW, path);
        entry.setMode(mode);
        entry.setTime(0);
        return entry;
    }

    private void put(CpioArchiveEntry entry, byte[] contents) throws IOException {
        entry.setSize(contents.length);
        archive.putArchiveEntry(entry);
        archive.write(contents);
        archive.closeArchiveEntry();
    }
}
