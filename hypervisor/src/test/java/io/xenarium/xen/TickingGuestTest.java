package io.xenarium.xen;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.xenarium.check.Invariants;
import io.xenarium.machine.Dice;
import io.xenarium.machine.Input;
import io.xenarium.machine.Kept;
import io.xenarium.machine.Machine;
import io.xenarium.machine.code.Interpreter;
import io.xenarium.trace.DomainEvent.Life;
import io.xenarium.trace.Topic;
import io.xenarium.trace.Trace;

import org.junit.jupiter.api.Test;

import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.EnumSet;
import java.util.HexFormat;
import java.util.List;

/// A guest of a few instructions on the real processor: it binds the timer's interrupt, says "tick"
/// on Xen's console at each, and shuts down after the fifth.
class TickingGuestTest {
    /// At 0: set_callbacks, bind_virq, unmask, then count in rbx until r12 is 5, then shut down. At
    /// 0x100: the event handler; it clears the shared bits, counts in r12, writes to the console
    /// and goes back through the iret hypercall. At 0x180: the text.
    private static final String CODE =
            "bf00410000be0041000031d2b8040000000f05bf01000000be00600000b8200000000f05c604250100"
                + "01000048ffc34983fc0572f7c704250060000000000000bf02000000be00600000b81d0000000f05"
                + "ebd9";

    private static final String HANDLER =
            "50575652c60425000001000048c70425080001000000000048c70425000801000000000049ffc4bf00"
                + "000000be05000000ba80410000b8120000000f055a5e5f58488b0c244c8b5c24084883c4106a0051"
                + "415350b8170000000f05";

    private static final int HANDLER_AT = 0x100;
    private static final int TEXT_AT = 0x180;
    private static final long FOREVER = Long.MAX_VALUE;

    private static byte[] code() {
        byte[] code = new byte[0x200];
        byte[] start = HexFormat.of().parseHex(CODE);
        byte[] handler = HexFormat.of().parseHex(HANDLER);
        byte[] text = "tick\n".getBytes(StandardCharsets.US_ASCII);
        System.arraycopy(start, 0, code, 0, start.length);
        System.arraycopy(handler, 0, code, HANDLER_AT, handler.length);
        System.arraycopy(text, 0, code, TEXT_AT, text.length);
        return code;
    }

    /// Xen with one such guest, and all that can be observed of it.
    private static final class Computer implements Kept {
        private final Machine machine;
        private final Hypervisor xen;
        private final TestGuest guest;
        private final StringBuilder console = new StringBuilder();
        private final StringBuilder events = new StringBuilder();
        private final Snapshots snapshots;

        Computer() {
            machine =
                    new Machine(
                            1,
                            160,
                            1,
                            (memory, clock) -> new Interpreter(memory, new CpuidLeaves()));
            Trace trace = new Trace();
            trace.listen(EnumSet.allOf(Topic.class), event -> events.append(event).append('\n'));
            xen = new Hypervisor(machine, PlainParts.all(), trace);
            xen.onConsole((domain, bytes, count) ->
                    console.append(new String(bytes, 0, count, StandardCharsets.US_ASCII)));
            guest = new TestGuest(xen, 16, code());
            snapshots = new Snapshots(machine.memory(), this);
        }

        @Override
        public void save(DataOutput out) throws IOException {
            machine.save(out);
            xen.save(out);
        }

        @Override
        public void load(DataInput in) throws IOException {
            machine.load(in);
            xen.load(in);
        }
    }

    @Test
    void aGuestTicksFiveTimesAndShutsDown() {
        Computer computer = new Computer();
        assertEquals(Stopped.IDLE, computer.xen.run(FOREVER, StopWhen.never()));
        assertEquals("tick\n".repeat(5), computer.console.toString());
        assertEquals(
                Life.SHUTDOWN, computer.guest.domain.life(), computer.guest.domain::crashReason);
        assertEquals(0, computer.guest.domain.shutdownReason());
        assertEquals(List.of(), Invariants.check(computer.xen));
        long nanos = computer.machine.clock().nanos();
        assertTrue(nanos > 50_000_000 && nanos < 50_010_000, "five periods: " + nanos);
    }

    @Test
    void theSameRunHasTheSameEventsAndTheSameState() {
        Computer one = new Computer();
        Computer other = new Computer();
        one.xen.run(FOREVER, StopWhen.never());
        other.xen.run(FOREVER, StopWhen.never());
        assertEquals(one.events.toString(), other.events.toString());
        assertEquals(one.snapshots.take().hash(), other.snapshots.take().hash());
    }

    @Test
    void howeverARunIsCutItIsTheSameRun() {
        Computer whole = new Computer();
        whole.xen.run(FOREVER, StopWhen.never());
        Computer cut = new Computer();
        Dice dice = new Dice(7);
        Stopped why = Stopped.TIME;
        while (why != Stopped.IDLE) {
            long now = cut.machine.clock().nanos();
            why =
                    dice.below(2) == 0
                            ? cut.xen.run(now + 1 + dice.below(300_000), StopWhen.never())
                            : cut.xen.run(
                                    FOREVER, StopWhen.instructions(cut.xen, dice.below(100_000)));
        }
        assertEquals(whole.events.toString(), cut.events.toString());
        assertEquals(whole.snapshots.take().hash(), cut.snapshots.take().hash());
    }

    @Test
    void goingBackToAKeyframeGivesTheSameFuture() {
        Computer computer = new Computer();
        computer.xen.run(20_000_123, StopWhen.never());
        Snapshot keyframe = computer.snapshots.take();
        int seen = computer.events.length();
        computer.xen.run(FOREVER, StopWhen.never());
        String future = computer.events.substring(seen);
        long end = computer.snapshots.take().hash();
        assertNotEquals(keyframe.hash(), end);

        computer.snapshots.restore(keyframe);
        assertEquals(keyframe.hash(), computer.snapshots.take().hash());
        int again = computer.events.length();
        computer.xen.run(FOREVER, StopWhen.never());
        assertEquals(future, computer.events.substring(again));
        assertEquals(end, computer.snapshots.take().hash());
    }

    @Test
    void inputsAreAppliedAtTheirTimeWhenTheRunIsReplayed() {
        Computer live = new Computer();
        live.xen.run(12_345_678, StopWhen.never());
        live.xen.post(new Input.Ordered(live.guest.domain.id(), Input.Order.PAUSE));
        live.xen.run(15_000_000, StopWhen.never());
        live.machine.clock().advance(5_000_000);
        live.xen.post(new Input.Ordered(live.guest.domain.id(), Input.Order.UNPAUSE));
        live.xen.run(FOREVER, StopWhen.never());

        Computer replay = new Computer();
        replay.machine.journal().append(live.machine.journal().entries());
        replay.xen.run(FOREVER, StopWhen.never());
        assertEquals(live.events.toString(), replay.events.toString());
        assertEquals(live.snapshots.take().hash(), replay.snapshots.take().hash());
    }
}
