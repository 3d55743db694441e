package io.xenarium.xen;

import io.xenarium.abi.FifoEvents;
import io.xenarium.abi.PortState;
import io.xenarium.abi.SharedInfo;
import io.xenarium.machine.Kept;
import io.xenarium.machine.Memory;
import io.xenarium.terms.Bug;
import io.xenarium.terms.Check;
import io.xenarium.terms.DomId;
import io.xenarium.terms.Port;
import io.xenarium.terms.VcpuId;

import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.Optional;
import java.util.function.Predicate;

/// The event-channel ports of one domain, and their pending and mask bits, which lie where the
/// guest reads and writes them too: in the domain's shared-info page, or in pages of its own once
/// it has chosen the FIFO ABI.
///
/// 1. Port 0 is never bound.
/// 2. At most one port carries a given virtual interrupt of a given vCPU.
///
/// Xen: struct evtchn and the buckets of xen/common/event_channel.c.
public final class PortTable implements Kept {
    private static final PortState FREE = new PortState.Free();
    private static final int BUNCH = 64;

    private final Memory memory;
    private final long sharedInfoMaddr;
    private final int vcpus;
    private final PortState[] states = new PortState[Limits.PORTS];
    private int end = 1;
    private int valid = BUNCH;
    private Optional<FifoTable> fifo = Optional.empty();

    PortTable(Memory memory, long sharedInfoMaddr, int vcpus) {
        this.memory = memory;
        this.vcpus = vcpus;
        this.sharedInfoMaddr = sharedInfoMaddr;
        java.util.Arrays.fill(states, FREE);
    }

    /// What the port is bound to.
    public PortState state(Port port) {
        Check.that(port.value() < Limits.PORTS, "there is no port %d", port.value());
        return states[port.value()];
    }

    /// One more than the highest port that is bound: those from here on are free.
    public int end() {
        return end;
    }

    /// How many port numbers are good: Xen makes room for ports in bunches, as they are taken, and
    /// keeps it.
    public int valid() {
        return valid;
    }

    /// What there is of the FIFO ABI, where the domain has chosen it.
    public Optional<FifoTable> fifo() {
        return fifo;
    }

    /// Changes over to the FIFO ABI, if that is not done yet: what is pending waits for pages of
    /// event words.
    FifoTable beginFifo() {
        if (fifo.isEmpty()) {
            FifoTable made = new FifoTable(memory, vcpus);
            for (int number = 1; number < valid; number++) {
                Port port = new Port(number);
                made.setSaved(port, bit(SharedInfo.EVTCHN_PENDING, port));
            }
            fifo = Optional.of(made);
        }
        return fifo.get();
    }

    /// Goes back to two levels of bits.
    void endFifo() {
        fifo = Optional.empty();
    }

    public boolean isPending(Port port) {
        return fifo.isPresent()
                ? fifo.get().has(port, FifoEvents.PENDING)
                : bit(SharedInfo.EVTCHN_PENDING, port);
    }

    public boolean isMasked(Port port) {
        return fifo.isPresent()
                ? fifo.get().has(port, FifoEvents.MASKED)
                : bit(SharedInfo.EVTCHN_MASK, port);
    }

    /// The lowest free port, or port 0 where none is left.
    Port firstFree() {
        for (int port = 1; port < Limits.PORTS_GIVEN; port++) {
            if (states[port] instanceof PortState.Free) {
                return new Port(port);
            }
        }
        return new Port(0);
    }

    /// The port that carries `virq` to `target`, or port 0.
    Port virqPort(int virq, VcpuId target) {
        return firstVirq(bound -> bound.virq() == virq && bound.notifies().equals(target));
    }

    /// The port that carries `virq`, whichever vCPU it tells, or port 0.
    Port virqPort(int virq) {
        return firstVirq(bound -> bound.virq() == virq);
    }

    private Port firstVirq(Predicate<PortState.Virq> wanted) {
        for (int port = 1; port < end; port++) {
            if (states[port] instanceof PortState.Virq bound && wanted.test(bound)) {
                return new Port(port);
            }
        }
        return new Port(0);
    }

