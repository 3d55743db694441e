package io.xenarium.xen;

import io.xenarium.machine.Memory;

import java.lang.ref.SoftReference;
import java.util.Arrays;

/// What was in all frames of a machine at one moment.
///
/// 1. It never changes: a [Change] makes another one, which shares all chunks in which nothing has
///    changed, and in the others all pages that have not.
/// 2. A frame that is all zero has the one page of zeroes, so it takes no room.
///
/// So keeping one moment more costs what has changed, however large the machine.
final class Pages {
    private static final int CHUNK = 256;

    /// The bytes of one frame; shared, and never changed.
    private static final class Page {
        final byte[] bytes;
        private SoftReference<byte[]> digest = new SoftReference<>(new byte[0]);

        Page(byte[] bytes) {
            this.bytes = bytes;
        }

        byte[] digest() {
            byte[] known = digest.get();
            if (known == null || known.length == 0) {
                known = Snapshot.digest().digest(bytes);
                digest = new SoftReference<>(known);
            }
            return known;
        }
    }

    private static final Page ZERO = new Page(new byte[Memory.FRAME_BYTES]);
    private static final Page[] ZEROES = zeroes();

    private final int frames;
    private final Page[][] chunks;

    /// The frames of a machine that has just been switched on: all zero.
    Pages(int frames) {
        this(frames, new Page[(frames + CHUNK - 1) / CHUNK][]);
        Arrays.fill(chunks, ZEROES);
    }

    private Pages(int frames, Page[][] chunks) {
        this.frames = frames;
        this.chunks = chunks;
    }

    private static Page[] zeroes() {
        Page[] zeroes = new Page[CHUNK];
        Arrays.fill(zeroes, ZERO);
        return zeroes;
    }

    int frames() {
        return frames;
    }

    private Page page(int frame) {
        return chunks[frame / CHUNK][frame % CHUNK];
    }

    /// What was in a frame; not to be written to.
    byte[] bytes(int frame) {
        return page(frame).bytes;
    }

    boolean isZero(int frame) {
        return page(frame) == ZERO;
    }

    /// A digest of what was in a frame.
    byte[] digest(int frame) {
        return page(frame).digest();
    }

    /// Whether both have one and the same page for a frame. Where not, the bytes may still be
    /// equal.
    boolean shares(Pages other, int frame) {
        return page(frame) == other.page(frame);
    }

    /// Bytes of pages that `other` does not have.
    long bytesBeside(Pages other) {
        long bytes = 0;
        for (int chunk = 0; chunk < chunks.length; chunk++) {
            if (chunks[chunk] != other.chunks[chunk]) {
                for (int i = 0; i < CHUNK; i++) {
                    boolean isOwn = chunks[chunk][i] != other.chunks[chunk][i];
                    bytes += isOwn ? Memory.FRAME_BYTES : 0;
                }
            }
        }
        return bytes;
    }

    /// Other pages on top of these.
    Change change() {
        return new Change(this);
    }

    /// Pages in the making.
    static final class Change {
        private final Pages before;
        private final Page[][] chunks;

        private Change(Pages before) {
            this.before = before;
            chunks = before.chunks.clone();
        }

        /// A frame has these bytes now; they are kept, and not to be changed any more.
        void set(int frame, byte[] bytes) {
            int chunk = frame / CHUNK;
            if (Arrays.equals(bytes, before.bytes(frame))) {
                return;
            }
            if (chunks[chunk] == before.chunks[chunk]) {
                chunks[chunk] = chunks[chunk].clone();
            }
            boolean isZero = Arrays.equals(bytes, ZERO.bytes);
            chunks[chunk][frame % CHUNK] = isZero ? ZERO : new Page(bytes);
        }

        Pages done() {
            return new Pages(before.frames, chunks);
        }
    }
}
