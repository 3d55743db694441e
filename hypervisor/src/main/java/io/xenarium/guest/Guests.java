package io.xenarium.guest;

import io.xenarium.terms.Bug;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;

/// The images of our own guests, as ELF files for the domain builder.
public final class Guests {
    private Guests() {}

    /// A kernel that greets, counts timer ticks, and has a console on which its event channels can
    /// be masked, bound and signalled. It needs 2 MiB of memory, and speaks with `CONSOLEIO_write`
    /// alone where it is started as dom0.
    public static byte[] hello() {
        return image("hello.elf");
    }

    /// The workloads of the benchmark: a kernel for a bare machine, entered by the PVH protocol.
    /// Its command line names a workload and how many rounds, as in `sieve 20`; it says `begin` and
    /// `end CHECKSUM` on the first serial port and switches the machine off. It needs 192 MiB.
    public static byte[] workloads() {
        return image("workloads.elf");
    }

    private static byte[] image(String name) {
        try (InputStream in = Guests.class.getResourceAsStream(name)) {
            if (in == null) {
                throw new Bug("the guest " + name + " is missing from the jar");
            }
            return in.readAllBytes();
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
    }
}
