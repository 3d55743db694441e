package io.xenarium.xen;

import io.xenarium.machine.Memory;
import io.xenarium.parts.Grants.Pin;
import io.xenarium.terms.Check;
import io.xenarium.terms.DomId;
import io.xenarium.terms.Mfn;

import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;

/// A grant-table entry while somebody uses it: by whom, which frame, and how often in which way.
///
/// 1. One domain at a time uses an entry, and it is the one for which the entry was made.
/// 2. An active grant has at least one pin; with the last one it ends.
///
/// Xen: struct active_grant_entry.
public final class ActiveGrant {
    /// What a use is of: `length` bytes from `start` of frame `mfn`.
    ///
    /// @param isPart whether the entry grants no whole frame of its own, and so cannot be mapped
    /// @param source the domain whose frame it is, where the entry only passes a grant on, else the
    ///   granter
    /// @param sourceRef the entry of that domain
    record Extent(long mfn, int start, int length, boolean isPart, DomId source, int sourceRef) {
        static Extent whole(long mfn, DomId granter, int ref) {
            return new Extent(mfn, 0, Memory.FRAME_BYTES, false, granter, ref);
        }
    }

    private final int ref;
    private final DomId user;
    private final Extent extent;
    private final int[] pins = new int[Pin.values().length];

    ActiveGrant(int ref, DomId user, Extent extent) {
        this.ref = ref;
        this.user = user;
        this.extent = extent;
    }

    public int ref() {
        return ref;
    }

    /// Who uses it.
    public DomId user() {
        return user;
    }

    public Mfn mfn() {
        return new Mfn(extent.mfn());
    }

    Extent extent() {
        return extent;
    }

    /// How often it is used in this way.
    public int pins(Pin pin) {
        return pins[pin.ordinal()];
    }

    public boolean isPinned() {
        return pins[0] + pins[1] + pins[2] + pins[3] > 0;
    }

    /// Whether somebody uses it for writing.
    public boolean isWritten() {
        return pins(Pin.HOST_WRITE) + pins(Pin.DEVICE_WRITE) > 0;
    }

    void pin(Pin pin) {
        Check.that(pins(pin) < Limits.GRANT_PINS, "entry %d is pinned too often", ref);
        pins[pin.ordinal()]++;
    }

    void unpin(Pin pin) {
        Check.that(pins(pin) > 0, "entry %d has no pin to give back", ref);
        pins[pin.ordinal()]--;
    }

    void save(DataOutput out) throws IOException {
        out.writeInt(ref);
        out.writeInt(user.value());
        out.writeLong(extent.mfn());
        out.writeInt(extent.start());
        out.writeInt(extent.length());
        out.writeBoolean(extent.isPart());
        out.writeInt(extent.source().value());
        out.writeInt(extent.sourceRef());
        for (int count : pins) {
            out.writeByte(count);
        }
    }

    static ActiveGrant from(DataInput in) throws IOException {
        int ref = in.readInt();
        DomId user = new DomId(in.readInt());
        Extent extent =
                new Extent(
                        in.readLong(),
                        in.readInt(),
                        in.readInt(),
                        in.readBoolean(),
                        new DomId(in.readInt()),
                        in.readInt());
        ActiveGrant grant = new ActiveGrant(ref, user, extent);
        for (int i = 0; i < grant.pins.length; i++) {
            grant.pins[i] = in.readUnsignedByte();
        }
        return grant;
    }
}
