package io.xenarium.machine.device;

import io.xenarium.machine.Kept;

/// Something that stands behind a few ports of the machine.
public interface PortDevice extends Kept {
    /// Whether it answers for this port.
    boolean answers(int port);

    /// What an IN of `bytes` bytes reads, in the low bits.
    long read(int port, int bytes);

    /// Takes what an OUT writes.
    void write(int port, int bytes, long value);
}
