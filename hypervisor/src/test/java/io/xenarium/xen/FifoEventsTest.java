package io.xenarium.xen;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.xenarium.abi.FifoEvents;
import io.xenarium.abi.Hypercall;
import io.xenarium.abi.PortState;
import io.xenarium.check.Invariants;
import io.xenarium.machine.Dice;
import io.xenarium.machine.Machine;
import io.xenarium.machine.Memory;
import io.xenarium.terms.Errno;
import io.xenarium.terms.Port;
import io.xenarium.terms.VcpuId;
import io.xenarium.trace.Trace;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.util.ArrayList;
import java.util.List;

/// The FIFO ABI of event channels: queues by priority, and guests that forge what they share.
class FifoEventsTest {
    private static final long ARGUMENTS = TestGuest.FREE << 12;
    private static final int CONTROL = 8;
    private static final int ARRAY = 9;
    private static final long SELF = 0x7ff0;

    private final Memory memory;
    private final Hypervisor xen;
    private final TestGuest guest;

    FifoEventsTest() {
        Machine machine = new Machine(1, 200, 1, (frames, clock) -> new NoCpu());
        memory = machine.memory();
        xen = new Hypervisor(machine, PlainParts.all(), new Trace());
        guest = new TestGuest(xen, 16, new byte[0]);
    }

    @AfterEach
    void allCountsAreRight() {
        assertEquals(List.of(), Invariants.check(xen));
    }

    private long op(int command) {
        return guest.call(Hypercall.EVENT_CHANNEL_OP.number(), command, ARGUMENTS);
    }

    private long initControl(long frameMfn, int offset, int vcpu) {
        guest.put(ARGUMENTS, frameMfn);
        guest.put(ARGUMENTS + 8, offset | (long) vcpu << 32);
        return op(11);
    }

    private long expandArray(int page) {
        guest.put(ARGUMENTS, guest.mfns[page]);
        return op(12);
    }

    private long setPriority(Port port, long priority) {
        guest.put(ARGUMENTS, port.value() | priority << 32);
        return op(13);
    }

    private void change() {
        assertEquals(0, initControl(guest.mfns[CONTROL], 0, 0));
        assertEquals(0, initControl(guest.mfns[CONTROL], 128, 1));
        assertEquals(0, expandArray(ARRAY));
    }

    private Port ipi(int vcpu) {
        guest.put(ARGUMENTS, vcpu);
        assertEquals(0, op(7));
        return new Port((int) (guest.get(ARGUMENTS) >>> 32));
    }

    private long send(Port port) {
        guest.put(ARGUMENTS, port.value());
        return op(4);
    }

    private int word(Port port) {
        return memory.getInt(guest.maddr(ARRAY, port.value() * 4));
    }

    private void setWord(Port port, int word) {
        memory.setInt(guest.maddr(ARRAY, port.value() * 4), word);
    }

    private int ready(int vcpu) {
        return memory.getInt(guest.maddr(CONTROL, vcpu * 128));
    }

    private int head(int vcpu, int priority) {
        return memory.getInt(guest.maddr(CONTROL, vcpu * 128 + 8 + priority * 4));
    }

    @Test
    void theGuestIsToldHowLongLinksAre() {
        assertEquals(0, initControl(guest.mfns[CONTROL], 0, 0));
        assertEquals(17, guest.get(ARGUMENTS + 16) & 0xff);
    }

    @Test
    void badControlBlocksAreRefused() {
        assertEquals(Errno.ENOENT.rc(), initControl(guest.mfns[CONTROL], 0, 2));
        assertEquals(Errno.EINVAL.rc(), initControl(guest.mfns[CONTROL], 4096 - 64, 0));
        assertEquals(Errno.EINVAL.rc(), initControl(guest.mfns[CONTROL], 4, 0));
        assertEquals(Errno.EINVAL.rc(), initControl(guest.mfns[3], 0, 0), "a page table");
        assertEquals(Errno.EINVAL.rc(), initControl(1 << 20, 0, 0));
        assertTrue(guest.domain.ports().fifo().isEmpty(), "still two levels");
        assertEquals(Errno.EOPNOTSUPP.rc(), expandArray(ARRAY));
        assertEquals(Errno.ENOSYS.rc(), setPriority(ipi(0), 3));
        assertEquals(0, initControl(guest.mfns[CONTROL], 0, 0));
        assertEquals(Errno.EINVAL.rc(), initControl(guest.mfns[CONTROL], 128, 0), "it has one");
        guest.put(ARGUMENTS, guest.mfns[3]);
        assertEquals(Errno.EINVAL.rc(), op(12), "a page table");
    }

    @Test
    void framesInUseBecomeNoPageTables() {
        change();
        assertEquals(0, guest.call(14, ARRAY << 12, 0, 2));
        guest.put(ARGUMENTS, 0);
        guest.put(ARGUMENTS + 8, guest.mfns[ARRAY]);
        assertTrue(guest.call(Hypercall.MMUEXT_OP.number(), ARGUMENTS, 1, 0, SELF) < 0);
    }

