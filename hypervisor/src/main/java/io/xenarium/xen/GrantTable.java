package io.xenarium.xen;

import io.xenarium.machine.Kept;
import io.xenarium.terms.Check;

import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;

/// The frames that hold a domain's grant table. Their entries are the guest's to write; the
/// toolstack fills the reserved ones before the guest runs.
///
/// Xen: struct grant_table, xen/common/grant_table.c.
public final class GrantTable implements Kept {
    private long[] frames = {};

    /// How many frames it has.
    public int frames() {
        return frames.length;
    }

    /// Its frame number `index`, as a bare mfn.
    public long frameMfn(int index) {
        return frames[index];
    }

    /// Machine address of entry `ref` of version 1, which must lie in a frame that exists.
    public long entryMaddr(int ref) {
        Check.that(ref >= 0 && ref / 512 < frames.length, "no grant entry %d", ref);
        return (frames[ref / 512] << 12) + ref % 512 * 8L;
    }

    void append(long frameMfn) {
        Check.that(frames.length < Limits.GRANT_FRAMES, "too many grant frames");
        frames = java.util.Arrays.copyOf(frames, frames.length + 1);
        frames[frames.length - 1] = frameMfn;
    }

    @Override
    public void save(DataOutput out) throws IOException {
        out.writeInt(frames.length);
        for (long frame : frames) {
            out.writeLong(frame);
        }
    }

    @Override
    public void load(DataInput in) throws IOException {
        frames = new long[in.readInt()];
        for (int i = 0; i < frames.length; i++) {
            frames[i] = in.readLong();
        }
    }
}
