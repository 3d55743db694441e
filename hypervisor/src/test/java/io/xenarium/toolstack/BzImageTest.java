package io.xenarium.toolstack;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.github.luben.zstd.ZstdCompressCtx;

import io.airlift.compress.v3.lz4.Lz4JavaCompressor;
import io.xenarium.guest.Guests;

import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;

import org.junit.jupiter.api.Test;
import org.tukaani.xz.LZMA2Options;
import org.tukaani.xz.X86Options;
import org.tukaani.xz.XZ;
import org.tukaani.xz.XZOutputStream;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.zip.GZIPOutputStream;

/// Kernels packed in every way that Linux's own build knows and Xenarium takes, made here.
class BzImageTest {
    private static final int PAYLOAD = 5 * 512 + 64;

    private enum Packing {
        LZ4,
        XZ,
        GZIP,
        ZSTD
    }

    private final byte[] kernel = Guests.hello();

    @Test
    void whateverItIsPackedWithTheSameKernelComesOut() {
        for (Packing packing : Packing.values()) {
            byte[] image = image(packed(packing, kernel));
            assertTrue(BzImage.is(image));
            assertArrayEquals(kernel, BzImage.unpack(image), packing.name());
            assertEquals(0xffffffff80000000L, XenNotes.of(KernelImage.elf(image)).virtBase());
        }
    }

    @Test
    void aKernelOfSeveralBlocksOfLz4ComesOutWhole() {
        byte[] large = new byte[(8 << 20) + 12345];
        for (int at = 0; at < large.length; at += 97) {
            large[at] = (byte) at;
        }
        assertArrayEquals(large, BzImage.unpack(image(packed(Packing.LZ4, large))));
    }

    @Test
    void whatIsDamagedIsRefusedInOneLineThatSaysWhatToDo() {
        byte[] packed = packed(Packing.LZ4, kernel);
        refuses("is truncated", Arrays.copyOf(image(packed), 4000));
        refuses("which cannot be", image(withLength(packed, -1)));
        refuses("which cannot be", image(withLength(packed, BzImage.UNPACKED_MAX + 1)));
        refuses("unpacks to", image(withLength(packed, kernel.length + 1)));
        refuses("is damaged", image(withLength(packed, kernel.length - 1)));
        refuses("packed in a way that is not known (425a6839)", image("BZh9\0\0\1\0".getBytes()));
        // The other two have no checksum.
        for (Packing packing : List.of(Packing.XZ, Packing.GZIP)) {
            byte[] broken = packed(packing, kernel);
            Arrays.fill(broken, 100, 400, (byte) 0x5a);
            refuses("is damaged", image(broken));
        }
    }

    private static void refuses(String part, byte[] image) {
        String why = assertThrows(Refused.class, () -> BzImage.unpack(image)).getMessage();
        assertTrue(why.contains(part), why);
        assertFalse(why.contains("\n"), why);
    }

    @Property(tries = 400, seed = "1")
    void aFlippedBitGivesTheKernelOrARefusal(
            @ForAll Packing packing, @ForAll @IntRange(max = 1 << 20) int bit) {
        byte[] image = image(packed(packing, kernel));
        int at = bit % (image.length * 8);
        image[at / 8] ^= (byte) (1 << at % 8);
        try {
            if (BzImage.is(image)) {
                assertEquals(kernel.length, BzImage.unpack(image).length, 4);
            }
        } catch (Refused refused) {
            assertFalse(refused.getMessage().isEmpty());
        }
    }

    /// With a checksum, as the command that packs kernels writes it.
    private static byte[] zstd(byte[] kernel) {
        try (ZstdCompressCtx packer = new ZstdCompressCtx()) {
            return packer.setLevel(19).setChecksum(true).compress(kernel);
        }
    }

    private static byte[] packed(Packing packing, byte[] kernel) {
        return switch (packing) {
            case LZ4 -> withLength(concat(lz4(kernel), new byte[4]), kernel.length);
            case XZ -> withLength(concat(through(Packing.XZ, kernel), new byte[4]), kernel.length);
            case GZIP -> through(Packing.GZIP, kernel);
            case ZSTD -> withLength(concat(zstd(kernel), new byte[4]), kernel.length);
        };
    }

    private static byte[] through(Packing packing, byte[] kernel) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (OutputStream out =
                packing == Packing.GZIP
                        ? new GZIPOutputStream(bytes)
                        : new XZOutputStream(
                                bytes,
                                new org.tukaani.xz.FilterOptions[] {
                                    new X86Options(), new LZMA2Options(6)
                                },
                                XZ.CHECK_CRC32)) {
            out.write(kernel);
        } catch (IOException impossible) {
            throw new UncheckedIOException(impossible);
        }
        return bytes.toByteArray();
    }

    private static byte[] lz4(byte[] kernel) {
        ByteArrayOutputStream frame = new ByteArrayOutputStream();
        frame.writeBytes(little(0x184c2102));
        Lz4JavaCompressor compressor = new Lz4JavaCompressor();
        for (int at = 0; at < kernel.length; at += 8 << 20) {
            int length = Math.min(8 << 20, kernel.length - at);
            byte[] block = new byte[compressor.maxCompressedLength(length)];
            int packed = compressor.compress(kernel, at, length, block, 0, block.length);
            frame.writeBytes(little(packed));
            frame.write(block, 0, packed);
        }
        return frame.toByteArray();
    }

    private static byte[] withLength(byte[] packed, int length) {
        byte[] changed = packed.clone();
        System.arraycopy(little(length), 0, changed, packed.length - 4, 4);
        return changed;
    }

    private static byte[] little(int number) {
        return ByteBuffer.allocate(4).order(ByteOrder.LITTLE_ENDIAN).putInt(number).array();
    }

    private static byte[] concat(byte[] one, byte[] other) {
        byte[] both = Arrays.copyOf(one, one.length + other.length);
        System.arraycopy(other, 0, both, one.length, other.length);
        return both;
    }

    /// A boot sector and four more of setup, then the packed kernel a little behind them.
    private static byte[] image(byte[] packed) {
        ByteBuffer image =
                ByteBuffer.allocate(PAYLOAD + packed.length + 100).order(ByteOrder.LITTLE_ENDIAN);
        image.put(0x1f1, (byte) 4);
        image.put(0x202, "HdrS".getBytes(StandardCharsets.US_ASCII));
        image.putShort(0x206, (short) 0x20f);
        image.putInt(0x248, PAYLOAD - 5 * 512);
        image.putInt(0x24c, packed.length);
        image.put(PAYLOAD, packed);
        return image.array();
    }
}
