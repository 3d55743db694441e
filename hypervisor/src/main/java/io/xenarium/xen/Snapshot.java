package io.xenarium.xen;

import io.xenarium.machine.Memory;
import io.xenarium.machine.device.Disks;

import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.Arrays;

/// A keyframe: the whole state of a computer at one moment. Pages that have not been stored to
/// since the keyframe before are shared with it.
///
/// Two keyframes with equal [#hash] are of equal states.
public final class Snapshot {
    /// The bytes of one frame and their hash; shared between keyframes and never changed.
    record Page(byte[] bytes, long hash) {}

    /// Behind the last frame of a written keyframe.
    private static final int END = -1;

    private final byte[] state;
    private final Page[] pages;
    private final Disks.Contents disks;
    private final long hash;

    Snapshot(byte[] state, Page[] pages, Disks.Contents disks, long hash) {
        this.state = state;
        this.pages = pages;
        this.disks = disks;
        this.hash = hash;
    }

    /// What the saved parts wrote.
    byte[] state() {
        return state;
    }

    /// One for each frame of the machine.
    Page[] pages() {
        return pages;
    }

    /// What was on the disks.
    Disks.Contents disks() {
        return disks;
    }

    /// A number that is the same for the same state, on every machine.
    public long hash() {
        return hash;
    }

    /// Bytes of this keyframe that `other` does not share: what it costs to keep both.
    public long bytesBeside(Snapshot other) {
        long bytes = state.length;
        for (int frame = 0; frame < pages.length; frame++) {
            if (pages[frame] != other.pages[frame]) {
                bytes += pages[frame].bytes.length;
            }
        }
        return bytes;
    }

    /// Writes the whole keyframe, so that it can be read without any other: for a machine that is
    /// kept beyond the program's life. Frames that are all zero take no room.
    public void write(DataOutput out) throws IOException {
        out.writeLong(hash);
        out.writeInt(state.length);
        out.write(state);
        disks.write(out);
        out.writeInt(pages.length);
        for (int frame = 0; frame < pages.length; frame++) {
            if (pages[frame].hash != Snapshots.ZERO.hash) {
                out.writeInt(frame);
                out.writeLong(pages[frame].hash);
                out.write(pages[frame].bytes);
            }
        }
        out.writeInt(END);
    }

    /// Reads what [#write] wrote.
    public static Snapshot read(DataInput in) throws IOException {
        long hash = in.readLong();
        byte[] state = new byte[in.readInt()];
        in.readFully(state);
        Disks.Contents disks = Disks.Contents.read(in);
        Page[] pages = new Page[in.readInt()];
        Arrays.fill(pages, Snapshots.ZERO);
        for (int frame = in.readInt(); frame != END; frame = in.readInt()) {
            long pageHash = in.readLong();
            byte[] bytes = new byte[Memory.FRAME_BYTES];
            in.readFully(bytes);
            pages[frame] = new Page(bytes, pageHash);
        }
        return new Snapshot(state, pages, disks, hash);
    }
}
