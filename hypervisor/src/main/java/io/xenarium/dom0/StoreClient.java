package io.xenarium.dom0;

import io.xenarium.abi.StoreRing;
import io.xenarium.machine.Memory;
import io.xenarium.terms.DomId;
import io.xenarium.terms.Errno;
import io.xenarium.terms.Mfn;
import io.xenarium.terms.Port;
import io.xenarium.trace.RingEvent;
import io.xenarium.trace.Trace;
import io.xenarium.xen.Hypervisor;

import java.io.ByteArrayOutputStream;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/// A guest's connection to the store: its ring, what has come of a request and what waits to be
/// sent, its watches and transactions.
///
/// 1. No request is answered while an older answer waits for room, so a guest that does not read
///    cannot make the daemon remember much.
/// 2. A guest that breaks the protocol is no longer listened to ([#isBroken]); the ring's error
///    field tells it.
final class StoreClient {
    /// A path that the guest wants to hear of.
    ///
    /// @param name as it was given, and as it is given back
    /// @param path the same, absolute
    record Watch(String name, String path, String token) {}

    /// What a guest may have at a time, by xenstored's defaults: it refuses the next one only where
    /// there are more than that.
    private static final int WATCHES_MAX = 128;

    private static final int TRANSACTIONS_MAX = 10;

    /// Bytes that may wait for room before watch events are dropped: a guest that does not read
    /// must not fill domain 0.
    private static final int OUTGOING_MAX = 64 << 10;

    private final DomId guest;
    private final Mfn ring;
    private final Port port;
    private final List<Watch> watches = new ArrayList<>();
    private final SortedMap<Integer, StoreTransaction> transactions = new TreeMap<>();
    private byte[] incoming = {};
    private byte[] outgoing = {};
    private int transactionsStarted;
    private boolean isBroken;

