package io.xenarium.toolstack;

import com.github.luben.zstd.ZstdInputStream;

import io.airlift.compress.v3.MalformedInputException;
import io.airlift.compress.v3.lz4.Lz4JavaDecompressor;

import org.tukaani.xz.SingleXZInputStream;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.zip.GZIPInputStream;

/// A Linux kernel as distributions ship it: a boot sector with a header, code that unpacks the rest
/// on a bare machine, and in it the kernel proper, packed (Linux's
/// Documentation/arch/x86/boot.rst). A paravirtual guest needs only the packed part.
///
/// 1. Its last four bytes say how long it is unpacked. What unpacks to anything else is damaged.
/// 2. Whatever the file claims, no more than [#UNPACKED_MAX] is unpacked.
final class BzImage {
    /// The largest kernel that is unpacked: several times Debian's.
    static final int UNPACKED_MAX = 512 << 20;

    private static final int MAGIC = 0x202;
    private static final int MAGIC_NUMBER = 0x53726448;
    private static final int SETUP_SECTORS = 0x1f1;
    private static final int PROTOCOL = 0x206;
    private static final int PAYLOAD_OFFSET = 0x248;
    private static final int PAYLOAD_LENGTH = 0x24c;
    private static final int HEADER_END = 0x250;
    private static final int SECTOR = 512;

    /// The first protocol whose header says where the packed kernel lies.
    private static final int PROTOCOL_WITH_PAYLOAD = 0x208;

    private static final int LZ4_LEGACY = 0x184c2102;
    private static final int LZ4_BLOCK_MAX = 8 << 20;
    private static final int GZIP = 0x8b1f;
    private static final int XZ = 0x587a37fd;
    private static final int ZSTD = 0xfd2fb528;

    /// What the dictionary of an xz stream may take, in KiB.
    private static final int XZ_MEMORY_MAX = 256 << 10;

    private final ByteBuffer packed;
    private final int unpackedBytes;

    private BzImage(ByteBuffer packed) {
        this.packed = packed;
        long claimed = Integer.toUnsignedLong(packed.getInt(packed.limit() - 4));
        if (claimed < 4 || claimed > UNPACKED_MAX) {
            throw new Refused(
                    "says that its kernel is %d bytes long, which cannot be: copy the file again"
                            .formatted(claimed));
        }
        unpackedBytes = (int) claimed;
    }

    /// Whether a file is such a kernel.
    static boolean is(byte[] image) {
        return image.length >= HEADER_END && header(image).getInt(MAGIC) == MAGIC_NUMBER;
    }

    /// Unpacks the kernel proper.
    ///
    /// @throws Refused where the file is damaged, or packed in a way that is not known
    static byte[] unpack(byte[] image) {
        ByteBuffer header = header(image);
        if (Short.toUnsignedInt(header.getShort(PROTOCOL)) < PROTOCOL_WITH_PAYLOAD) {
            throw new Refused("is a Linux kernel from before 2.6.26: give a newer one");
        }
        int sectors = Byte.toUnsignedInt(header.get(SETUP_SECTORS));
        long start =
                (sectors == 0 ? 5L : sectors + 1L) * SECTOR
                        + Integer.toUnsignedLong(header.getInt(PAYLOAD_OFFSET));
        long length = Integer.toUnsignedLong(header.getInt(PAYLOAD_LENGTH));
        if (length < 8 || start + length > image.length) {
            throw new Refused(
                    "is truncated: its packed kernel would lie beyond its %d bytes; copy the file again"
                            .formatted(image.length));
        }
        ByteBuffer packed = header.slice((int) start, (int) length).order(ByteOrder.LITTLE_ENDIAN);
        return new BzImage(packed).unpack();
    }

    private static ByteBuffer header(byte[] image) {
        return ByteBuffer.wrap(image).order(ByteOrder.LITTLE_ENDIAN);
    }

    private byte[] unpack() {
        byte[] kernel;
        try {
            kernel = unpackBy(packed.getInt(0));
        } catch (IOException | IllegalArgumentException | IndexOutOfBoundsException damaged) {
            throw damaged("cannot be unpacked (%s)".formatted(damaged.getMessage()));
        }
        if (kernel.length != unpackedBytes) {
            throw damaged("unpacks to %d bytes".formatted(kernel.length));
        }
        return kernel;
    }

    private Refused damaged(String what) {
        return new Refused(
                "is damaged: its kernel of %d bytes %s; copy the file again"
                        .formatted(unpackedBytes, what));
    }

    private byte[] unpackBy(int magic) throws IOException {
        if ((magic & 0xffff) == GZIP) {
            return read(new GZIPInputStream(stream(packed.limit())));
        }
        int withoutLength = packed.limit() - 4;
        return switch (magic) {
            case LZ4_LEGACY -> lz4(withoutLength);
            case XZ -> read(new SingleXZInputStream(stream(withoutLength), XZ_MEMORY_MAX));
            case ZSTD -> read(new ZstdInputStream(stream(withoutLength)));
            default ->
                    throw new Refused(
                            "is packed in a way that is not known (%08x): give one packed with gzip, xz, lz4 or zstd"
                                    .formatted(Integer.reverseBytes(magic)));
        };
    }

    private InputStream stream(int bytes) {
        return new ByteArrayInputStream(packed.array(), packed.arrayOffset(), bytes);
    }

    /// Reads as much as there should be, and one byte to see whether there is more.
    private byte[] read(InputStream stream) throws IOException {
        try (stream) {
            return stream.readNBytes(unpackedBytes + 1);
        }
    }

    /// The legacy frame: the magic number, then blocks with their packed length in front, each of
    /// at most 8 MiB unpacked (LZ4's doc/lz4_Frame_format.md, "Legacy frame").
    private byte[] lz4(int end) throws IOException {
        byte[] kernel = new byte[unpackedBytes];
        Lz4JavaDecompressor decompressor = new Lz4JavaDecompressor();
        int done = 0;
        int at = 4;
        while (at + 4 <= end && done < kernel.length) {
            int length = packed.getInt(at);
            at += 4;
            if (length <= 0 || length > end - at) {
                throw new IOException("a block of %d bytes".formatted(length));
            }
            int room = Math.min(LZ4_BLOCK_MAX, kernel.length - done);
            done += block(decompressor, at, length, kernel, done, room);
            at += length;
        }
        return done == kernel.length && at == end ? kernel : java.util.Arrays.copyOf(kernel, done);
    }

    private int block(
            Lz4JavaDecompressor decompressor, int at, int length, byte[] kernel, int done, int room)
            throws IOException {
        try {
            return decompressor.decompress(
                    packed.array(), packed.arrayOffset() + at, length, kernel, done, room);
        } catch (MalformedInputException malformed) {
            throw new IOException(malformed.getMessage(), malformed);
        }
    }
}
