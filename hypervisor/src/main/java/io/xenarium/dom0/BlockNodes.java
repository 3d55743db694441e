package io.xenarium.dom0;

import io.xenarium.abi.XenbusState;
import io.xenarium.machine.device.Disk;
import io.xenarium.terms.DomId;
import io.xenarium.terms.Port;
import io.xenarium.xen.Limits;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/// The nodes of the store by which the two ends of a virtual disk find each other and say what they
/// can do (public/io/blkif.h, "Backend/Frontend XenBus Nodes").
final class BlockNodes {
    /// Pages of a ring at the most, as a power of two.
    private static final int RING_ORDER_MAX = 4;

    /// What the front-end says.
    record Front(List<Integer> ringRefs, Port port, String protocol, boolean isPersistent) {}

    private final XenStore store;
    private final DomId guest;
    private final String front;
    private final String back;
    private final String error;
    private final boolean isReadOnly;

    BlockNodes(XenStore store, BlockDevice device) {
        this.store = store;
        guest = device.guest();
        isReadOnly = device.isReadOnly();
        front = frontPath(device);
        back = backPath(device);
        error =
                "/local/domain/0/error/backend/vbd/%d/%d/error"
                        .formatted(guest.value(), device.number());
    }

    static String frontPath(BlockDevice device) {
        return "/local/domain/%d/device/vbd/%d".formatted(device.guest().value(), device.number());
    }

    static String backPath(BlockDevice device) {
        return "/local/domain/0/backend/vbd/%d/%d"
                .formatted(device.guest().value(), device.number());
    }

    /// Where the front-end's state stands.
    String frontStatePath() {
        return front + "/state";
    }

    XenbusState frontState() {
        return XenbusState.of(store.read(frontStatePath()).orElse(""));
    }

    void setState(XenbusState state) {
        write("state", state.text());
    }

    void setError(String why) {
        store.write(error, why);
    }

    /// What the back-end can do, before a front-end chooses.
    void offer(Disk disk) {
        write("feature-barrier", isReadOnly ? "0" : "1");
        write("feature-flush-cache", isReadOnly ? "0" : "1");
        write("feature-persistent", "1");
        write("feature-max-indirect-segments", Integer.toString(BlockData.INDIRECT_MAX));
        write("max-ring-page-order", Integer.toString(RING_ORDER_MAX));
        write("max-ring-pages", Integer.toString(1 << RING_ORDER_MAX));
        write("feature-discard", isReadOnly ? "0" : "1");
        if (!isReadOnly) {
            write("discard-granularity", Integer.toString(Disk.BLOCK_BYTES));
            write("discard-alignment", "0");
            write("discard-secure", "0");
        }
    }

    /// What the disk is, for a front-end that is connected.
    void describe(Disk disk) {
        write("sectors", Long.toString(disk.sectors()));
        write("info", isReadOnly ? "4" : "0");
        write("sector-size", Integer.toString(Disk.SECTOR_BYTES));
        write("physical-sector-size", Integer.toString(Disk.SECTOR_BYTES));
    }

    private void write(String name, String value) {
        store.write(back + "/" + name, value);
        store.permit(back + "/" + name, DomId.DOM0, 'n');
        store.permitAlso(back + "/" + name, guest, 'r');
    }

    /// What the front-end says, where that makes sense.
    Optional<Front> front() {
        OptionalInt order = number("ring-page-order", RING_ORDER_MAX);
        boolean isSingle = store.read(front + "/ring-page-order").isEmpty();
        if (!isSingle && order.isEmpty()) {
            return Optional.empty();
        }
        List<Integer> refs = new ArrayList<>();
        for (int i = 0; i < 1 << order.orElse(0); i++) {
            OptionalInt ref = number(isSingle ? "ring-ref" : "ring-ref" + i, Integer.MAX_VALUE);
            if (ref.isEmpty()) {
                return Optional.empty();
            }
            refs.add(ref.getAsInt());
        }
        OptionalInt port = number("event-channel", Limits.PORTS - 1);
        if (port.isEmpty()) {
            return Optional.empty();
        }
        return Optional.of(
                new Front(
                        refs,
                        new Port(port.getAsInt()),
                        store.read(front + "/protocol").orElse("x86_64-abi"),
                        number("feature-persistent", 1).orElse(0) == 1));
    }

    private OptionalInt number(String name, int max) {
        String text = store.read(front + "/" + name).orElse("");
        if (!text.matches("[0-9]{1,10}")) {
            return OptionalInt.empty();
        }
        long number = Long.parseLong(text);
        return number <= max ? OptionalInt.of((int) number) : OptionalInt.empty();
    }
}
