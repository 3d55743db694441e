package io.xenarium.dom0;

import io.xenarium.abi.ConsoleRing;
import io.xenarium.parts.SplitDriver;
import io.xenarium.terms.DomId;
import io.xenarium.terms.Mfn;
import io.xenarium.terms.Port;
import io.xenarium.trace.RingEvent;
import io.xenarium.xen.Hypervisor;

import java.io.ByteArrayOutputStream;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.Arrays;

/// The console ring of one guest, as domain 0 sees it, and what waits to go into it.
///
/// What moves the bytes is a part; here is what it is lent.
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

    /// Whether the ring's page may still be written to.
    boolean isUsable(Hypervisor xen) {
        return Rings.isUsable(xen.frames(), ring, guest);
    }

    /// What is lent to the part that moves the bytes.
    SplitDriver.Console lent(Hypervisor xen, History history) {
        return new Lent(xen, history);
    }

    private final class Lent implements SplitDriver.Console {
        private final Hypervisor xen;
        private final History history;

        Lent(Hypervisor xen, History history) {
            this.xen = xen;
            this.history = history;
        }

        @Override
        public SplitDriver.ByteRing out() {
            long out = base() + ConsoleRing.OUT;
            long indices = base() + ConsoleRing.OUT_CONS;
            return new PageRing(xen.machine().memory(), out, indices, ConsoleRing.OUT_BYTES);
        }

        @Override
        public SplitDriver.ByteRing in() {
            long in = base() + ConsoleRing.IN;
            long indices = base() + ConsoleRing.IN_CONS;
            return new PageRing(xen.machine().memory(), in, indices, ConsoleRing.IN_BYTES);
        }

        @Override
        public byte[] typed() {
            return queue.clone();
        }

        @Override
        public void forget(int count) {
            queue = Arrays.copyOfRange(queue, count, queue.length);
            tell(false, count, ConsoleRing.IN_CONS);
        }

        @Override
        public void show(byte[] bytes) {
            history.append(bytes, bytes.length);
            tell(true, bytes.length, ConsoleRing.OUT_CONS);
        }

        private void tell(boolean fromGuest, int count, int consumer) {
            if (count == 0) {
                return;
            }
            int index = xen.machine().memory().getInt(base() + consumer);
            Rings.Move move = new Rings.Move(fromGuest, count, index);
            Rings.tell(xen.trace(), RingEvent.Ring.CONSOLE, guest, move);
        }

        @Override
        public void signal() {
            xen.control().send(port);
        }
    }

    private long base() {
        return ring.toMaddr().value();
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
