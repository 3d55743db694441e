package io.xenarium.xen;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.xenarium.abi.PortState;
import io.xenarium.machine.Dice;
import io.xenarium.machine.Input;
import io.xenarium.machine.Machine;
import io.xenarium.parts.Scheduler;
import io.xenarium.terms.Errno;
import io.xenarium.terms.Port;
import io.xenarium.terms.VcpuId;
import io.xenarium.trace.SchedEvent.Runstate;
import io.xenarium.trace.Topic;
import io.xenarium.trace.Trace;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;

/// The scheduler with guests that spin all the time, or sleep and wake, on one to four processors.
class SchedulerTest {
    private static final long SECOND = 1_000_000_000;
    private static final long SLEEP_ARGUMENTS = TestGuest.FREE << 12;

    private final StringBuilder events = new StringBuilder();
    private Hypervisor xen;
    private final List<TestGuest> guests = new ArrayList<>();

    private void boot(int processors, int count) {
        Machine machine =
                new Machine(1, 64 + 64 * count, processors, (frames, clock) -> new NoCpu());
        Trace trace = new Trace();
        trace.listen(EnumSet.of(Topic.SCHED), event -> events.append(event).append('\n'));
        xen = new Hypervisor(machine, PlainParts.all(), trace);
        for (int i = 0; i < count; i++) {
            TestGuest guest = new TestGuest(xen, 8, new byte[0]);
            guest.vcpu.timers.stopAll();
            guests.add(guest);
        }
    }

    private void runFor(long nanos) {
        xen.run(xen.machine().clock().nanos() + nanos, StopWhen.never());
    }

    private double share(int guest) {
        long now = xen.machine().clock().nanos();
        return guests.get(guest).vcpu.ranNanos(now) / (double) now;
    }

    private void assertShare(double expected, int guest) {
        assertEquals(expected, share(guest), 0.02, "share of guest " + guest);
    }

    @Test
    void equalsGetEqualShares() {
        boot(1, 3);
        runFor(SECOND);
        for (int i = 0; i < 3; i++) {
            assertShare(1 / 3.0, i);
        }
    }

    @Test
    void aDomainGetsByItsWeight() {
        boot(1, 3);
        assertEquals(0, xen.setShare(guests.get(0).domain, 512, 0));
        assertEquals(0, xen.setShare(guests.get(1).domain, 128, 0));
        runFor(2 * SECOND);
        assertShare(512 / 896.0, 0);
        assertShare(128 / 896.0, 1);
        assertShare(256 / 896.0, 2);
    }

    @Test
    void aCapIsNotPassedThoughNobodyElseWantsToRun() {
        boot(1, 1);
        assertEquals(0, xen.setShare(guests.getFirst().domain, 256, 30));
        runFor(SECOND);
        assertShare(0.3, 0);
        assertEquals(0, xen.setShare(guests.getFirst().domain, 256, 0));
        runFor(SECOND);
        assertShare(0.65, 0);
    }

    @Test
    void whatOneMayNotUseTheOthersDo() {
        boot(1, 2);
        assertEquals(0, xen.setShare(guests.get(0).domain, 65_535, 20));
        runFor(SECOND);
        assertShare(0.2, 0);
        assertShare(0.8, 1);
    }

    @Test
    void sharesThatAreNoneAreRefused() {
        boot(1, 1);
        Domain domain = guests.getFirst().domain;
        assertEquals(Errno.EINVAL.rc(), xen.setShare(domain, 0, 0));
        assertEquals(Errno.EINVAL.rc(), xen.setShare(domain, 65_536, 0));
        assertEquals(Errno.EINVAL.rc(), xen.setShare(domain, 256, -1));
        assertEquals(Errno.EINVAL.rc(), xen.setShare(domain, 256, 201), "it has two vCPUs");
        assertEquals(Errno.EINVAL.rc(), xen.pin(guests.getFirst().vcpu, 2, 1), "no such processor");
    }

    @Test
    void threeShareTwoProcessorsFairly() {
        boot(2, 3);
        runFor(2 * SECOND);
        for (int i = 0; i < 3; i++) {
            assertShare(2 / 3.0, i);
        }
    }

    @Test
    void aProcessorOfOnesOwnIsNotShared() {
        boot(3, 2);
        runFor(SECOND);
        assertShare(1, 0);
        assertShare(1, 1);
        assertTrue(xen.pcpus().stream().anyMatch(pcpu -> !pcpu.isBusy()), "one idles");
    }

    @Test
    void hardAffinityIsObeyedAndSoftIsHeeded() {
        boot(2, 3);
        assertEquals(0, xen.pin(guests.get(0).vcpu, 1, -1));
        assertEquals(0, xen.pin(guests.get(1).vcpu, 1, -1));
        assertEquals(0, xen.pin(guests.get(2).vcpu, -1, 2));
        events.setLength(0);
        runFor(SECOND);
        assertFalse(events.toString().contains("subject=d1, target=v0, pcpu=1"));
        assertFalse(events.toString().contains("subject=d2, target=v0, pcpu=1"));
        assertShare(0.5, 0);
        assertShare(0.5, 1);
        assertShare(1, 2);
        assertEquals(1, guests.get(2).vcpu.sched().pcpu());
    }

