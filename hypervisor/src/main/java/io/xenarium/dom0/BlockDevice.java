package io.xenarium.dom0;

import io.xenarium.terms.DomId;

import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;

/// A virtual disk of a guest, and which of the machine's disks is behind it.
///
/// @param number of the device as the guest sees it: 51712 is xvda (docs/man/xen-vbd-interface.7)
/// @param disk the name of the machine's disk
public record BlockDevice(DomId guest, int number, String disk, boolean isReadOnly) {
    void save(DataOutput out) throws IOException {
        out.writeInt(guest.value());
        out.writeInt(number);
        out.writeUTF(disk);
        out.writeBoolean(isReadOnly);
    }

    static BlockDevice read(DataInput in) throws IOException {
        return new BlockDevice(
                new DomId(in.readInt()), in.readInt(), in.readUTF(), in.readBoolean());
    }
}
