package io.xenarium.dom0;

import io.xenarium.abi.XenbusState;
import io.xenarium.machine.device.Disk;
import io.xenarium.parts.BlockBackend;
import io.xenarium.parts.SplitDriver;
import io.xenarium.terms.GrantRef;
import io.xenarium.terms.Port;
import io.xenarium.xen.Hypervisor;

import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.Arrays;
import java.util.Optional;

/// The connection of one virtual disk to its guest: what is lent to the handshake, and the part
/// that deals with the requests while the connection stands.
///
/// It has a ring mapped exactly while it is [XenbusState#CONNECTED]. Whatever the guest writes into
/// the store ends in a connection, or in the end of one. Linux: drivers/block/xen-blkback/xenbus.c.
final class BlockConnection implements SplitDriver.Device {
    private static final String PROTOCOL = "x86_64-abi";

    private final Hypervisor xen;
    private final BlockNodes nodes;
    private final Disk disk;
    private final BlockDevice device;
    private final BlockPlatform platform;
    private final BlockBackend part;
    private final SplitDriver handshake;
    private XenbusState state = XenbusState.INITIALISING;

    BlockConnection(Hypervisor xen, BlockNodes nodes, BlockDevice device, Disk disk) {
        this.xen = xen;
        this.nodes = nodes;
        this.device = device;
        this.disk = disk;
        platform = new BlockPlatform(xen, device, disk);
        part = xen.parts().blockBackend().make(platform);
        handshake = xen.parts().splitDriver().make();
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
        say(XenbusState.INIT_WAIT);
    }

    /// The front-end may have changed its state.
    void frontChanged() {
        handshake.frontChanged(this);
    }

    /// Finishes what is under way and lets go of all that is the guest's.
    void disconnect() {
        handshake.disconnect(this);
    }

    @Override
    public XenbusState state() {
        return state;
    }

    @Override
    public XenbusState frontState() {
        return nodes.frontState();
    }

    @Override
    public void say(XenbusState next) {
        if (next == XenbusState.INIT_WAIT) {
            nodes.offer(disk);
        }
        state = next;
        nodes.setState(next);
    }

    @Override
    public void complain(String why) {
        nodes.setError(why);
    }

    @Override
    public Optional<SplitDriver.Offer> offer() {
        return nodes.front()
                .filter(front -> front.protocol().equals(PROTOCOL))
                .map(front -> new SplitDriver.Offer(front.ringRefs(), front.port()));
    }

    @Override
    public int map(int ref) {
        return xen.grants().map(device.guest(), new GrantRef(ref), false);
    }

    @Override
    public void unmap(int handle) {
        xen.grants().unmap(handle);
    }

    @Override
    public Optional<Port> bind(Port remote) {
        return xen.control().tryBind(device.guest(), remote, _ -> serve());
    }

    @Override
    public void close(Port port) {
        xen.control().close(port);
    }

    @Override
    public void open(SplitDriver.Connection connection) {
        int[] handles = connection.handles().stream().mapToInt(Integer::intValue).toArray();
        long[] maddrs = Arrays.stream(handles).mapToLong(xen.grants()::maddr).toArray();
        boolean isPersistent = nodes.front().map(BlockNodes.Front::isPersistent).orElse(false);
        platform.connect(new BlockWire(handles, maddrs, connection.port()), isPersistent);
        nodes.describe(disk);
    }

    @Override
    public Optional<SplitDriver.Connection> connection() {
        return platform.wire()
                .map(wire ->
                        new SplitDriver.Connection(
                                Arrays.stream(wire.handles()).boxed().toList(), wire.port()));
    }

    @Override
    public void shut() {
        disk.drain();
        platform.disconnect();
    }

    /// The front-end says that there are requests.
    private void serve() {
        if (platform.wire().isPresent() && !part.serve()) {
            complain("its ring has more requests than slots");
            disconnect();
            say(XenbusState.CLOSING);
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
