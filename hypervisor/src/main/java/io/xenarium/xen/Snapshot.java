package io.xenarium.xen;

import io.xenarium.machine.device.Disks;
import io.xenarium.terms.Bug;

import java.io.DataOutput;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Optional;

/// A keyframe: the whole state of a computer at one moment. Pages that have not been stored to
/// since the keyframe before are shared with it, and so are whole chunks of them ([Pages]).
///
/// Two keyframes with equal [#hash] are of equal states. Whoever never asks for it does not pay for
/// it.
public final class Snapshot {
    /// Behind the last frame of a written keyframe.
    static final int END = -1;

    /// The most frames that are written in one run.
    static final int RUN_MAX = 256;

    private final byte[] state;
    private final Pages pages;
    private final Disks.Contents disks;
    private Optional<Long> hash = Optional.empty();

    Snapshot(byte[] state, Pages pages, Disks.Contents disks) {
        this.state = state;
        this.pages = pages;
        this.disks = disks;
    }

    /// What the saved parts wrote.
    byte[] state() {
        return state;
    }

    /// What was in the frames of the machine.
    Pages pages() {
        return pages;
    }

    /// What was on the disks.
    Disks.Contents disks() {
        return disks;
    }

    /// A number that is the same for the same state, on every machine.
    public long hash() {
        if (hash.isEmpty()) {
            hash = Optional.of(digested());
        }
        return hash.get();
    }

    private long digested() {
        MessageDigest digest = digest();
        digest.update(state);
        for (int frame = 0; frame < pages.frames(); frame++) {
            digest.update(pages.digest(frame));
        }
        return ByteBuffer.wrap(digest.digest()).getLong();
    }

    static MessageDigest digest() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException missing) {
            throw new Bug("every Java platform has SHA-256", missing);
        }
    }

    /// Bytes of this keyframe that `other` does not share: what it costs to keep both.
    public long bytesBeside(Snapshot other) {
        return state.length + pages.bytesBeside(other.pages);
    }

    /// Writes the whole keyframe, so that it can be read without any other: for a machine that is
    /// kept beyond the program's life. Frames that are all zero take no room; the others stand in
    /// runs, so that reading them is little work ([Snapshots#read]).
    public void write(DataOutput out) throws IOException {
        out.writeInt(state.length);
        out.write(state);
        disks.write(out);
        out.writeInt(pages.frames());
        int frame = 0;
        while (frame < pages.frames()) {
            int end = frame;
            while (end < pages.frames() && end - frame < RUN_MAX && !pages.isZero(end)) {
                end++;
            }
            if (end > frame) {
                out.writeInt(frame);
                out.writeInt(end - frame);
            }
            for (int each = frame; each < end; each++) {
                out.write(pages.bytes(each));
            }
            frame = Math.max(end, frame + 1);
        }
        out.writeInt(END);
    }
}
