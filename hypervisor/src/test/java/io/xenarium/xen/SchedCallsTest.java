package io.xenarium.xen;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.xenarium.abi.Hypercall;
import io.xenarium.abi.PortState;
import io.xenarium.check.Invariants;
import io.xenarium.machine.Machine;
import io.xenarium.terms.Errno;
import io.xenarium.terms.Port;
import io.xenarium.terms.VcpuId;
import io.xenarium.trace.DomainEvent.Life;
import io.xenarium.trace.SchedEvent.Runstate;
import io.xenarium.trace.Trace;

import org.junit.jupiter.api.Test;

import java.util.List;

/// sched_op: blocking, polling, shutdowns and watchdogs.
class SchedCallsTest {
    private static final long ARGUMENTS = TestGuest.FREE << 12;
    private static final long PORTS = ARGUMENTS + 64;

    private final Hypervisor xen;
    private final TestGuest guest;
    private final TestGuest other;

    SchedCallsTest() {
        Machine machine = new Machine(1, 200, 1, (frames, clock) -> new NoCpu());
        xen = new Hypervisor(machine, PlainParts.all(), new Trace());
        guest = new TestGuest(xen, 16, new byte[0]);
        other = new TestGuest(xen, 8, new byte[0]);
    }

    private long op(int command, long at) {
        return guest.call(Hypercall.SCHED_OP.number(), command, at);
    }

    private Port bound() {
        PortTable ports = guest.domain.ports();
        Port port = ports.firstFree();
        ports.bind(port, new PortState.Ipi(new VcpuId(0)));
        return port;
    }

    private long send(Port port) {
        guest.put(ARGUMENTS, port.value());
        return guest.call(Hypercall.EVENT_CHANNEL_OP.number(), 4, ARGUMENTS);
    }

    @Test
    void blockingUnmasksEventsAndSleepsUnlessOneIsPending() {
        assertEquals(0, op(1, 0));
        assertTrue(guest.vcpu.isBlocked);
        assertFalse(guest.vcpu.isUpcallMasked());
        assertEquals(0, send(bound()));
        assertFalse(guest.vcpu.isBlocked);
        assertEquals(0, op(1, 0));
        assertFalse(guest.vcpu.isBlocked, "one is pending");
    }

    private long poll(long deadline, int... ports) {
        guest.put(ARGUMENTS, PORTS);
        guest.put(ARGUMENTS + 8, ports.length);
        guest.put(ARGUMENTS + 16, deadline);
        for (int i = 0; i < ports.length; i += 2) {
            long high = i + 1 < ports.length ? ports[i + 1] : 0;
            guest.put(PORTS + i * 4L, ports[i] & 0xffff_ffffL | high << 32);
        }
        return op(3, ARGUMENTS);
    }

    @Test
    void pollingOnePortSleepsUntilThatPortIsPendingThoughMasked() {
        Port polled = bound();
        Port unrelated = bound();
        assertEquals(0, poll(0, polled.value()));
        assertTrue(guest.vcpu.isBlocked);
        guest.domain.ports().setMasked(polled, true);
        guest.domain.ports().setMasked(unrelated, true);
        assertEquals(0, send(unrelated));
        assertTrue(guest.vcpu.isBlocked);
        assertEquals(0, send(polled));
        assertFalse(guest.vcpu.isBlocked);
        assertEquals(0, poll(0, polled.value()), "it is still pending");
        assertFalse(guest.vcpu.isBlocked);
    }

    @Test
    void pollingSeveralPortsEndsWithAnyEvent() {
        Port one = bound();
        Port two = bound();
        Port third = bound();
        guest.domain.ports().setMasked(third, true);
        assertEquals(0, poll(0, one.value(), two.value()));
        assertTrue(guest.vcpu.isBlocked);
        assertEquals(0, send(third));
        assertFalse(guest.vcpu.isBlocked);
    }

    @Test
    void aPollEndsAtItsDeadline() {
        assertEquals(0, poll(5_000));
        assertTrue(guest.vcpu.isBlocked);
        xen.run(5_001, StopWhen.never());
        assertFalse(guest.vcpu.isBlocked);
        assertEquals(0, poll(5_000), "it is over");
        assertFalse(guest.vcpu.isBlocked);
    }

