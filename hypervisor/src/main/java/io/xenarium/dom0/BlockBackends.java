package io.xenarium.dom0;

import io.xenarium.machine.Kept;
import io.xenarium.machine.device.Disks;
import io.xenarium.terms.Bug;
import io.xenarium.terms.DomId;
import io.xenarium.xen.Hypervisor;

import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/// The driver of domain 0 that serves the virtual disks of all guests.
public final class BlockBackends implements Kept {
    private final Hypervisor xen;
    private final XenStore store;
    private final Disks disks;
    private final List<BlockConnection> backends = new ArrayList<>();

    /// The driver has just been loaded.
    public BlockBackends(Hypervisor xen, XenStore store, Disks disks) {
        this.xen = xen;
        this.store = store;
        this.disks = disks;
        store.watch("/local/domain", this::changed);
    }

    /// The nodes of a device as the toolstack has to make them, front-end first.
    public static List<String> paths(BlockDevice device) {
        return List.of(BlockNodes.frontPath(device), BlockNodes.backPath(device));
    }

    /// The toolstack has made the nodes of a device: serves it from now on.
    public void attach(BlockDevice device) {
        BlockConnection backend = made(device);
        backends.add(backend);
        backend.begin();
    }

    private BlockConnection made(BlockDevice device) {
        return new BlockConnection(
                xen,
                new BlockNodes(store, device),
                device,
                disks.find(device.disk())
                        .orElseThrow(() -> new Bug("there is no disk " + device.disk())));
    }

    /// Stops serving a guest. Whatever it had asked is done.
    public void detach(DomId guest) {
        for (BlockConnection backend : List.copyOf(backends)) {
            if (backend.device().guest().equals(guest)) {
                backend.disconnect();
                backends.remove(backend);
            }
        }
    }

    /// Has the disks of a guest do nothing for so long.
    public void stall(DomId guest, long nanos) {
        devices().stream()
                .filter(device -> device.guest().equals(guest))
                .flatMap(device -> disks.find(device.disk()).stream())
                .forEach(disk -> disk.stall(nanos));
    }

    /// The devices that are served, in the order in which they were attached.
    public List<BlockDevice> devices() {
        return backends.stream().map(BlockConnection::device).toList();
    }

    private void changed(String path) {
        for (BlockConnection backend : List.copyOf(backends)) {
            if (StorePath.isWithin(backend.nodes().frontStatePath(), path)) {
                backend.frontChanged();
            }
        }
    }

    @Override
    public void save(DataOutput out) throws IOException {
        out.writeInt(backends.size());
        for (BlockConnection backend : backends) {
            backend.save(out);
        }
    }

    @Override
    public void load(DataInput in) throws IOException {
        backends.clear();
        for (int left = in.readInt(); left > 0; left--) {
            BlockConnection backend = made(BlockDevice.read(in));
            backend.load(in);
            backends.add(backend);
        }
    }
}
