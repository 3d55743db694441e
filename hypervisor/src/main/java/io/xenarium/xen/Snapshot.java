package io.xenarium.xen;

import io.xenarium.machine.device.Disks;

/// A keyframe: the whole state of a computer at one moment. Pages that have not been stored to
/// since the keyframe before are shared with it.
///
/// Two keyframes with equal [#hash] are of equal states.
public final class Snapshot {
    /// The bytes of one frame and their hash; shared between keyframes and never changed.
    record Page(byte[] bytes, long hash) {}

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
}
