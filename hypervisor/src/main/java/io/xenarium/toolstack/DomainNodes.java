package io.xenarium.toolstack;

import io.xenarium.dom0.BlockBackends;
import io.xenarium.dom0.BlockDevice;
import io.xenarium.dom0.XenStore;
import io.xenarium.terms.DomId;

import java.util.List;
import java.util.UUID;

/// The nodes of the store that the toolstack makes for a guest, and what the guest may do with
/// them: read what it is, write what it has to say (docs/misc/xenstore-paths.pandoc).
final class DomainNodes {
    /// Nodes that the guest itself fills.
    private static final List<String> GUESTS_OWN =
            List.of(
                    "attr",
                    "data",
                    "drivers",
                    "error",
                    "feature",
                    "control/feature-poweroff",
                    "control/feature-reboot",
                    "control/feature-suspend",
                    "control/shutdown",
                    "control/sysrq",
                    "device/suspend/event-channel");

    /// What xenconsoled keeps of a console that nobody reads.
    private static final int CONSOLE_LIMIT = 1 << 20;

    private final XenStore store;
    private final DomId guest;
    private final String home;

    DomainNodes(XenStore store, DomId guest) {
        this.store = store;
        this.guest = guest;
        home = "/local/domain/" + guest.value();
    }

    private String vm() {
        return "/vm/" + uuid();
    }

    /// Made from the number, so that the same run has the same one.
    private UUID uuid() {
        return new UUID(0x7c3d_0000_0000_4000L | guest.value(), 0x8000_0000_0000_0000L);
    }

    void write(XlConfig config, Builder.Built built) {
        store.write(vm() + "/uuid", uuid().toString());
        store.write(vm() + "/name", config.name());
        readable(home, "");
        readable("vm", vm());
        readable("name", config.name());
        readable("domid", Integer.toString(guest.value()));
        readable("cpu", "");
        for (int vcpu = 0; vcpu < config.vcpus(); vcpu++) {
            readable("cpu/" + vcpu + "/availability", "online");
        }
        String kib = Integer.toString(config.memoryMiB() * 1024);
        readable("memory/static-max", kib);
        readable("memory/target", kib);
        readable("memory/videoram", "0");
        readable("device", "");
        readable("control", "");
        GUESTS_OWN.forEach(this::guestsOwn);
        readable("control/platform-feature-multiprocessor-suspend", "1");
        readable("control/platform-feature-xs_reset_watches", "1");
        readable("store/port", Integer.toString(built.store().value()));
        readable("store/ring-ref", Long.toString(built.storeRing().value()));
        writeConsole(built);
    }

    private void writeConsole(Builder.Built built) {
        String backend = "/local/domain/0/backend/console/%d/0".formatted(guest.value());
        readable("console/backend", backend);
        readable("console/backend-id", "0");
        readable("console/limit", Integer.toString(CONSOLE_LIMIT));
        readable("console/type", "xenconsoled");
        readable("console/output", "pty");
        readable("console/tty", "/dev/pts/" + guest.value());
        readable("console/port", Integer.toString(built.console().value()));
        readable("console/ring-ref", Long.toString(built.consoleRing().value()));
        store.write(backend + "/frontend", home + "/console");
        store.write(backend + "/frontend-id", Integer.toString(guest.value()));
        store.write(backend + "/online", "1");
        store.write(backend + "/state", "1");
        store.write(backend + "/protocol", "vt100");
    }

    /// The nodes of a disk, as libxl makes them.
    void writeDisk(DiskSpec spec, BlockDevice device) {
        String front = BlockBackends.paths(device).getFirst();
        String back = BlockBackends.paths(device).getLast();
        store.write(front, "");
        store.permit(front, guest, 'n');
        store.permitAlso(front, DomId.DOM0, 'r');
        write(front + "/backend", back);
        write(front + "/backend-id", "0");
        write(front + "/state", "1");
        write(front + "/virtual-device", Integer.toString(device.number()));
        write(front + "/device-type", "disk");
        readable(back, "");
        readable(back + "/frontend", front);
        readable(back + "/frontend-id", Integer.toString(guest.value()));
        readable(back + "/online", "1");
        readable(back + "/removable", "0");
        readable(back + "/bootable", "1");
        readable(back + "/dev", spec.vdev());
        readable(back + "/type", "phy");
        readable(back + "/mode", device.isReadOnly() ? "r" : "w");
        readable(back + "/device-type", "disk");
        readable(back + "/discard-enable", device.isReadOnly() ? "0" : "1");
    }

    /// A node below one of the guest's.
    private void write(String path, String value) {
        store.write(path, value);
        store.permit(path, guest, 'n');
        store.permitAlso(path, DomId.DOM0, 'r');
    }

    /// A node that belongs to domain 0 and that the guest may read.
    private void readable(String name, String value) {
        String path = name.startsWith("/") ? name : home + "/" + name;
        store.write(path, value);
        store.permit(path, DomId.DOM0, 'n');
        store.permitAlso(path, guest, 'r');
    }

    /// A node that belongs to the guest.
    private void guestsOwn(String name) {
        store.write(home + "/" + name, "");
        store.permit(home + "/" + name, guest, 'n');
    }

    void remove() {
        store.remove(home);
        store.remove(vm());
        store.remove("/local/domain/0/backend/console/" + guest.value());
        store.remove("/local/domain/0/backend/vbd/" + guest.value());
        store.remove("/local/domain/0/error/backend/vbd/" + guest.value());
    }
}
