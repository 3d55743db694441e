package io.xenarium.dom0;

import io.xenarium.abi.ConsoleRing;
import io.xenarium.machine.Memory;
import io.xenarium.terms.DomId;
import io.xenarium.terms.Mfn;
import io.xenarium.terms.Port;
import io.xenarium.trace.RingEvent;
import io.xenarium.trace.Trace;
import io.xenarium.xen.Hypervisor;

import java.io.ByteArrayOutputStream;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;

/// The console ring of one guest, as domain 0 sees it, and what waits to go into it.
///
/// The guest writes the indices, so they can be anything: a distance greater than the ring is taken
/// for "nothing to do", and no index is used unmasked.
final class ConsoleWire {
    /// The most that waits to be typed: a pasted file.
    static final int QUEUE_MAX = 64 << 10;

    private final DomId guest;
    private final Mfn ring;
    private final Port port;
    private byte[] queue = {};

    ConsoleWire(DomId guest, Mfn ring, Port port) {
        this.guest = guest;
        this.ring = ring;
        this.port = port;
    }

    DomId guest() {
        return guest;
    }

    /// Domain 0's end of the event channel.
    Port port() {
        return port;
    }

    int queued() {
        return queue.length;
    }

    /// Lets bytes wait for room in the ring. What is beyond [#QUEUE_MAX] is lost, as on a terminal
    /// line.
    void queue(byte[] bytes) {
        ByteArrayOutputStream longer = new ByteArrayOutputStream();
        longer.writeBytes(queue);
        longer.write(bytes, 0, Math.min(bytes.length, QUEUE_MAX - queue.length));
        queue = longer.toByteArray();
    }

    /// Moves what can be moved, both ways. Returns whether anything was.
    boolean serve(Hypervisor xen, History history) {
        if (!Rings.isUsable(xen.frames(), ring, guest)) {
            return false;
        }
        Memory memory = xen.machine().memory();
        boolean isOut = takeOutput(memory, xen.trace(), history);
        boolean isIn = putInput(memory, xen.trace());
        return isOut || isIn;
    }

    private boolean takeOutput(Memory memory, Trace trace, History history) {
        int consumer = index(memory, ConsoleRing.OUT_CONS);
        int count = index(memory, ConsoleRing.OUT_PROD) - consumer;
        if (count <= 0 || count > ConsoleRing.OUT_BYTES) {
            return false;
        }
        byte[] bytes = new byte[count];
        for (int i = 0; i < count; i++) {
            int at = consumer + i & ConsoleRing.OUT_BYTES - 1;
            bytes[i] = memory.getByte(base() + ConsoleRing.OUT + at);
        }
        memory.setInt(base() + ConsoleRing.OUT_CONS, consumer + count);
        history.append(bytes, count);
        tell(trace, true, count, consumer + count);
        return true;
    }

    private boolean putInput(Memory memory, Trace trace) {
        int producer = index(memory, ConsoleRing.IN_PROD);
        int consumer = index(memory, ConsoleRing.IN_CONS);
        int used = producer - consumer;
        if (used < 0 || used > ConsoleRing.IN_BYTES) {
            return false;
        }
        int count = Math.min(ConsoleRing.IN_BYTES - used, queue.length);
        if (count == 0) {
            return false;
        }
        for (int i = 0; i < count; i++) {
            int at = producer + i & ConsoleRing.IN_BYTES - 1;
            memory.setByte(base() + ConsoleRing.IN + at, queue[i]);
        }
        memory.setInt(base() + ConsoleRing.IN_PROD, producer + count);
        queue = java.util.Arrays.copyOfRange(queue, count, queue.length);
        tell(trace, false, count, consumer);
        return true;
    }

    private void tell(Trace trace, boolean fromGuest, int count, int index) {
        Rings.tell(trace, RingEvent.Ring.CONSOLE, guest, new Rings.Move(fromGuest, count, index));
    }

    private long base() {
        return ring.toMaddr().value();
    }

    private int index(Memory memory, int field) {
        return memory.getInt(base() + field);
    }

    void save(DataOutput out) throws IOException {
        out.writeInt(guest.value());
        out.writeLong(ring.value());
        out.writeInt(port.value());
        out.writeInt(queue.length);
        out.write(queue);
    }

    static ConsoleWire read(DataInput in) throws IOException {
        ConsoleWire wire =
                new ConsoleWire(
                        new DomId(in.readInt()), new Mfn(in.readLong()), new Port(in.readInt()));
        wire.queue = new byte[in.readInt()];
        in.readFully(wire.queue);
        return wire;
    }
}
