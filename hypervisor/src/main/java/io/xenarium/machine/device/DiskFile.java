package io.xenarium.machine.device;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.HashMap;
import java.util.Map;

/// A disk's image in a file, raw: byte for byte what the disk has. A hole in it reads as zeros.
///
/// Where it keeps what is written, it remembers what was there before, because going back in time
/// still has to find that.
public final class DiskFile implements DiskImage, AutoCloseable {
    private final Path path;
    private final FileChannel file;
    private final long bytes;
    private final boolean isKept;
    private final Map<Long, byte[]> originals = new HashMap<>();

    private DiskFile(Path path, FileChannel file, boolean isKept) throws IOException {
        this.path = path;
        this.file = file;
        this.isKept = isKept;
        bytes = file.size();
    }

    /// Opens a file.
    ///
    /// @param isKept whether what is written goes into the file; then nobody else may have it open
    ///   for that
    /// @throws IOException where that cannot be; its message is for the user
    public static DiskFile open(Path path, boolean isKept) throws IOException {
        FileChannel file =
                isKept
                        ? FileChannel.open(path, StandardOpenOption.READ, StandardOpenOption.WRITE)
                        : FileChannel.open(path, StandardOpenOption.READ);
        try {
            if (isKept && !isLocked(file)) {
                throw new IOException("another guest writes to it");
            }
            return new DiskFile(path, file, isKept);
        } catch (IOException failed) {
            file.close();
            throw failed;
        }
    }

    /// The lock lasts as long as the channel.
    private static boolean isLocked(FileChannel file) throws IOException {
        try {
            FileLock lock = file.tryLock();
            return lock != null && lock.isValid();
        } catch (OverlappingFileLockException mine) {
            return false;
        }
    }

    @Override
    public long bytes() {
        return bytes;
    }

    @Override
    public boolean isKept() {
        return isKept;
    }

    @Override
    public void read(long index, byte[] block) {
        byte[] original = originals.get(index);
        if (original != null) {
            System.arraycopy(original, 0, block, 0, block.length);
            return;
        }
        java.util.Arrays.fill(block, (byte) 0);
        ByteBuffer buffer = ByteBuffer.wrap(block);
        long at = index * Disk.BLOCK_BYTES;
        try {
            int count = 0;
            while (buffer.hasRemaining() && count >= 0) {
                count = file.read(buffer, at + buffer.position());
            }
        } catch (IOException failed) {
            throw new DiskFailed("%s cannot be read: %s".formatted(path, words(failed)), failed);
        }
    }

    @Override
    public void keep(long index, byte[] block) {
        if (!isKept) {
            return;
        }
        if (!originals.containsKey(index)) {
            byte[] original = new byte[Disk.BLOCK_BYTES];
            read(index, original);
            originals.put(index, original);
        }
        long at = index * Disk.BLOCK_BYTES;
        int count = (int) Math.min(block.length, bytes - at);
        ByteBuffer buffer = ByteBuffer.wrap(block, 0, Math.max(0, count));
        try {
            while (buffer.hasRemaining()) {
                file.write(buffer, at + buffer.position());
            }
        } catch (IOException failed) {
            throw new DiskFailed("%s cannot be written: %s".formatted(path, words(failed)), failed);
        }
    }

    @Override
    public void force() {
        try {
            if (isKept) {
                file.force(false);
            }
        } catch (IOException failed) {
            throw new DiskFailed("%s cannot be written: %s".formatted(path, words(failed)), failed);
        }
    }

    private static String words(IOException failed) {
        return failed.getMessage() == null ? failed.toString() : failed.getMessage();
    }

    @Override
    public void close() throws IOException {
        file.close();
    }
}