    void bind(Port port, PortState state) {
        Check.that(port.value() > 0 && port.value() < Limits.PORTS, "no port %d", port.value());
        states[port.value()] = state;
        if (!(state instanceof PortState.Free)) {
            end = Math.max(end, port.value() + 1);
            valid = Math.max(valid, (end + BUNCH - 1) / BUNCH * BUNCH);
        }
        while (end > 1 && states[end - 1] instanceof PortState.Free) {
            end--;
        }
    }

    /// Sets or clears the pending bit of the two-level ABI; returns what it was.
    boolean setPending(Port port, boolean now) {
        return setBit(SharedInfo.EVTCHN_PENDING, port, now);
    }

    /// Sets or clears the mask bit of the two-level ABI; returns what it was.
    boolean setMasked(Port port, boolean now) {
        return setBit(SharedInfo.EVTCHN_MASK, port, now);
    }

    /// Turns over a bit of the port, in whichever ABI: the one that lies at `field` in the
    /// shared-info page, or `wordBit` of the event word, which must be there.
    void flip(Port port, int field, int wordBit) {
        if (fifo.isPresent()) {
            fifo.get().put(port, wordBit, !fifo.get().has(port, wordBit));
        } else {
            setBit(field, port, !bit(field, port));
        }
    }

    private boolean bit(int field, Port port) {
        return (memory.getLong(word(field, port)) >>> port.value() & 1) != 0;
    }

    private boolean setBit(int field, Port port, boolean now) {
        long before = memory.getLong(word(field, port));
        long bit = 1L << port.value();
        if (((before & bit) != 0) != now) {
            memory.setLong(word(field, port), before ^ bit);
        }
        return (before & bit) != 0;
    }

    private long word(int field, Port port) {
        return sharedInfoMaddr + field + (port.value() >> 6) * 8L;
    }

    @Override
    public void save(DataOutput out) throws IOException {
        out.writeInt(valid);
        out.writeBoolean(fifo.isPresent());
        if (fifo.isPresent()) {
            fifo.get().save(out);
        }
        out.writeInt(end);
        for (int port = 1; port < end; port++) {
            save(out, states[port]);
        }
    }

    private static void save(DataOutput out, PortState state) throws IOException {
        switch (state) {
            case PortState.Free free -> save(out, 0, free, 0, 0);
            case PortState.Unbound unbound -> save(out, 1, unbound, unbound.remote().value(), 0);
            case PortState.Interdomain wire ->
                    save(out, 2, wire, wire.peer().value(), wire.peerPort().value());
            case PortState.Virq virq -> save(out, 3, virq, virq.virq(), 0);
            case PortState.Ipi ipi -> save(out, 4, ipi, 0, 0);
        }
    }

    private static void save(DataOutput out, int kind, PortState state, int one, int other)
            throws IOException {
        out.writeByte(kind);
        out.writeInt(state.notifies().value());
        out.writeInt(one);
        out.writeInt(other);
    }

    @Override
    public void load(DataInput in) throws IOException {
        java.util.Arrays.fill(states, FREE);
        valid = in.readInt();
        fifo = Optional.empty();
        if (in.readBoolean()) {
            FifoTable kept = new FifoTable(memory, vcpus);
            kept.load(in);
            fifo = Optional.of(kept);
        }
        end = in.readInt();
        for (int port = 1; port < end; port++) {
            int kind = in.readByte();
            VcpuId notifies = new VcpuId(in.readInt());
            int one = in.readInt();
            int other = in.readInt();
            states[port] =
                    switch (kind) {
                        case 0 -> FREE;
                        case 1 -> new PortState.Unbound(new DomId(one), notifies);
                        case 2 ->
                                new PortState.Interdomain(
                                        new DomId(one), new Port(other), notifies);
                        case 3 -> new PortState.Virq(one, notifies);
                        case 4 -> new PortState.Ipi(notifies);
                        default -> throw new Bug("no such kind of port: " + kind);
                    };
        }
    }
}