    @Test
    void pollsThatNameNoPortAreRefused() {
        assertEquals(Errno.EINVAL.rc(), poll(0, 64), "there is no room for such a port yet");
        assertEquals(0, poll(0, 63));
        assertTrue(guest.vcpu.isBlocked, "a free one can be polled");
        assertEquals(Errno.EINVAL.rc(), poll(0, -1));
        guest.put(ARGUMENTS + 8, 129);
        assertEquals(Errno.EINVAL.rc(), op(3, ARGUMENTS));
        guest.put(ARGUMENTS, 0x7000_0000);
        guest.put(ARGUMENTS + 8, 1);
        assertEquals(Errno.EFAULT.rc(), op(3, ARGUMENTS));
        guest.vcpu.setUpcallPending(true);
        guest.vcpu.setUpcallMasked(false);
        assertEquals(0, op(3, ARGUMENTS), "an event is due: the ports are not even read");
    }

    @Test
    void anyReasonShutsADomainDown() {
        guest.put(ARGUMENTS, 0x1_07);
        assertEquals(0, op(2, ARGUMENTS));
        assertEquals(Life.SHUTDOWN, guest.domain.life());
        assertEquals(7, guest.domain.shutdownReason(), "eight bits of it");
    }

    @Test
    void nothingWakesAVcpuOfADomainThatHasEnded() {
        Port port = bound();
        assertEquals(0, op(1, 0));
        assertEquals(Runstate.BLOCKED, guest.vcpu.runstate());
        other.put(ARGUMENTS, 0);
        assertEquals(0, other.call(Hypercall.SCHED_OP.number(), 2, ARGUMENTS));
        guest.domain.crash(guest.vcpu, "a test wants it so");
        xen.run(1_000, StopWhen.never());
        assertEquals(Runstate.BLOCKED, guest.vcpu.runstate(), "it ended asleep");
        assertEquals(Runstate.OFFLINE, other.vcpu.runstate(), "it ended awake");
        assertEquals(0, send(port));
        assertEquals(Runstate.OFFLINE, guest.vcpu.runstate(), "awake, but never to run again");
        assertEquals(List.of(), Invariants.check(xen));
        assertEquals(Stopped.IDLE, xen.run(5_000, StopWhen.never()));
    }

    @Test
    void theReasonCanBeNamedInAdvance() {
        guest.put(ARGUMENTS, 3);
        assertEquals(0, op(5, ARGUMENTS));
        guest.put(ARGUMENTS, 1);
        assertEquals(0, op(5, ARGUMENTS), "the first counts");
        assertEquals(Life.RUNNING, guest.domain.life());
        assertEquals(0, op(2, ARGUMENTS));
        assertEquals(3, guest.domain.shutdownReason());
    }

    @Test
    void anotherDomainIsNotOnesToShutDown() {
        guest.put(ARGUMENTS, other.domain.id().value());
        assertEquals(Errno.EPERM.rc(), op(4, ARGUMENTS));
        guest.put(ARGUMENTS, 77);
        assertEquals(Errno.ESRCH.rc(), op(4, ARGUMENTS));
        assertEquals(Errno.EPERM.rc(), op(7, ARGUMENTS), "pinning is the hardware domain's");
        assertEquals(Errno.ENOSYS.rc(), op(8, ARGUMENTS));
    }

    @Test
    void theOldFormKnowsThree() {
        int old = Hypercall.SCHED_OP_COMPAT.number();
        assertEquals(0, guest.call(old, 0, 0));
        assertEquals(Errno.ENOSYS.rc(), guest.call(old, 3, ARGUMENTS));
        assertEquals(0, guest.call(old, 2, 1));
        assertEquals(1, guest.domain.shutdownReason());
    }

    private long watchdog(long which, long seconds) {
        guest.put(ARGUMENTS, which | seconds << 32);
        return op(6, ARGUMENTS);
    }

    @Test
    void aDomainHasTwoWatchdogs() {
        assertEquals(1, watchdog(0, 10));
        assertEquals(2, watchdog(0, 10));
        assertEquals(Errno.ENOSPC.rc(), watchdog(0, 10));
        assertEquals(Errno.EINVAL.rc(), watchdog(3, 10));
        assertEquals(0, watchdog(2, 0), "given back");
        assertEquals(Errno.EINVAL.rc(), watchdog(2, 10), "so it cannot be set");
        assertEquals(2, watchdog(0, 10));
    }

    @Test
    void aWatchdogThatIsNotFedShutsTheDomainDown() {
        assertEquals(1, watchdog(0, 1));
        xen.run(900_000_000, StopWhen.never());
        assertEquals(0, watchdog(1, 1));
        xen.run(1_800_000_000, StopWhen.never());
        assertEquals(Life.RUNNING, guest.domain.life());
        xen.run(2_000_000_000, StopWhen.never());
        assertEquals(Life.SHUTDOWN, guest.domain.life());
        assertEquals(4, guest.domain.shutdownReason());
    }
}