    @Test
    void aVcpuThatMayNotRunWhereItRunsIsMoved() {
        boot(2, 1);
        runFor(1_000_000);
        int before = guests.getFirst().vcpu.sched().pcpu();
        int other = 1 - before;
        assertEquals(0, xen.pin(guests.getFirst().vcpu, 1L << other, -1));
        runFor(1_000_000);
        assertEquals(other, guests.getFirst().vcpu.sched().pcpu(), events.toString());
        assertTrue(xen.pcpus().get(other).isBusy());
        assertFalse(xen.pcpus().get(before).isBusy());
    }

    @Test
    void whoeverSleptGoesFirstOnceTheOtherHasHadItsMinimum() {
        boot(1, 2);
        Vcpu sleeper = guests.get(1).vcpu;
        runFor(100_000);
        xen.pause(guests.get(1).domain);
        runFor(50_000_000);
        xen.unpause(guests.get(1).domain);
        block(guests.get(1));
        runFor(20_300_000);
        wake(guests.get(1));
        long woken = xen.machine().clock().nanos();
        for (int i = 0; i < 5_000 && sleeper.runstate() != Runstate.RUNNING; i++) {
            runFor(1_000);
        }
        long waited = xen.machine().clock().nanos() - woken;
        assertTrue(waited <= Scheduler.SLICE + 1_000, "waited for " + waited);
    }

    private void block(TestGuest guest) {
        guest.vcpu.setUpcallPending(false);
        guest.vcpu.setSelector(0);
        assertEquals(0, guest.call(29, 1, 0));
        assertTrue(guest.vcpu.isBlocked);
        guest.vcpu.setUpcallMasked(true);
    }

    private void wake(TestGuest guest) {
        PortTable ports = guest.domain.ports();
        Port port = ports.firstFree();
        ports.bind(port, new PortState.Ipi(new VcpuId(0)));
        guest.put(SLEEP_ARGUMENTS, port.value());
        assertEquals(0, guest.call(32, 4, SLEEP_ARGUMENTS));
    }

    @Test
    void whoIdlesCostsNothing() {
        boot(2, 2);
        guests.forEach(this::block);
        assertEquals(Stopped.IDLE, xen.run(Long.MAX_VALUE, StopWhen.never()));
        long before = xen.retired();
        assertEquals(Stopped.IDLE, xen.run(Long.MAX_VALUE, StopWhen.never()));
        assertEquals(before, xen.retired());
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 4})
    void howeverARunIsCutTheSameVcpusRunAtTheSameTimes(int processors) throws IOException {
        boot(processors, 4);
        post();
        xen.run(80_000_000, StopWhen.never());
        String whole = events.toString();
        byte[] state = state();
        SchedulerTest cut = new SchedulerTest();
        cut.boot(processors, 4);
        cut.post();
        Dice dice = new Dice(5);
        while (cut.xen.machine().clock().nanos() < 80_000_000) {
            long until = cut.xen.machine().clock().nanos() + 1 + dice.below(900_000);
            cut.xen.run(Math.min(until, 80_000_000), StopWhen.never());
        }
        assertEquals(whole, cut.events.toString());
        org.junit.jupiter.api.Assertions.assertArrayEquals(state, cut.state());
    }

    private void post() {
        xen.machine()
                .journal()
                .record(20_000_000, new Input.ShareSet(guests.get(1).domain.id(), 600, 40));
        xen.machine()
                .journal()
                .record(
                        30_000_000,
                        new Input.AffinitySet(guests.get(2).domain.id(), new VcpuId(0), 1, 1));
    }

    /// But for the time-stamp counters, which this processor does not count on.
    private byte[] state() throws IOException {
        guests.forEach(guest -> guest.vcpu.registers.tsc = 0);
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        xen.save(new DataOutputStream(bytes));
        return bytes.toByteArray();
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    void inStormsNobodyRunsTwiceNorWhereItMayNot(long seed) {
        Dice dice = new Dice(seed);
        boot(1 + dice.below(4), 5);
        int processors = xen.pcpus().size();
        for (int i = 0; i < 3_000; i++) {
            TestGuest guest = guests.get(dice.below(guests.size()));
            switch (dice.below(8)) {
                case 0 -> block(guest);
                case 1 -> wake(guest);
                case 2 -> xen.setShare(guest.domain, 1 + dice.below(1000), dice.below(120));
                case 3 -> xen.pin(guest.vcpu, 1 + dice.below(1 << processors), -1);
                case 4 -> xen.pause(guest.domain);
                case 5 -> xen.unpause(guest.domain);
                default -> runFor(1 + dice.below(3_000_000));
            }
            if (dice.below(3) == 0) {
                runFor(1 + dice.below(50_000));
                assertSound("seed " + seed + ", step " + i);
            }
            guest.domain.ports().setPending(new Port(1), false);
            guest.domain.ports().bind(new Port(1), new PortState.Free());
        }
    }

    /// After some time has passed no processor idles while somebody waits who may run there.
    private void assertSound(String where) {
        for (TestGuest guest : guests) {
            long on = xen.pcpus().stream().filter(pcpu -> pcpu.runs(guest.vcpu)).count();
            assertTrue(on <= 1, where + ": runs on " + on);
            boolean isRunning = guest.vcpu.runstate() == Runstate.RUNNING;
            assertTrue(!isRunning || on == 1, where + ": runs nowhere");
        }
    }
}
