package io.xenarium.toolstack;

import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.abort;

import io.xenarium.machine.code.Engine;
import io.xenarium.parts.Parts;
import io.xenarium.terms.DomId;
import io.xenarium.toolstack.DiskSpec.Access;
import io.xenarium.toolstack.LinuxShelf.Flavour;
import io.xenarium.xen.Domain;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/// Debian's Linux, unmodified, on a disk whose image stays as it is, with somebody at its console.
/// It is fetched where it is not there yet; where it cannot be had the test says so and is skipped,
/// but not where CI is set.
final class LinuxGuest {
    static final String NAME = "linux";
    static final String PROMPT = "xenarium:";
    private static final long STEP_NANOS = 5_000_000;
    private static final long BOOT_NANOS = 30_000_000_000L;

    /// What the machine's clock showed when it was switched on.
    static final Instant SWITCHED_ON = Instant.parse("2031-02-03T04:05:06Z");

    final Host host;
    final String disk;
    private final DomId first;

    private LinuxGuest(Host host, String disk, DomId first) {
        this.host = host;
        this.disk = disk;
        this.first = first;
    }

    /// A kernel that has not executed anything yet.
    ///
    /// @param processors how many the machine has
    static LinuxGuest switchedOn(
            Flavour flavour, int memoryMiB, int vcpus, int processors, Engine engine) {
        LinuxShelf shelf = fetched(flavour);
        LinuxShelf.Kernel kernel = shelf.find(flavour).orElseThrow();
        DiskSpec disk = new DiskSpec(shelf.disk().orElseThrow().toString(), "xvda", Access.COW);
        Parts parts = Parts.reference(LinuxGuest.class.getClassLoader());
        int machineMiB = HostConfig.memoryFor(memoryMiB);
        Host host = Host.of(new HostConfig(1, machineMiB, processors, parts, engine));
        host.setDate(SWITCHED_ON);
        XlConfig config =
                new XlConfig(
                                NAME,
                                kernel.image().toString(),
                                Optional.of(kernel.ramdisk().toString()),
                                "",
                                memoryMiB,
                                vcpus)
                        .with(List.of(disk))
                        .ending(Ending.Plan.REBOOT);
        DomId domain = host.xl().create(config);
        return new LinuxGuest(host, disk.diskName(NAME), domain);
    }

    private static LinuxShelf fetched(Flavour flavour) {
        LinuxShelf shelf = GuestShelf.ofUser().linux();
        try {
            if (shelf.find(flavour).isEmpty() || shelf.disk().isEmpty()) {
                shelf.fetch(List.of(flavour), _ -> {});
            }
        } catch (Refused refused) {
            String why = "Linux CANNOT BE TESTED: " + refused.getMessage();
            if ("true".equals(System.getenv("CI"))) {
                throw new AssertionError(why + " (in CI it has to)", refused);
            }
            System.err.println(why);
            abort(why);
        }
        return shelf;
    }

    /// Types a line. Returns what is said up to the next prompt.
    String answer(String command) {
        long from = end();
        type(command);
        return waitFor(from, PROMPT, BOOT_NANOS);
    }

    void type(String command) {
        host.type(domain().id(), (command + "\r").getBytes(StandardCharsets.US_ASCII));
    }

    /// The domain of the guest: after a reboot another one.
    Domain domain() {
        return host.xl().find(NAME).orElseThrow();
    }

    /// Whether the domain is another than the one that was made first.
    boolean wasMadeAnew() {
        return host.xl().find(NAME).filter(each -> !each.id().equals(first)).isPresent();
    }

    long end() {
        return host.consoleOutput(domain().id()).end();
    }

    /// What was said from `from` on.
    String said(long from) {
        byte[] bytes = host.consoleOutput(domain().id()).since(from);
        return new String(bytes, StandardCharsets.ISO_8859_1);
    }

    /// Runs on for a while, in virtual time.
    void run(long nanos) {
        host.run(now() + nanos);
    }

    long now() {
        return host.machine().clock().nanos();
    }

    /// Runs until the guest has said `part`. Returns all that it said.
    String waitFor(long from, String part, long limitNanos) {
        long limit = now() + limitNanos;
        while (!said(from).contains(part)) {
            assertTrue(now() < limit, "no \"" + part + "\" after:\n" + said(from));
            run(STEP_NANOS);
        }
        return said(from);
    }
}
