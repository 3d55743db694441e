package io.xenarium.dom0;

import io.xenarium.abi.XenbusState;
import io.xenarium.machine.device.Disk;
import io.xenarium.parts.BlockBackend;
import io.xenarium.terms.Port;
import io.xenarium.xen.Hypervisor;

import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.Optional;

/// The connection of one virtual disk to its guest: its way through the states of xenbus, and the
/// part that deals with the requests while it stands.
///
/// It has a ring mapped exactly while it is [XenbusState#CONNECTED]. Whatever the guest writes into
/// the store ends in a connection, or in the end of one. Linux: drivers/block/xen-blkback/xenbus.c.
final class BlockConnection {
    private static final String PROTOCOL = "x86_64-abi";

    private final Hypervisor xen;
    private final BlockNodes nodes;
    private final Disk disk;
    private final BlockDevice device;
    private final BlockPlatform platform;
    private final BlockBackend part;
    private XenbusState state = XenbusState.INITIALISING;

    BlockConnection(Hypervisor xen, BlockNodes nodes, BlockDevice device, Disk disk) {
        this.xen = xen;
        this.nodes = nodes;
        this.device = device;
        this.disk = disk;
        platform = new BlockPlatform(xen, device, disk);
        part = xen.parts().blockBackend().make(platform);
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
        platform.connect(new BlockWire(handles, maddrs, port.get()), front.get().isPersistent());
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
        platform.disconnect()
                .ifPresent(ring -> {
                    unmap(ring.handles());
                    xen.control().close(ring.port());
                });
    }

    /// The front-end says that there are requests.
    private void serve() {
        if (platform.wire().isPresent() && !part.serve()) {
            fail("its ring has more requests than slots");
        }
    }

    private void done(long tag, byte[] data) {
        platform.finished(tag).ifPresent(work -> part.complete(work, data));
    }

    void save(DataOutput out) throws IOException {
        device.save(out);
        out.writeByte(state.ordinal());
        platform.save(out);
    }

    /// Reads all behind the device.
    void load(DataInput in) throws IOException {
        state = XenbusState.values()[in.readByte()];
        platform.load(in);
        platform.wire().ifPresent(ring -> xen.control().handle(ring.port(), _ -> serve()));
        disk.onDone(this::done);
    }
}
