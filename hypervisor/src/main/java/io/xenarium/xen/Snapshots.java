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
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;

/// Takes keyframes of one computer and goes back to them.
///
/// 1. The memory equals the pages of the keyframe taken or restored last, but for the frames
///    flagged [Memory#DIRTY]. So only those are copied, in either direction.
///
/// There is one of these for each [Memory], because it clears that flag.
public final class Snapshots {
    static final Snapshot.Page ZERO = page(new byte[Memory.FRAME_BYTES]);

    private final Memory memory;
    private final Disks disks;
    private final Kept computer;
    private Snapshot.Page[] current;

    /// A computer without disks.
    public Snapshots(Memory memory, Kept computer) {
        this(memory, Disks.none(), computer);
    }

    /// @param computer everything mutable but the memory's pages and the disks' contents
    public Snapshots(Memory memory, Disks disks, Kept computer) {
        this.memory = memory;
        this.disks = disks;
        this.computer = computer;
        current = new Snapshot.Page[memory.frames()];
        Arrays.fill(current, ZERO);
    }

    /// The state as it is now.
    public Snapshot take() {
        Snapshot.Page[] pages = current.clone();
        for (int frame = 0; frame < pages.length; frame++) {
            if (memory.has(frame, Memory.DIRTY)) {
                pages[frame] = copy(frame, pages[frame]);
                memory.lower(frame, Memory.DIRTY);
            }
        }
        current = pages;
        byte[] state = saved();
        return new Snapshot(state, pages, disks.freeze(), hash(state, pages));
    }

    /// Goes back to `keyframe`.
    public void restore(Snapshot keyframe) {
        Snapshot.Page[] pages = keyframe.pages();
        Check.that(pages.length == memory.frames(), "a keyframe of another machine");
        for (int frame = 0; frame < pages.length; frame++) {
            if (pages[frame] != current[frame] || memory.has(frame, Memory.DIRTY)) {
                memory.write((long) frame * Memory.FRAME_BYTES, pages[frame].bytes());
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

    private Snapshot.Page copy(int frame, Snapshot.Page before) {
        byte[] bytes = new byte[Memory.FRAME_BYTES];
        memory.read((long) frame * Memory.FRAME_BYTES, bytes);
        return Arrays.equals(bytes, before.bytes()) ? before : page(bytes);
    }

    private static Snapshot.Page page(byte[] bytes) {
        return new Snapshot.Page(bytes, ByteBuffer.wrap(digest().digest(bytes)).getLong());
    }

    private static long hash(byte[] state, Snapshot.Page[] pages) {
        ByteBuffer hashes = ByteBuffer.allocate(pages.length * Long.BYTES);
        for (Snapshot.Page page : pages) {
            hashes.putLong(page.hash());
        }
        MessageDigest digest = digest();
        digest.update(state);
        return ByteBuffer.wrap(digest.digest(hashes.array())).getLong();
    }

    private static MessageDigest digest() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException missing) {
            throw new Bug("every Java platform has SHA-256", missing);
        }
    }
}
