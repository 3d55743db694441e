package io.xenarium.xen;

import io.xenarium.machine.Kept;
import io.xenarium.machine.Memory;
import io.xenarium.machine.device.Disks;
import io.xenarium.terms.Bug;
import io.xenarium.terms.Check;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInput;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.util.Arrays;
import java.util.function.BooleanSupplier;

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
        load(keyframe.state());
        disks.thaw(keyframe.disks());
    }

    private void load(byte[] state) {
        try {
            computer.load(new DataInputStream(new ByteArrayInputStream(state)));
        } catch (IOException truncated) {
            throw new Bug("a part reads more of a keyframe than it wrote", truncated);
        }
    }

    /// Reads a keyframe that [Snapshot#write] wrote, of a computer like this one, which has just
    /// been switched on. Its frames go right into the memory. What is returned does the rest, once
    /// it is known that all was read as it was written, and answers whether the computer then says
    /// of itself what the keyframe has.
    public BooleanSupplier read(DataInput in) throws IOException {
        byte[] state = new byte[in.readInt()];
        in.readFully(state);
        Disks.Contents contents = Disks.Contents.read(in);
        Check.that(in.readInt() == memory.frames(), "a keyframe of another machine");
        byte[] run = new byte[Snapshot.RUN_MAX * Memory.FRAME_BYTES];
        for (int frame = in.readInt(); frame != Snapshot.END; frame = in.readInt()) {
            int bytes = in.readInt() * Memory.FRAME_BYTES;
            in.readFully(run, 0, bytes);
            memory.write((long) frame * Memory.FRAME_BYTES, run, bytes);
        }
        return () -> {
            load(state);
            disks.thaw(contents);
            return Arrays.equals(saved(), state);
        };
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
