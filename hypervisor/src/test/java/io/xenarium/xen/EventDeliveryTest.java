package io.xenarium.xen;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.xenarium.abi.Hypercall;
import io.xenarium.abi.PortState;
import io.xenarium.check.Invariants;
import io.xenarium.machine.Machine;
import io.xenarium.machine.Memory;
import io.xenarium.machine.cpu.Registers;
import io.xenarium.terms.DomId;
import io.xenarium.terms.Errno;
import io.xenarium.terms.Port;
import io.xenarium.terms.VcpuId;
import io.xenarium.trace.SchedEvent.Runstate;
import io.xenarium.trace.Trace;

import org.junit.jupiter.api.Test;

import java.util.ArrayList;
import java.util.List;

/// From a signal to the guest's handler: ports, upcalls, sleeping, polling, timers.
class EventDeliveryTest {
    private static final long HANDLER = 0x4800;
    private static final long ARGUMENTS = TestGuest.FREE << 12;
    private static final int EVENTS = Hypercall.EVENT_CHANNEL_OP.number();
    private static final int SCHED = Hypercall.SCHED_OP.number();
    private static final int VCPU = Hypercall.VCPU_OP.number();

    private final ScriptedCpu cpu = new ScriptedCpu();
    private final Hypervisor xen;
    private final TestGuest guest;
    private final Registers registers;

    EventDeliveryTest() {
        Machine machine = new Machine(1, 160, 1, (memory, clock) -> cpu);
        xen = new Hypervisor(machine, PlainParts.all(), new Trace());
        guest = new TestGuest(xen, 16, new byte[0]);
        registers = guest.vcpu.registers();
        guest.call(Hypercall.SET_CALLBACKS.number(), HANDLER, HANDLER, 0);
        guest.call(VCPU, 7, 0, 0);
    }

    private void run(long nanos) {
        xen.run(xen.machine().clock().nanos() + nanos, StopWhen.never());
    }

    private Port virq(int virq) {
        guest.put(ARGUMENTS, virq);
        guest.put(ARGUMENTS + 8, 0);
        assertEquals(0, guest.call(EVENTS, 1, ARGUMENTS));
        return new Port((int) guest.get(ARGUMENTS + 8));
    }

    private Port unboundForDomain0() {
        guest.put(ARGUMENTS, 0x7ff0);
        assertEquals(0, guest.call(EVENTS, 6, ARGUMENTS));
        return new Port((int) (guest.get(ARGUMENTS) >>> 32));
    }

    @Test
    void aDaemonOfDomain0IsCalledWhenItsPortIsSignalled() {
        List<Port> heard = new ArrayList<>();
        Port remote = unboundForDomain0();
        Port local = xen.control().bind(guest.domain.id(), remote, heard::add);
        run(10);
        assertEquals(List.of(local), heard, "a new port starts out pending");
        guest.put(ARGUMENTS, remote.value());
        cpu.calls(EVENTS, 4, ARGUMENTS);
        run(10);
        assertEquals(List.of(local, local), heard);
        assertEquals(List.of(), Invariants.check(xen));
    }

    @Test
    void aVirqOfTheWholeDomainIsBoundOnceWhicheverVcpuItTells() {
        Port port = virq(2);
        guest.domain.ports().bind(port, new PortState.Virq(2, new VcpuId(1)));
        guest.put(ARGUMENTS, 2);
        guest.put(ARGUMENTS + 8, 0);
        assertEquals(Errno.EEXIST.rc(), guest.call(EVENTS, 1, ARGUMENTS));
    }

    @Test
    void aSignalFromDomain0InterruptsTheGuestOnceItUnmasks() {
        Port remote = unboundForDomain0();
        Port local = xen.control().bind(guest.domain.id(), remote, port -> {});
        xen.control().send(local);
        run(10);
        assertTrue(guest.domain.ports().isPending(remote));
        assertTrue(guest.vcpu.isUpcallPending());
        assertEquals(0x4000, registers.rip, "upcalls are masked");
        assertEquals(List.of(), Invariants.checkEvents(xen));

        cpu.does(unmasking -> {
            guest.vcpu.setUpcallMasked(false);
            unmasking.gpr[Registers.RAX] = Hypercall.XEN_VERSION.number();
            unmasking.gpr[Registers.RDI] = 0;
            return ScriptedCpu.systemCall(unmasking);
        });
        run(10);
        assertEquals(HANDLER, registers.rip);
        assertTrue(guest.vcpu.isUpcallMasked(), "masked while the handler runs");
    }

