package io.xenarium.xen;

import io.xenarium.abi.FifoEvents;
import io.xenarium.machine.Kept;
import io.xenarium.machine.Memory;
import io.xenarium.terms.Check;
import io.xenarium.terms.Port;
import io.xenarium.terms.VcpuId;

import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.Arrays;
import java.util.stream.LongStream;

/// What Xen remembers of a domain that chose the FIFO ABI: where its event words and control blocks
/// lie, the tails of its queues, and of each port its priority and the queue it was put into last.
///
/// 1. The tails are known to Xen alone. What a guest writes into words, links and heads can make it
///    lose its own events, and nothing else: Xen never follows a link.
/// 2. A port for whose event word there is no page yet keeps its pending bit here.
///
/// Xen: struct evtchn_fifo_domain and struct evtchn_fifo_vcpu, xen/common/event_fifo.c.
public final class FifoTable implements Kept {
    private final Memory memory;
    private long[] arrayMfns = {};
    private final long[] controlMaddrs;
    private final int[] tails;
    private final byte[] priorities = new byte[Limits.PORTS];
    private final byte[] lastVcpus = new byte[Limits.PORTS];
    private final byte[] lastPriorities = new byte[Limits.PORTS];
    private final boolean[] saved = new boolean[Limits.PORTS];

    FifoTable(Memory memory, int vcpus) {
        this.memory = memory;
        controlMaddrs = new long[vcpus];
        tails = new int[vcpus * FifoEvents.QUEUES];
        Arrays.fill(priorities, (byte) FifoEvents.DEFAULT_PRIORITY);
        Arrays.fill(lastPriorities, (byte) FifoEvents.DEFAULT_PRIORITY);
    }

    /// Frames that Xen uses of the guest's, once for each use: those of event words and of control
    /// blocks.
    public long[] frames() {
        LongStream blocks = Arrays.stream(controlMaddrs).filter(at -> at != 0).map(at -> at >>> 12);
        return LongStream.concat(Arrays.stream(arrayMfns), blocks).toArray();
    }

    /// Ports that have an event word.
    public int words() {
        return arrayMfns.length * FifoEvents.WORDS_PER_PAGE;
    }

    /// The priority of `port`: 0 is served first.
    public int priority(Port port) {
        return priorities[port.value()];
    }

    /// Whether `port` is in a queue, as far as the guest has left it the mark.
    public boolean isLinked(Port port) {
        return has(port, FifoEvents.LINKED);
    }

    /// Machine address of the control block of `vcpu`, 0 while it has none.
    public long controlMaddr(VcpuId vcpu) {
        return controlMaddrs[vcpu.value()];
    }

    void addArrayPage(long frameMfn) {
        Check.that(words() < FifoEvents.LINK, "more event words than links can name");
        arrayMfns = Arrays.copyOf(arrayMfns, arrayMfns.length + 1);
        arrayMfns[arrayMfns.length - 1] = frameMfn;
    }

    void setControl(VcpuId vcpu, long maddr) {
        Check.that(controlMaddr(vcpu) == 0, "vCPU %d has a control block", vcpu.value());
        controlMaddrs[vcpu.value()] = maddr;
    }

    void setPriority(Port port, int priority) {
        Check.that(priority >= 0 && priority < FifoEvents.QUEUES, "priority %d", priority);
        priorities[port.value()] = (byte) priority;
    }

    boolean hasWord(Port port) {
        return port.value() < words();
    }

    /// Whether the event word has this bit; one that is not there has none, but is masked.
    boolean has(Port port, int bit) {
        return hasWord(port)
                ? (memory.getInt(wordMaddr(port)) & bit) != 0
                : bit == FifoEvents.MASKED;
    }

    /// Sets or clears a bit of the event word, which must be there; returns what it was.
    boolean put(Port port, int bit, boolean now) {
        int before = memory.getInt(wordMaddr(port));
        memory.setInt(wordMaddr(port), now ? before | bit : before & ~bit);
        return (before & bit) != 0;
    }

    /// Lets the event word of `tail` point to `next`, if `tail` is still in its queue.
    boolean link(int tail, Port next) {
        Port last = new Port(tail);
        if (!has(last, FifoEvents.LINKED)) {
            return false;
        }
        int word = memory.getInt(wordMaddr(last)) & ~(FifoEvents.BUSY | FifoEvents.LINK);
        memory.setInt(wordMaddr(last), word | next.value());
        return true;
    }

    private long wordMaddr(Port port) {
        Check.that(hasWord(port), "port %d has no event word", port.value());
        int page = port.value() / FifoEvents.WORDS_PER_PAGE;
        return (arrayMfns[page] << 12) + port.value() % FifoEvents.WORDS_PER_PAGE * 4L;
    }

    /// Whether the port is pending though it has no event word yet.
    boolean isSaved(Port port) {
        return saved[port.value()];
    }

    void setSaved(Port port, boolean now) {
        saved[port.value()] = now;
    }

    int tail(VcpuId vcpu, int priority) {
        return tails[queue(vcpu, priority)];
    }

    void setTail(VcpuId vcpu, int priority, int port) {
        tails[queue(vcpu, priority)] = port;
    }

    /// The port goes into another queue than before, or again into the same one. If it was the tail
    /// of the old one, that is empty.
    void move(Port port, VcpuId vcpu, int priority) {
        int old = queue(new VcpuId(lastVcpus[port.value()]), lastPriorities[port.value()]);
        if (tails[old] == port.value()) {
            tails[old] = 0;
        }
        lastVcpus[port.value()] = (byte) vcpu.value();
        lastPriorities[port.value()] = (byte) priority;
    }

    private static int queue(VcpuId vcpu, int priority) {
        return vcpu.value() * FifoEvents.QUEUES + priority;
    }

    @Override
    public void save(DataOutput out) throws IOException {
        out.writeInt(arrayMfns.length);
        for (long frame : arrayMfns) {
            out.writeLong(frame);
        }
        for (long at : controlMaddrs) {
            out.writeLong(at);
        }
        for (int tail : tails) {
            out.writeInt(tail);
        }
        out.write(priorities);
        out.write(lastVcpus);
        out.write(lastPriorities);
        for (boolean pending : saved) {
            out.writeBoolean(pending);
        }
    }

    @Override
    public void load(DataInput in) throws IOException {
        arrayMfns = new long[in.readInt()];
        for (int i = 0; i < arrayMfns.length; i++) {
            arrayMfns[i] = in.readLong();
        }
        for (int i = 0; i < controlMaddrs.length; i++) {
            controlMaddrs[i] = in.readLong();
        }
        for (int i = 0; i < tails.length; i++) {
            tails[i] = in.readInt();
        }
        in.readFully(priorities);
        in.readFully(lastVcpus);
        in.readFully(lastPriorities);
        for (int i = 0; i < saved.length; i++) {
            saved[i] = in.readBoolean();
        }
    }
}
