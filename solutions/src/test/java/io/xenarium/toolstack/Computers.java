package io.xenarium.toolstack;

import io.xenarium.machine.code.Engine;
import io.xenarium.parts.Parts;
import io.xenarium.terms.DomId;

import java.nio.charset.StandardCharsets;

/// Computers for tests, in one line.
final class Computers {
    private static final int MACHINE_MIB = 12;
    private static final int GUEST_MIB = 4;

    private Computers() {}

    /// A small computer with the reference parts that has just been switched on.
    static Host small(long seed) {
        return small(seed, 1);
    }

    /// The same with several processors.
    static Host small(long seed, int processors) {
        Parts parts = Parts.reference(Computers.class.getClassLoader());
        return Host.of(new HostConfig(seed, MACHINE_MIB, processors, parts, Engine.TRANSLATOR));
    }

    /// Makes one of our own guests on it.
    static DomId hello(Host host, String name) {
        return host.xl().create(XlConfig.of(name, Images.HELLO, GUEST_MIB));
    }

    /// Types a line and lets the guest work on it.
    static void type(Host host, DomId guest, String line) {
        host.type(guest, (line + "\r").getBytes(StandardCharsets.US_ASCII));
    }
}
