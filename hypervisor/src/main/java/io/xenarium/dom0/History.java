package io.xenarium.dom0;

import io.xenarium.machine.Kept;

import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;

/// What a console has shown: the newest bytes and the number of all.
final class History implements Kept {
    /// The most that is kept: several boots of a talkative kernel.
    static final int BYTES_MAX = 256 << 10;

    private byte[] bytes = new byte[1024];
    private int length;
    private long dropped;

    /// How many bytes came before those that are kept.
    long dropped() {
        return dropped;
    }

    /// What is kept.
    byte[] bytes() {
        return java.util.Arrays.copyOf(bytes, length);
    }

    /// Adds the first `count` bytes. A full history drops its older half, so that it need not move
    /// for every byte.
    void append(byte[] more, int count) {
        if (length + count > BYTES_MAX) {
            int kept = BYTES_MAX / 2;
            int skipped = Math.max(0, length - kept);
            System.arraycopy(bytes, skipped, bytes, 0, length - skipped);
            length -= skipped;
            dropped += skipped;
        }
        if (length + count > bytes.length) {
            bytes = java.util.Arrays.copyOf(bytes, Math.max(bytes.length * 2, length + count));
        }
        System.arraycopy(more, 0, bytes, length, count);
        length += count;
    }

    @Override
    public void save(DataOutput out) throws IOException {
        out.writeLong(dropped);
        out.writeInt(length);
        out.write(bytes, 0, length);
    }

    @Override
    public void load(DataInput in) throws IOException {
        dropped = in.readLong();
        length = in.readInt();
        bytes = new byte[Math.max(1024, length)];
        in.readFully(bytes, 0, length);
    }
}
