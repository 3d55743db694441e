package io.xenarium.server;

import java.awt.Graphics2D;
import java.awt.Rectangle;
import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.CRC32;

import javax.imageio.ImageIO;

/// A PNG that moves (the chunks acTL, fcTL and fdAT of the PNG specification, third edition). Of
/// each picture it holds only the rectangle in which it differs from the one before.
final class AnimatedPng {
    private static final byte[] SIGNATURE = {(byte) 0x89, 'P', 'N', 'G', '\r', '\n', 26, '\n'};

    private record Frame(BufferedImage image, Rectangle place, int millis) {}

    private final List<Frame> frames = new ArrayList<>();
    private BufferedImage last;

    /// Shows a picture, a PNG of the size of all others, for so long.
    void add(byte[] png, int millis) throws IOException {
        BufferedImage image = plain(ImageIO.read(new ByteArrayInputStream(png)));
        Rectangle place = last == null ? whole(image) : difference(last, image);
        frames.add(new Frame(image, place, millis));
        last = image;
    }

    /// Without transparency, as all of them have to be of one kind.
    private static BufferedImage plain(BufferedImage image) {
        var plain =
                new BufferedImage(image.getWidth(), image.getHeight(), BufferedImage.TYPE_INT_RGB);
        Graphics2D pen = plain.createGraphics();
        pen.drawImage(image, 0, 0, null);
        pen.dispose();
        return plain;
    }

    private static Rectangle whole(BufferedImage image) {
        return new Rectangle(image.getWidth(), image.getHeight());
    }

    private static Rectangle difference(BufferedImage before, BufferedImage after) {
        Rectangle place = null;
        for (int y = 0; y < after.getHeight(); y++) {
            for (int x = 0; x < after.getWidth(); x++) {
                if (before.getRGB(x, y) != after.getRGB(x, y)) {
                    Rectangle here = new Rectangle(x, y, 1, 1);
                    place = place == null ? here : place.union(here);
                }
            }
        }
        return place == null ? new Rectangle(1, 1) : place;
    }

    void write(Path file) throws IOException {
        var bytes = new ByteArrayOutputStream();
        var out = new DataOutputStream(bytes);
        out.write(SIGNATURE);
        int[] number = {0};
        for (int i = 0; i < frames.size(); i++) {
            Frame frame = frames.get(i);
            Rectangle place = frame.place;
            BufferedImage part =
                    frame.image.getSubimage(place.x, place.y, place.width, place.height);
            boolean isFirst = i == 0;
            for (Chunk chunk : chunks(part)) {
                if (isFirst && chunk.kind.equals("IHDR")) {
                    chunk.write(out);
                    Chunk.of("acTL", data -> data.writeLong((long) frames.size() << 32)).write(out);
                    control(frame, number[0]++).write(out);
                } else if (!isFirst && chunk.kind.equals("IHDR")) {
                    control(frame, number[0]++).write(out);
                } else if (isFirst && chunk.kind.equals("IDAT")) {
                    chunk.write(out);
                } else if (chunk.kind.equals("IDAT")) {
                    int next = number[0]++;
                    Chunk.of(
                                    "fdAT",
                                    data -> {
                                        data.writeInt(next);
                                        data.write(chunk.data);
                                    })
                            .write(out);
                }
            }
        }
        Chunk.of("IEND", _ -> {}).write(out);
        Files.write(file, bytes.toByteArray());
    }

    private static Chunk control(Frame frame, int number) {
        return Chunk.of(
                "fcTL",
                data -> {
                    data.writeInt(number);
                    data.writeInt(frame.place.width);
                    data.writeInt(frame.place.height);
                    data.writeInt(frame.place.x);
                    data.writeInt(frame.place.y);
                    data.writeShort(frame.millis);
                    data.writeShort(1000);
                    data.writeShort(0);
                });
    }

    private static List<Chunk> chunks(BufferedImage image) throws IOException {
        var bytes = new ByteArrayOutputStream();
        ImageIO.write(image, "png", bytes);
        var in = new DataInputStream(new ByteArrayInputStream(bytes.toByteArray()));
        in.skipNBytes(SIGNATURE.length);
        List<Chunk> chunks = new ArrayList<>();
        while (in.available() > 0) {
            int length = in.readInt();
            String kind = new String(in.readNBytes(4), StandardCharsets.US_ASCII);
            chunks.add(new Chunk(kind, in.readNBytes(length)));
            in.readInt();
        }
        return chunks;
    }

    /// A piece of the file.
    private record Chunk(String kind, byte[] data) {
        /// Writes what is in it.
        @FunctionalInterface
        interface Content {
            void write(DataOutputStream out) throws IOException;
        }

        static Chunk of(String kind, Content content) {
            var bytes = new ByteArrayOutputStream();
            try {
                content.write(new DataOutputStream(bytes));
            } catch (IOException impossible) {
                throw new UncheckedIOException(impossible);
            }
            return new Chunk(kind, bytes.toByteArray());
        }

        void write(DataOutputStream out) throws IOException {
            byte[] name = kind.getBytes(StandardCharsets.US_ASCII);
            CRC32 sum = new CRC32();
            sum.update(name);
            sum.update(data);
            out.writeInt(data.length);
            out.write(name);
            out.write(data);
            out.writeInt((int) sum.getValue());
        }
    }
}
