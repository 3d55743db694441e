package io.xenarium.dom0;

import io.xenarium.abi.BlockRing;
import io.xenarium.abi.XenbusState;
import io.xenarium.machine.Memory;
import io.xenarium.machine.device.Disk;
import io.xenarium.terms.Port;
import io.xenarium.trace.RingEvent;
import io.xenarium.xen.Hypervisor;

import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/// The back-end of one virtual disk: its way through the states of xenbus, and what it does with
/// each request that the guest puts into the ring.
///
/// 1. It has a ring mapped exactly while it is [XenbusState#CONNECTED].
/// 2. A request is answered once: at once where it will not do, else when the disk is done.
///
/// Whatever the guest writes into ring or store ends in an answer, or in the end of this
/// connection. Linux: drivers/block/xen-blkback.
final class BlockBackend {
    private static final String PROTOCOL = "x86_64-abi";

    private record Pending(BlockRequest request, int[] handles) {}

    private final Hypervisor xen;
    private final BlockNodes nodes;
    private final Disk disk;
    private final BlockDevice device;
    private final TreeMap<Long, Pending> pending = new TreeMap<>();
    private Optional<BlockWire> wire = Optional.empty();
    private GuestPages pages;
    private XenbusState state = XenbusState.INITIALISING;
    private long nextTag;

    BlockBackend(Hypervisor xen, BlockNodes nodes, BlockDevice device, Disk disk) {
        this.xen = xen;
        this.nodes = nodes;
        this.device = device;
        this.disk = disk;
        pages = new GuestPages(xen.grants(), device.guest(), false);
        disk.onDone(this::done);
    }

    BlockDevice device() {
        return device;
    }

    BlockNodes nodes() {
        return nodes;
    }

    /// Says what it can do and waits for the front-end.
    void begin() {
        nodes.offer(disk);
        become(XenbusState.INIT_WAIT);
    }

    /// The front-end may have changed its state.
    void frontChanged() {
        switch (nodes.frontState()) {
            case INITIALISING -> {
                if (state == XenbusState.CLOSED || state == XenbusState.CLOSING) {
                    begin();
                }
            }
            case INITIALISED, CONNECTED -> {
                if (state == XenbusState.INIT_WAIT) {
                    connect();
                }
            }
            case CLOSING -> close(XenbusState.CLOSING);
            case CLOSED, UNKNOWN -> close(XenbusState.CLOSED);
            default -> {}
        }
    }

    private void become(XenbusState next) {
        if (state != next || state == XenbusState.INIT_WAIT) {
            state = next;
            nodes.setState(next);
        }
    }

    private void connect() {
        Optional<BlockNodes.Front> front = nodes.front();
        if (front.isEmpty() || !front.get().protocol().equals(PROTOCOL)) {
            fail("its nodes name no ring that can be served");
            return;
        }
        int[] refs = front.get().ringRefs();
        int[] handles = new int[refs.length];
        long[] maddrs = new long[refs.length];
        for (int i = 0; i < refs.length; i++) {
            handles[i] = new GuestPages(xen.grants(), device.guest(), false).map(refs[i], false);
            if (handles[i] < 0) {
                unmap(java.util.Arrays.copyOf(handles, i));
                fail("mapping grant %d of its ring failed: %d".formatted(refs[i], handles[i]));
                return;
            }
            maddrs[i] = xen.grants().maddr(handles[i]);
        }
        Optional<Port> port =
                xen.control().tryBind(device.guest(), front.get().port(), _ -> serve());
        if (port.isEmpty()) {
            unmap(handles);
            fail("binding event channel %d failed".formatted(front.get().port().value()));
            return;
        }
        pages = new GuestPages(xen.grants(), device.guest(), front.get().isPersistent());
        wire = Optional.of(new BlockWire(handles, maddrs, port.get()));
        nodes.describe(disk);
        become(XenbusState.CONNECTED);
    }

    private void unmap(int[] handles) {
        for (int handle : handles) {
            xen.grants().unmap(handle);
        }
    }

    private void fail(String why) {
        nodes.setError(why);
        close(XenbusState.CLOSING);
    }

    /// Finishes what is under way and lets go of the guest.
    private void close(XenbusState next) {
        disconnect();
        become(next);
    }

    /// Finishes what is under way and lets go of all that is the guest's.
    void disconnect() {
        disk.drain();
        for (BlockWire each : wire.stream().toList()) {
            wire = Optional.empty();
            pages.releaseAll();
            unmap(each.handles());
            xen.control().close(each.port());
        }
    }