    @Test
    void aMaskedPortIsDeliveredByUnmask() {
        Port port = virq(0);
        guest.domain.ports().setMasked(port, true);
        xen.eventChannels().setPending(guest.domain.id(), port);
        assertFalse(guest.vcpu.isUpcallPending());
        guest.put(ARGUMENTS, port.value());
        assertEquals(0, guest.call(EVENTS, 9, ARGUMENTS));
        assertTrue(guest.vcpu.isUpcallPending());
    }

    @Test
    void aSleepingVcpuWakesByItsTimer() {
        virq(0);
        guest.put(ARGUMENTS, xen.machine().clock().nanos() + 5_000);
        guest.put(ARGUMENTS + 8, 0);
        assertEquals(0, guest.call(VCPU, 8, 0, ARGUMENTS));
        cpu.calls(SCHED, 1);
        run(4_000);
        assertEquals(Runstate.BLOCKED, guest.vcpu.runstate());
        run(2_000);
        assertEquals(Runstate.RUNNING, guest.vcpu.runstate());
        assertEquals(HANDLER, registers.rip);
    }

    @Test
    void nothingHappensWhenAllSleepAndNoTimerIsSet() {
        cpu.calls(SCHED, 1);
        assertEquals(Stopped.IDLE, xen.run(1_000_000_000, StopWhen.never()));
        assertEquals(1, xen.machine().clock().nanos(), "time stands still");
    }

    @Test
    void aPollEndsByItsPortThoughMaskedOrByItsDeadline() {
        Port port = virq(1);
        guest.domain.ports().setMasked(port, true);
        guest.put(ARGUMENTS, ARGUMENTS + 64);
        guest.put(ARGUMENTS + 8, 1);
        guest.put(ARGUMENTS + 16, 3_000);
        guest.put(ARGUMENTS + 64, port.value());
        cpu.calls(SCHED, 3, ARGUMENTS);
        run(100);
        assertEquals(Runstate.BLOCKED, guest.vcpu.runstate());
        run(3_000);
        assertEquals(Runstate.RUNNING, guest.vcpu.runstate());

        guest.put(ARGUMENTS + 16, 0);
        cpu.calls(SCHED, 3, ARGUMENTS);
        run(10_000);
        assertEquals(Runstate.BLOCKED, guest.vcpu.runstate());
        xen.eventChannels().setPending(guest.domain.id(), port);
        run(10);
        assertEquals(Runstate.RUNNING, guest.vcpu.runstate());
        assertFalse(guest.vcpu.isUpcallPending(), "the port is masked");
    }

    @Test
    void aRegisteredVcpuInfoTakesOverAndLosesNothing() {
        Port port = virq(0);
        guest.put(ARGUMENTS, guest.mfns[TestGuest.FREE + 1]);
        guest.put(ARGUMENTS + 8, 0x40);
        assertEquals(0, guest.call(VCPU, 10, 0, ARGUMENTS));
        assertEquals(guest.maddr(TestGuest.FREE + 1, 0x40), guest.vcpu.infoMaddr());
        assertTrue(guest.vcpu.isUpcallPending());
        assertEquals(-1, guest.vcpu.selector());
        xen.eventChannels().setPending(guest.domain.id(), port);
        assertEquals(Errno.EINVAL.rc(), guest.call(VCPU, 10, 0, ARGUMENTS), "only once");
        assertEquals(List.of(), Invariants.check(xen));
    }

    @Test
    void timeIsToldByThePageAndByTheCounterAlike() {
        Memory memory = xen.machine().memory();
        long info = guest.vcpu.infoMaddr();
        long tsc = 123_456_789;
        long multiplier = memory.getInt(info + 56) & 0xffff_ffffL;
        int shift = memory.getByte(info + 60);
        assertEquals(tsc, ((tsc << shift) * multiplier) >>> 32);
        assertEquals(0, memory.getInt(info + 32) & 1, "not being written");
    }

    @Test
    void destroyingADomainLeavesItsPeersPortWaiting() {
        Port remote = unboundForDomain0();
        Port local = xen.control().bind(guest.domain.id(), remote, port -> {});
        xen.destroy(guest.domain);
        PortState state = xen.control().domain().ports().state(local);
        assertTrue(state instanceof PortState.Unbound, state.toString());
        assertEquals(List.of(new DomId(0)), xen.domains().stream().map(Domain::id).toList());
        assertEquals(List.of(), Invariants.check(xen));
    }
}
