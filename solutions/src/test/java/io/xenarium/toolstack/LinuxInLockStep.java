package io.xenarium.toolstack;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.xenarium.machine.code.Engine;
import io.xenarium.machine.cpu.Registers;
import io.xenarium.toolstack.LinuxShelf.Flavour;
import io.xenarium.trace.Topic;
import io.xenarium.trace.Trace;
import io.xenarium.trace.XenEvent;
import io.xenarium.xen.Snapshot;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;

/// Linux on the translator, with the interpreter beside it from the first instruction to the shell:
/// the registers must be the same at every event of the trace, the whole machine after every
/// stretch of the boot.
///
/// Of the stretches only every so many-th is interpreted as well, beginning with what the
/// translator has made up to there. `-Dxenarium.lockstep.linux=1` interprets all of them, without a
/// keyframe between; `-Dxenarium.lockstep.patience=8` has more of the kernel translated.
final class LinuxInLockStep {
    private static final long STRETCH_NANOS = 4_000_000;
    private static final long LIMIT_NANOS = 60_000_000_000L;
    private static final int EVERY = Integer.getInteger("xenarium.lockstep.linux", 16);
    private static final int PATIENCE = Integer.getInteger("xenarium.lockstep.patience", -1);

    private final Side plain;
    private final Side fast;
    private final List<String> differences = new ArrayList<>();
    private long retired;

    private LinuxInLockStep(Flavour flavour, int memoryMiB, int vcpus, int processors) {
        plain = new Side(flavour, memoryMiB, vcpus, processors, Engine.INTERPRETER);
        Engine engine = PATIENCE < 0 ? Engine.TRANSLATOR : Engine.translator(PATIENCE);
        fast = new Side(flavour, memoryMiB, vcpus, processors, engine);
    }

    /// What came of it.
    ///
    /// @param linux the translated guest, at its shell
    /// @param differences what the interpreter did in another way
    /// @param retired how many instructions were compared
    /// @param events how many events were compared
    record Booted(LinuxGuest linux, List<String> differences, long retired, long events) {
        /// Throws where the engines did not agree, or had hardly any occasion not to.
        void requireAgreement() {
            assertEquals(List.of(), differences);
            assertTrue(retired > 50_000_000, retired + " instructions compared");
            assertTrue(events > 5_000, events + " events compared");
        }
    }

    /// Boots a kernel to its shell.
    ///
    /// @param processors how many the machine has
    static Booted boot(Flavour flavour, int memoryMiB, int vcpus, int processors) {
        LinuxInLockStep both = new LinuxInLockStep(flavour, memoryMiB, vcpus, processors);
        both.boot();
        if (EVERY == 1) {
            System.err.printf(
                    "%s with %d vCPUs in lock-step: %,d instructions, %,d events, differences:"
                            + " %s%n",
                    flavour, vcpus, both.retired, both.plain.events, both.differences);
        }
        LinuxGuest linux = both.fast.linux;
        linux.host.trace().unlisten(both.fast.listener);
        return new Booted(linux, both.differences, both.retired, both.plain.events);
    }

    private void boot() {
        LinuxGuest linux = fast.linux;
        for (int stretch = 0; !linux.said(0).contains(LinuxGuest.PROMPT); stretch++) {
            long from = linux.now();
            assertTrue(from < LIMIT_NANOS, "no prompt after:\n" + linux.said(0));
            boolean isCompared = stretch % EVERY == 0;
            if (isCompared && EVERY > 1) {
                plain.restart(linux.host.keyframe());
                fast.seen = 0;
            }
            linux.run(STRETCH_NANOS);
            if (isCompared) {
                compare(from);
            }
        }
    }

    private void compare(long from) {
        Host host = plain.linux.host;
        long before = host.hypervisor().retired();
        plain.linux.run(STRETCH_NANOS);
        retired += host.hypervisor().retired() - before;
        String one = plain.text();
        String other = fast.text();
        if (!one.equals(other) && differences.size() < 10) {
            differences.add("from %d ns on: %s, but %s".formatted(from, one, other));
        }
    }

    /// A guest, and what has been seen of it.
    private static final class Side {
        final LinuxGuest linux;
        final Trace.Listener listener = this::see;
        long seen;
        long events;

        Side(Flavour flavour, int memoryMiB, int vcpus, int processors, Engine engine) {
            linux = LinuxGuest.switchedOn(flavour, memoryMiB, vcpus, processors, engine);
            linux.host.trace().listen(EnumSet.allOf(Topic.class), listener);
        }

        private void see(XenEvent event) {
            events++;
            seen = seen * 31 + event.stamp().hashCode();
            seen = seen * 31 + event.topic().ordinal();
            linux.host.hypervisor().running().ifPresent(vcpu -> see(vcpu.registers()));
        }

        private void see(Registers r) {
            seen = seen * 31 + Arrays.hashCode(r.gpr);
            seen = (seen * 31 + r.rip) * 31 + r.rflags;
            seen = (seen * 31 + r.tsc) * 31 + Arrays.hashCode(r.xmm);
        }

        void restart(Snapshot at) {
            linux.host.restore(at);
            seen = 0;
        }

        String text() {
            return "at %d ns event %d, all events and registers %x, machine %x"
                    .formatted(linux.now(), linux.host.trace().seq(), seen, linux.host.stateHash());
        }
    }
}
