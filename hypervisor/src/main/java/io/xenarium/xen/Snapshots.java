package io.xenarium.xen;

import io.xenarium.machine.Kept;
import io.xenarium.machine.Memory;
import io.xenarium.machine.device.Disks;
import io.xenarium.terms.Bug;
import io.xenarium.terms.Check;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.util.Arrays;

/// Takes keyframes of one computer and goes back to them.
///
/// 1. The memory equals the pages of the keyframe taken or restored last, but for the frames
///    flagged [Memory#DIRTY]. So only those are copied, in either direction.
///
/// There is one of these for each [Memory], because it clears that flag.
public final class Snapshots {
    private final Memory memory;
    private final Disks disks;
    private final Kept computer;
    private Pages current;

    /// A computer without disks.
    public Snapshots(Memory memory, Kept computer) {
        this(memory, Disks.none(), computer);
    }

    /// @param computer everything mutable but the memory's pages and the disks' contents
    public Snapshots(Memory memory, Disks disks, Kept computer) {
        this.memory = memory;
        this.disks = disks;
        this.computer = computer;
        current = new Pages(memory.frames());
    }

    /// The state as it is now.
    public Snapshot take() {
        Pages.Change change = current.change();
        byte[] flags = memory.flags();
        for (int frame = 0; frame < flags.length; frame++) {
            if ((flags[frame] & Memory.DIRTY) != 0) {
                byte[] bytes = new byte[Memory.FRAME_BYTES];
                memory.read((long) frame * Memory.FRAME_BYTES, bytes);
                change.set(frame, bytes);
                memory.lower(frame, Memory.DIRTY);
            }
        }
        current = change.done();
        return new Snapshot(saved(), current, disks.freeze());
    }

    /// Goes back to `keyframe`.
    public void restore(Snapshot keyframe) {
        Pages pages = keyframe.pages();
        Check.that(pages.frames() == memory.frames(), "a keyframe of another machine");
        for (int frame = 0; frame < pages.frames(); frame++) {
            if (!pages.shares(current, frame) || memory.has(frame, Memory.DIRTY)) {
                memory.write((long) frame * Memory.FRAME_BYTES, pages.bytes(frame));
                memory.lower(frame, Memory.DIRTY);
            }
        }
        current = pages;
        try {
            computer.load(new DataInputStream(new ByteArrayInputStream(keyframe.state())));
        } catch (IOException truncated) {
            throw new Bug("a part reads more of a keyframe than it wrote", truncated);
        }
        disks.thaw(keyframe.disks());
    }

    /// Whether the computer says of itself what the keyframe has.
    public boolean isAt(Snapshot keyframe) {
        return Arrays.equals(saved(), keyframe.state());
    }

    private byte[] saved() {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try {
            computer.save(new DataOutputStream(bytes));
        } catch (IOException impossible) {
            throw new Bug("memory cannot be written to", impossible);
        }
        return bytes.toByteArray();
    }
}
