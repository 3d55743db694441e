package io.xenarium.speed;

import io.xenarium.parts.Parts;
import io.xenarium.terms.DomId;
import io.xenarium.toolstack.Host;
import io.xenarium.toolstack.HostConfig;
import io.xenarium.toolstack.XlConfig;

import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/// Some guests of one kind on one computer, and what it costs to boot them and to let them idle.
/// Times are those for which this thread had a processor, so that a busy computer counts less.
public final class Crowd {
    /// A kind of guest.
    ///
    /// @param config of one, without disks; each gets a name of its own
    /// @param prompt what its console shows when it waits for input
    public record Kind(XlConfig config, String prompt) {}

    private static final long STEP_NANOS = 5_000_000;

    /// In virtual time, in which a guest boots.
    private static final long PATIENCE_NANOS = 600_000_000_000L;

    private static final long SECOND_NANOS = 1_000_000_000;

    private final Kind kind;
    private final Host host;
    private final List<DomId> guests = new ArrayList<>();

    /// Creates `count` guests on a computer with room for them; none has run yet.
    ///
    /// @param before is shown the computer first
    public Crowd(Kind kind, int count, Consumer<Host> before) {
        this.kind = kind;
        Parts parts = Parts.reference(Crowd.class.getClassLoader());
        int memoryMiB = HostConfig.memoryFor(kind.config.memoryMiB()) * count;
        host = Host.of(new HostConfig(1, memoryMiB, parts));
        before.accept(host);
        for (int i = 0; i < count; i++) {
            guests.add(host.xl().create(numbered(kind.config, i + 1)));
        }
    }

    private static XlConfig numbered(XlConfig like, int number) {
        return new XlConfig(
                like.name() + number,
                like.kernel(),
                like.ramdisk(),
                like.cmdline(),
                like.memoryMiB(),
                like.vcpus());
    }

    /// Runs until all stand at their prompts. Returns the seconds that took.
    ///
    /// @throws PeerFailed where one does not get there
    public double boot() {
        long start = processorNanos();
        while (!guests.stream().allMatch(this::isReady)) {
            if (now() > PATIENCE_NANOS) {
                throw new PeerFailed("a guest does not come to its prompt");
            }
            host.run(now() + STEP_NANOS);
        }
        return (processorNanos() - start) / 1e9;
    }

    private boolean isReady(DomId guest) {
        return host.consoleOutput(guest).text().contains(kind.prompt);
    }

    /// Lets them idle for so many seconds of virtual time. Returns the seconds that took.
    public double idle(int seconds) {
        long start = processorNanos();
        host.run(now() + seconds * SECOND_NANOS);
        return (processorNanos() - start) / 1e9;
    }

    /// Mebibytes of the heap that this computer and all that belongs to it take, beside the memory
    /// of the machine itself.
    public long heapMiB() {
        System.gc();
        return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed() >> 20;
    }

    /// Mebibytes of the machine.
    public int machineMiB() {
        return host.config().memoryMiB();
    }

    private long now() {
        return host.machine().clock().nanos();
    }

    private static long processorNanos() {
        return ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime();
    }
}