    StoreClient(DomId guest, Mfn ring, Port port) {
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

    /// Whether the guest has broken the protocol and is no longer listened to.
    boolean isBroken() {
        return isBroken;
    }

    List<Watch> watches() {
        return watches;
    }

    void addWatch(Watch watch) {
        if (watches.stream().anyMatch(watch::equals)) {
            throw new StoreRefusal(Errno.EEXIST);
        }
        if (watches.size() > WATCHES_MAX) {
            throw new StoreRefusal(Errno.E2BIG);
        }
        watches.add(watch);
    }

    StoreTransaction transaction(int id) {
        StoreTransaction found = transactions.get(id);
        if (found == null) {
            throw new StoreRefusal(Errno.ENOENT);
        }
        return found;
    }

    int startTransaction(StoreTree tree) {
        if (transactions.size() > TRANSACTIONS_MAX) {
            throw new StoreRefusal(Errno.ENOSPC);
        }
        transactionsStarted++;
        transactions.put(transactionsStarted, new StoreTransaction(tree));
        return transactionsStarted;
    }

    void endTransaction(int id) {
        transactions.remove(id);
    }

    /// What the guest has more of than it may: nothing that it sends makes domain 0 remember more.
    List<String> excess() {
        List<String> excess = new ArrayList<>();
        int message = StoreWire.HEADER_BYTES + StoreWire.PAYLOAD_MAX;
        note(excess, watches.size() > WATCHES_MAX + 1, watches.size() + " watches");
        int open = transactions.size();
        note(excess, open > TRANSACTIONS_MAX + 1, open + " transactions");
        boolean isFull = outgoing.length > OUTGOING_MAX + 2 * message;
        note(excess, isFull, outgoing.length + " bytes that wait for room");
        boolean isLong = incoming.length > message + StoreRing.BYTES;
        note(excess, isLong, incoming.length + " bytes of requests");
        for (StoreTransaction each : transactions.values()) {
            note(excess, !each.excess().isEmpty(), each.excess());
        }
        return excess;
    }

    private static void note(List<String> excess, boolean isTooMuch, String what) {
        if (isTooMuch) {
            excess.add(what);
        }
    }

    /// Forgets watches and transactions.
    void reset() {
        watches.clear();
        transactions.clear();
    }

    /// Lets a message wait for room in the ring.
    void send(StoreWire.Message message) {
        if (message.type() != StoreWire.WATCH_EVENT || outgoing.length < OUTGOING_MAX) {
            outgoing = joined(outgoing, message.bytes());
        }
    }

    /// Whether an answer waits for room.
    boolean isWaiting() {
        return outgoing.length > 0;
    }

    /// The next whole request; none where none has come in full.
    Optional<StoreWire.Message> nextRequest(Memory memory) {
        if (isBroken || incoming.length < StoreWire.HEADER_BYTES) {
            return Optional.empty();
        }
        long payload = StoreWire.payloadBytes(incoming);
        if (payload > StoreWire.PAYLOAD_MAX) {
            giveUp(memory, StoreRing.ERROR_PROTOCOL);
            return Optional.empty();
        }
        int whole = StoreWire.HEADER_BYTES + (int) payload;
        if (incoming.length < whole) {
            return Optional.empty();
        }
        byte[] message = java.util.Arrays.copyOf(incoming, whole);
        incoming = java.util.Arrays.copyOfRange(incoming, whole, incoming.length);
        return Optional.of(StoreWire.message(message));
    }

    /// Takes from the ring what is there of requests. Returns whether anything was.
    boolean receive(Hypervisor xen) {
        Memory memory = xen.machine().memory();
        if (isBroken || incoming.length > StoreWire.HEADER_BYTES + StoreWire.PAYLOAD_MAX) {
            return false;
        }
        int consumer = memory.getInt(base() + StoreRing.REQ_CONS);
        int count = memory.getInt(base() + StoreRing.REQ_PROD) - consumer;
        if (count < 0 || count > StoreRing.BYTES) {
            giveUp(memory, StoreRing.ERROR_INDEX);
            return true;
        }
        byte[] bytes = new byte[count];
        for (int i = 0; i < count; i++) {
            int at = consumer + i & StoreRing.BYTES - 1;
            bytes[i] = memory.getByte(base() + StoreRing.REQ + at);
        }
        if (count > 0) {
            memory.setInt(base() + StoreRing.REQ_CONS, consumer + count);
            incoming = joined(incoming, bytes);
            tell(xen.trace(), new Rings.Move(true, count, consumer + count));
        }
        return count > 0;
    }

    /// Puts into the ring what there is room for. Returns whether anything was.
    boolean flush(Hypervisor xen) {
        Memory memory = xen.machine().memory();
        int producer = memory.getInt(base() + StoreRing.RSP_PROD);
        int consumer = memory.getInt(base() + StoreRing.RSP_CONS);
        int used = producer - consumer;
        if (isBroken || used < 0 || used > StoreRing.BYTES) {
            return false;
        }
        int count = Math.min(StoreRing.BYTES - used, outgoing.length);
        for (int i = 0; i < count; i++) {
            int at = producer + i & StoreRing.BYTES - 1;
            memory.setByte(base() + StoreRing.RSP + at, outgoing[i]);
        }
        if (count > 0) {
            memory.setInt(base() + StoreRing.RSP_PROD, producer + count);
            outgoing = java.util.Arrays.copyOfRange(outgoing, count, outgoing.length);
            tell(xen.trace(), new Rings.Move(false, count, consumer));
        }
        return count > 0;
    }

    private void giveUp(Memory memory, int why) {
        isBroken = true;
        memory.setInt(base() + StoreRing.ERROR, why);
        incoming = new byte[0];
        outgoing = new byte[0];
        reset();
    }

    private void tell(Trace trace, Rings.Move move) {
        Rings.tell(trace, RingEvent.Ring.XENSTORE, guest, move);
    }

    /// Whether domain 0 may touch the ring's page.
    boolean isReachable(Hypervisor xen) {
        return Rings.isUsable(xen.frames(), ring, guest);
    }

    private long base() {
        return ring.toMaddr().value();
    }

    private static byte[] joined(byte[] first, byte[] second) {
        ByteArrayOutputStream both = new ByteArrayOutputStream(first.length + second.length);
        both.writeBytes(first);
        both.writeBytes(second);
        return both.toByteArray();
    }

    void save(DataOutput out) throws IOException {
        out.writeInt(guest.value());
        out.writeLong(ring.value());
        out.writeInt(port.value());
        out.writeInt(watches.size());
        for (Watch watch : watches) {
            StoreWire.writeText(out, watch.name);
            StoreWire.writeText(out, watch.path);
            StoreWire.writeText(out, watch.token);
        }
        out.writeInt(transactions.size());
        for (var each : transactions.entrySet()) {
            out.writeInt(each.getKey());
            each.getValue().save(out);
        }
        out.writeInt(incoming.length);
        out.write(incoming);
        out.writeInt(outgoing.length);
        out.write(outgoing);
        out.writeInt(transactionsStarted);
        out.writeBoolean(isBroken);
    }

    static StoreClient read(DataInput in) throws IOException {
        StoreClient client =
                new StoreClient(
                        new DomId(in.readInt()), new Mfn(in.readLong()), new Port(in.readInt()));
        for (int left = in.readInt(); left > 0; left--) {
            client.watches.add(
                    new Watch(
                            StoreWire.readText(in),
                            StoreWire.readText(in),
                            StoreWire.readText(in)));
        }
        for (int left = in.readInt(); left > 0; left--) {
            client.transactions.put(in.readInt(), StoreTransaction.read(in));
        }
        client.incoming = new byte[in.readInt()];
        in.readFully(client.incoming);
        client.outgoing = new byte[in.readInt()];
        in.readFully(client.outgoing);
        client.transactionsStarted = in.readInt();
        client.isBroken = in.readBoolean();
        return client;
    }
}