    @Test
    void anEventGoesToTheHeadOfAnEmptyQueue() {
        change();
        Port port = ipi(0);
        assertEquals(0, send(port));
        assertEquals(FifoEvents.PENDING | FifoEvents.LINKED, word(port));
        assertEquals(1 << 7, ready(0), "the priority that a port has by default");
        assertEquals(port.value(), head(0, 7));
        assertTrue(guest.vcpu.isUpcallPending());
        assertEquals(0, guest.vcpu.selector(), "no bits of the other ABI");
    }

    @Test
    void furtherEventsAreLinkedBehindTheLast() {
        change();
        Port one = ipi(0);
        Port two = ipi(0);
        Port three = ipi(0);
        send(one);
        send(two);
        send(three);
        send(two);
        assertEquals(one.value(), head(0, 7));
        assertEquals(two.value(), word(one) & FifoEvents.LINK);
        assertEquals(three.value(), word(two) & FifoEvents.LINK);
        assertEquals(0, word(three) & FifoEvents.LINK);
    }

    @Test
    void aQueueThatTheGuestEmptiedBeginsAnew() {
        change();
        Port one = ipi(0);
        Port two = ipi(0);
        send(one);
        consume(one);
        guest.vcpu.setUpcallPending(false);
        memory.setInt(guest.maddr(CONTROL, 0), 0);
        send(two);
        assertEquals(two.value(), head(0, 7));
        assertTrue(guest.vcpu.isUpcallPending());
        consume(two);
        send(two);
        assertEquals(0, word(two) & FifoEvents.LINK, "not linked to itself");
        assertEquals(two.value(), head(0, 7));
    }

    private void consume(Port port) {
        setWord(port, word(port) & ~(FifoEvents.PENDING | FifoEvents.LINKED | FifoEvents.LINK));
    }

    @Test
    void aMaskedEventIsQueuedWhenItIsUnmasked() {
        change();
        Port port = ipi(0);
        setWord(port, FifoEvents.MASKED);
        send(port);
        assertEquals(FifoEvents.PENDING | FifoEvents.MASKED, word(port));
        assertFalse(guest.vcpu.isUpcallPending());
        guest.put(ARGUMENTS, port.value());
        assertEquals(0, op(9));
        assertEquals(FifoEvents.PENDING | FifoEvents.LINKED, word(port));
        assertTrue(guest.vcpu.isUpcallPending());
    }

    @Test
    void prioritiesHaveQueuesOfTheirOwn() {
        change();
        Port urgent = ipi(0);
        Port usual = ipi(0);
        assertEquals(0, setPriority(urgent, 0));
        assertEquals(Errno.EINVAL.rc(), setPriority(urgent, 16));
        assertEquals(Errno.EINVAL.rc(), setPriority(new Port(64), 1), "no room for such a port");
        send(usual);
        send(urgent);
        assertEquals(1 << 7 | 1, ready(0));
        assertEquals(urgent.value(), head(0, 0));
        assertEquals(usual.value(), head(0, 7));
    }

    @Test
    void aPortThatMovesLeavesItsOldQueueWhole() {
        change();
        Port moving = ipi(0);
        Port staying = ipi(0);
        send(moving);
        consume(moving);
        assertEquals(0, setPriority(moving, 3));
        send(moving);
        assertEquals(moving.value(), head(0, 3));
        send(staying);
        assertEquals(staying.value(), head(0, 7), "not linked behind one in another queue");
        assertEquals(0, word(moving) & FifoEvents.LINK);
    }

    @Test
    void whatWasPendingIsCarriedOver() {
        Port before = ipi(0);
        send(before);
        Port quiet = ipi(0);
        guest.vcpu.setUpcallPending(false);
        assertEquals(0, initControl(guest.mfns[CONTROL], 0, 0));
        send(quiet);
        assertEquals(0, ready(0), "there is no event word yet");
        assertEquals(0, expandArray(ARRAY));
        assertEquals(FifoEvents.PENDING | FifoEvents.LINKED | quiet.value(), word(before));
        assertEquals(before.value(), head(0, 7));
        assertTrue(guest.vcpu.isUpcallPending());
    }

    @Test
    void eachVcpuHasItsQueues() {
        change();
        Port port = ipi(1);
        send(port);
        assertEquals(0, ready(0));
        assertEquals(1 << 7, ready(1));
        assertEquals(port.value(), head(1, 7));
        assertTrue(guest.domain.vcpus().get(1).isUpcallPending());
    }

    @Test
    void resettingGoesBackToTwoLevels() {
        change();
        send(ipi(0));
        guest.put(ARGUMENTS, SELF);
        assertEquals(Errno.EBUSY.rc(), op(14), "nothing to be continued");
        assertEquals(0, op(10));
        assertTrue(guest.domain.ports().fifo().isEmpty());
        Port port = ipi(0);
        send(port);
        assertTrue(guest.domain.ports().isPending(port));
        change();
    }

