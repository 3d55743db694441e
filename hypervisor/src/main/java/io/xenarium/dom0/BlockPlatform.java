package io.xenarium.dom0;

import io.xenarium.abi.BlockRing;
import io.xenarium.machine.Memory;
import io.xenarium.machine.device.Disk;
import io.xenarium.parts.BlockBackend;
import io.xenarium.parts.BlockBackend.Request;
import io.xenarium.parts.BlockBackend.Work;
import io.xenarium.terms.Check;
import io.xenarium.trace.RingEvent;
import io.xenarium.xen.Hypervisor;

import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.TreeMap;

/// What domain 0 lends to the [BlockBackend] of one virtual disk: the ring while there is one, the
/// guest's pages, the disk, and what it is busy with.
final class BlockPlatform implements BlockBackend.Platform {
    private final Hypervisor xen;
    private final BlockDevice device;
    private final Disk disk;
    private final Memory memory;
    private final TreeMap<Long, Work> pending = new TreeMap<>();
    private Optional<BlockWire> wire = Optional.empty();
    private GuestPages pages;
    private long nextTag;

    BlockPlatform(Hypervisor xen, BlockDevice device, Disk disk) {
        this.xen = xen;
        this.device = device;
        this.disk = disk;
        memory = xen.machine().memory();
        pages = new GuestPages(xen.grants(), device.guest(), false);
    }

    /// The ring, while there is a connection.
    Optional<BlockWire> wire() {
        return wire;
    }

    void connect(BlockWire newWire, boolean isPersistent) {
        pages = new GuestPages(xen.grants(), device.guest(), isPersistent);
        wire = Optional.of(newWire);
    }

    /// The connection is over: pages that stayed mapped go back.
    void disconnect() {
        wire = Optional.empty();
        pages.releaseAll();
    }

    /// What the disk was asked under this tag, where the guest still waits for it.
    Optional<Work> finished(long tag) {
        Optional<Work> work = Optional.ofNullable(pending.remove(tag));
        return wire.isPresent() ? work : Optional.empty();
    }

    private BlockWire ring() {
        Check.that(wire.isPresent(), "domain %d has no ring", device.guest().value());
        return wire.get();
    }

    @Override
    public int slots() {
        return ring().slots();
    }

    @Override
    public int requestsProduced() {
        return ring().requestsProduced(memory);
    }

    @Override
    public int requestsTaken() {
        return ring().requestsTaken();
    }

    @Override
    public Request take() {
        Request request = BlockData.request(ring().take(memory), pages, memory);
        tell(true, ring().requestsTaken());
        return request;
    }

    @Override
    public void wakeAt(int index) {
        ring().wakeAt(memory, index);
    }

    @Override
    public int responsesPut() {
        return ring().responsesPut();
    }

    @Override
    public void put(long id, int operation, int status) {
        ring().put(memory, id, operation, status);
        tell(false, ring().responsesPut());
    }

    private void tell(boolean fromGuest, int index) {
        Rings.tell(
                xen.trace(),
                RingEvent.Ring.BLOCK,
                device.guest(),
                new Rings.Move(fromGuest, BlockRing.SLOT_BYTES, index));
    }

    @Override
    public void publish() {
        ring().publish(memory);
    }

    @Override
    public int guestWakesAt() {
        return ring().guestWakesAt(memory);
    }

    @Override
    public void signal() {
        xen.control().send(ring().port());
    }

    @Override
    public int map(int ref, boolean isReadOnly) {
        return pages.map(ref, isReadOnly);
    }

    @Override
    public void unmap(int handle) {
        pages.unmap(handle);
    }

    @Override
    public OptionalInt kept(int ref) {
        return pages.kept(ref);
    }

    @Override
    public boolean mayKeep() {
        return pages.mayKeep();
    }

    @Override
    public void keep(int ref, int handle) {
        pages.keep(ref, handle);
    }

    @Override
    public long sectors() {
        return disk.sectors();
    }

    @Override
    public boolean isReadOnly() {
        return device.isReadOnly();
    }

    @Override
    public void order(Disk.Kind kind, Work work) {
        long tag = nextTag++;
        pending.put(tag, work);
        disk.submit(BlockData.order(tag, kind, work.request(), maddrs(work), memory));
    }

    @Override
    public void fill(Work work, byte[] data) {
        BlockData.scatter(work.request(), maddrs(work), data, memory);
    }

    private long[] maddrs(Work work) {
        return work.handles().stream().mapToLong(pages::maddr).toArray();
    }

    void save(DataOutput out) throws IOException {
        out.writeLong(nextTag);
        pages.save(out);
        out.writeBoolean(wire.isPresent());
        if (wire.isPresent()) {
            wire.get().save(out);
        }
        out.writeInt(pending.size());
        for (Map.Entry<Long, Work> each : pending.entrySet()) {
            out.writeLong(each.getKey());
            BlockSlot.save(each.getValue().request(), out);
            for (int handle : each.getValue().handles()) {
                out.writeInt(handle);
            }
        }
    }

    void load(DataInput in) throws IOException {
        nextTag = in.readLong();
        pages = GuestPages.read(in, xen.grants(), device.guest());
        wire = in.readBoolean() ? Optional.of(BlockWire.read(in)) : Optional.empty();
        pending.clear();
        for (int left = in.readInt(); left > 0; left--) {
            long tag = in.readLong();
            Request request = BlockSlot.read(in);
            Integer[] handles = new Integer[request.segments().size()];
            for (int i = 0; i < handles.length; i++) {
                handles[i] = in.readInt();
            }
            pending.put(tag, new Work(request, List.of(handles)));
        }
    }
}
