package io.xenarium.lab;

import io.xenarium.parts.Parts;
import io.xenarium.terms.DomId;
import io.xenarium.toolstack.GuestShelf;
import io.xenarium.toolstack.Host;
import io.xenarium.toolstack.HostConfig;
import io.xenarium.toolstack.LinuxShelf;
import io.xenarium.toolstack.XlConfig;

import java.util.Optional;

/// A boot of Debian's cloud kernel, without a disk, on a computer with given parts.
public final class LinuxRun {
    private static final int GUEST_MIB = 128;
    private static final long STEP_NANOS = 20_000_000;

    private LinuxRun() {}

    /// The kernel, where it was fetched.
    public static Optional<LinuxShelf.Kernel> kernel() {
        return GuestShelf.ofUser().linux().find(LinuxShelf.Flavour.CLOUD);
    }

    /// What the guest has said when `awaited` was among it, or when so much of its time has passed.
    public static String until(String awaited, long nanos, LinuxShelf.Kernel kernel, Parts parts) {
        Host host = Host.of(new HostConfig(1, HostConfig.memoryFor(GUEST_MIB), parts));
        XlConfig config =
                new XlConfig(
                        "linux",
                        kernel.image().toString(),
                        Optional.of(kernel.ramdisk().toString()),
                        "",
                        GUEST_MIB,
                        1);
        DomId guest = host.xl().create(config);
        String said = "";
        while (!said.contains(awaited) && host.machine().clock().nanos() < nanos) {
            host.run(host.machine().clock().nanos() + STEP_NANOS);
            said = host.consoleOutput(guest).text();
        }
        return said;
    }
}