    /// The front-end says that there are requests.
    private void serve() {
        Memory memory = xen.machine().memory();
        while (wire.isPresent()) {
            BlockWire ring = wire.get();
            int waiting = ring.waiting(memory);
            if (waiting < 0) {
                fail("its ring has more requests than slots");
                return;
            }
            boolean isAnswered = false;
            for (int left = waiting; left > 0; left--) {
                isAnswered |= accept(ring, ring.take(memory));
            }
            if (waiting > 0) {
                tell(true, waiting, ring.taken());
            }
            if (isAnswered) {
                xen.control().send(ring.port());
            }
            if (ring.sleeps(memory)) {
                return;
            }
        }
    }

    private void tell(boolean fromGuest, int slots, int index) {
        Rings.tell(
                xen.trace(),
                RingEvent.Ring.BLOCK,
                device.guest(),
                new Rings.Move(fromGuest, slots * BlockRing.SLOT_BYTES, index));
    }

    /// Returns whether the request was answered at once and the guest wants to be told.
    private boolean accept(BlockWire ring, ByteBuffer slot) {
        BlockOrders orders = new BlockOrders(disk, device.isReadOnly());
        Memory memory = xen.machine().memory();
        BlockRequest request = BlockRequest.of(slot);
        if (request.isIndirect()) {
            request = orders.withSegments(request, slot, pages, memory);
        }
        int status = orders.verdict(request);
        int[] handles = {};
        if (status == BlockRing.OKAY) {
            handles = mapped(request);
            status = handles.length == request.segments().size() ? status : BlockRing.ERROR;
        }
        if (status != BlockRing.OKAY) {
            return ring.put(memory, request, status);
        }
        long tag = nextTag++;
        pending.put(tag, new Pending(request, handles));
        disk.submit(orders.order(tag, request, maddrs(handles), memory));
        return false;
    }

    /// The handles of all pages of a request, or none where one cannot be mapped.
    private int[] mapped(BlockRequest request) {
        int[] handles = new int[request.segments().size()];
        for (int i = 0; i < handles.length; i++) {
            handles[i] = pages.map(request.segments().get(i).ref(), !request.fillsPages());
            if (handles[i] < 0) {
                release(request, java.util.Arrays.copyOf(handles, i));
                return new int[0];
            }
        }
        return handles;
    }

    private void release(BlockRequest request, int[] handles) {
        for (int i = 0; i < handles.length; i++) {
            pages.release(request.segments().get(i).ref(), handles[i]);
        }
    }

    private long[] maddrs(int[] handles) {
        return java.util.Arrays.stream(handles).mapToLong(pages::maddr).toArray();
    }

    /// The disk is done with a request.
    private void done(long tag, byte[] data) {
        Pending finished = pending.remove(tag);
        if (finished == null || wire.isEmpty()) {
            return;
        }
        Memory memory = xen.machine().memory();
        BlockRequest request = finished.request;
        if (request.fillsPages()) {
            BlockOrders.scatter(request, maddrs(finished.handles), data, memory);
        }
        release(request, finished.handles);
        boolean wantsToKnow = wire.get().put(memory, request, BlockRing.OKAY);
        tell(false, 1, (int) tag);
        if (wantsToKnow) {
            xen.control().send(wire.get().port());
        }
    }

    void save(DataOutput out) throws IOException {
        device.save(out);
        out.writeByte(state.ordinal());
        out.writeLong(nextTag);
        pages.save(out);
        out.writeBoolean(wire.isPresent());
        if (wire.isPresent()) {
            wire.get().save(out);
        }
        out.writeInt(pending.size());
        for (Map.Entry<Long, Pending> each : pending.entrySet()) {
            out.writeLong(each.getKey());
            each.getValue().request.save(out);
            for (int handle : each.getValue().handles) {
                out.writeInt(handle);
            }
        }
    }

    /// Reads all behind the device.
    void load(DataInput in) throws IOException {
        state = XenbusState.values()[in.readByte()];
        nextTag = in.readLong();
        pages = GuestPages.read(in, xen.grants(), device.guest());
        wire = in.readBoolean() ? Optional.of(BlockWire.read(in)) : Optional.empty();
        wire.ifPresent(ring -> xen.control().handle(ring.port(), _ -> serve()));
        pending.clear();
        for (int left = in.readInt(); left > 0; left--) {
            long tag = in.readLong();
            BlockRequest request = BlockRequest.read(in);
            int[] handles = new int[request.segments().size()];
            for (int i = 0; i < handles.length; i++) {
                handles[i] = in.readInt();
            }
            pending.put(tag, new Pending(request, handles));
        }
        disk.onDone(this::done);
    }
}