    @Test
    void forgedLinksHarmOnlyTheGuestItself() {
        change();
        Port one = ipi(0);
        Port two = ipi(0);
        send(one);
        setWord(one, FifoEvents.LINKED | FifoEvents.BUSY | one.value());
        send(two);
        assertEquals(two.value(), word(one) & FifoEvents.LINK);
        assertEquals(0, word(one) & FifoEvents.BUSY);
        memory.setInt(guest.maddr(CONTROL, 8 + 28), 0x1ffff);
        setWord(two, FifoEvents.LINK);
        send(two);
        assertEquals(two.value(), head(0, 7));
    }

    @Test
    void whatIsRefused() {
        assertEquals(Errno.EINVAL.rc(), send(new Port(64)), "no such port");
        assertEquals(Errno.EINVAL.rc(), send(new Port(63)), "a free one");
        guest.put(ARGUMENTS, 20);
        assertEquals(Errno.EPERM.rc(), op(2), "an interrupt of somebody else's device");
        guest.put(ARGUMENTS, 1000);
        assertEquals(Errno.EINVAL.rc(), op(2));
        guest.put(ARGUMENTS, 3 | 1L << 32);
        assertEquals(Errno.EINVAL.rc(), op(1), "one of the whole domain tells vCPU 0");
        guest.put(ARGUMENTS, 0 | 7L << 32);
        assertEquals(Errno.ENOENT.rc(), op(1));
        guest.put(ARGUMENTS, 24);
        assertEquals(Errno.EINVAL.rc(), op(1));
        assertEquals(Errno.ENOSYS.rc(), op(15));
    }

    @Test
    void aPortMayWaitForADomainThatIsNotThere() {
        guest.put(ARGUMENTS, SELF | 77L << 16);
        assertEquals(0, op(6));
        int port = (int) (guest.get(ARGUMENTS) >>> 32);
        PortState state = guest.domain.ports().state(new Port(port));
        assertEquals(77, ((PortState.Unbound) state).remote().value());
        guest.put(ARGUMENTS, 99L | SELF << 16);
        assertEquals(Errno.ESRCH.rc(), op(6));
        guest.put(ARGUMENTS, 0L | SELF << 16);
        assertEquals(Errno.EPERM.rc(), op(6));
    }

    @Test
    void theOldFormStillWorks() {
        int old = Hypercall.EVENT_CHANNEL_OP_COMPAT.number();
        guest.put(ARGUMENTS, 7);
        guest.put(ARGUMENTS + 8, 0);
        assertEquals(0, guest.call(old, ARGUMENTS));
        assertEquals(1, (int) guest.get(ARGUMENTS + 8), "its first port");
        guest.put(ARGUMENTS, 11);
        assertEquals(Errno.ENOSYS.rc(), guest.call(old, ARGUMENTS));
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4})
    void stormsOfEventsAndForgeriesKeepEveryCount(long seed) {
        assertEquals("", Storm.shrunk(seed, 6_000, FifoEventsTest::failure));
    }

    private static String failure(long seed, int start, int end) {
        FifoEventsTest run = new FifoEventsTest();
        TestGuest other = new TestGuest(run.xen, 8, new byte[0]);
        for (int i = start; i < end; i++) {
            Dice seeded = new Dice(seed * 1_000_003 + i);
            String step = run.step(seeded, other);
            List<String> wrong = new ArrayList<>(Invariants.check(run.xen));
            if (!wrong.isEmpty()) {
                return "seed %d, steps %d to %d, %s: %s".formatted(seed, start, i, step, wrong);
            }
        }
        return "";
    }

    private String step(Dice seeded, TestGuest other) {
        int kind = seeded.below(10);
        if (kind < 3) {
            int page = seeded.below(3) == 0 ? CONTROL : ARRAY;
            int at = seeded.below(page == CONTROL ? 64 : 80) * 4;
            int bits = seeded.below(16) << 28 | seeded.below(2) * seeded.below(1 << 17);
            memory.setInt(guest.maddr(page, at), bits);
            return "forges word %d of page %d: %#x".formatted(at / 4, page, bits);
        }
        TestGuest who = kind < 5 ? other : guest;
        for (int at = 0; at < 32; at += 8) {
            long low =
                    switch (seeded.below(6)) {
                        case 0 -> guest.mfns[CONTROL + seeded.below(4)];
                        case 1 -> SELF;
                        case 2 -> guest.domain.id().value();
                        default -> seeded.below(12);
                    };
            who.put(ARGUMENTS + at, low | (long) seeded.below(12) << 32);
        }
        int[] commands = {0, 1, 3, 4, 4, 4, 5, 6, 7, 7, 8, 9, 11, 12, 13, seeded.below(16)};
        int command = commands[seeded.below(commands.length)];
        long rc = who.call(Hypercall.EVENT_CHANNEL_OP.number(), command, ARGUMENTS);
        return who.domain.id() + " calls " + command + ": " + rc;
    }

    @Test
    void aVirqFindsItsQueueToo() {
        change();
        guest.put(ARGUMENTS, 0);
        assertEquals(0, op(1));
        Port timer = guest.domain.ports().virqPort(0, new VcpuId(0));
        xen.run(10_000_001, StopWhen.never());
        assertEquals(FifoEvents.PENDING | FifoEvents.LINKED, word(timer));
    }
}
