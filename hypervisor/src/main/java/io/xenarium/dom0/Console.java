package io.xenarium.dom0;

import io.xenarium.machine.Kept;
import io.xenarium.parts.SplitDriver;
import io.xenarium.terms.DomId;
import io.xenarium.terms.Mfn;
import io.xenarium.terms.Port;
import io.xenarium.xen.Hypervisor;

import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/// The daemon behind every guest's console: it takes what guests put into their console rings, and
/// puts what is typed into them.
///
/// What a console has shown is kept for a while after its domain is gone, because the last words of
/// a guest are often the interesting ones. Xen: tools/console.
public final class Console implements Kept {
    /// Consoles that are remembered; beyond that the oldest whose domain is gone is forgotten.
    private static final int CONSOLES_MAX = 64;

    private final Hypervisor xen;
    private final SplitDriver part;
    private final SortedMap<Integer, History> histories = new TreeMap<>();
    private final SortedMap<Integer, ConsoleWire> wires = new TreeMap<>();

    /// The daemon has just been started.
    public Console(Hypervisor xen) {
        this.xen = xen;
        part = xen.parts().splitDriver().make();
    }

    /// Begins to serve a guest.
    ///
    /// @param ring the frame of its console ring
    /// @param remotePort its end of the wire, which waits for domain 0
    public void attach(DomId guest, Mfn ring, Port remotePort) {
        Port port = xen.control().bind(guest, remotePort, _ -> serve(guest));
        wires.put(guest.value(), new ConsoleWire(guest, ring, port));
        history(guest);
    }

    /// Stops serving a guest. What it has shown is kept.
    public void detach(DomId guest) {
        ConsoleWire wire = wires.remove(guest.value());
        if (wire != null) {
            serve(wire);
            xen.control().close(wire.port());
        }
    }

    /// Somebody types. What does not fit into the ring waits. Returns false where nobody listens.
    public boolean type(DomId guest, byte[] bytes) {
        ConsoleWire wire = wires.get(guest.value());
        if (wire == null) {
            return false;
        }
        wire.queue(bytes);
        serve(guest);
        return true;
    }

    /// A domain wrote to Xen's own console, which is shown with the rest of what it says.
    public void written(DomId domain, byte[] bytes, int count) {
        history(domain).append(bytes, count);
    }

    /// What the console of a domain has shown, as far back as it is kept.
    public byte[] shown(DomId domain) {
        History history = histories.get(domain.value());
        return history == null ? new byte[0] : history.bytes();
    }

    /// How many bytes came before those of [#shown].
    public long dropped(DomId domain) {
        History history = histories.get(domain.value());
        return history == null ? 0 : history.dropped();
    }

    /// Bytes that were typed and that the guest has not made room for.
    public int waiting(DomId guest) {
        ConsoleWire wire = wires.get(guest.value());
        return wire == null ? 0 : wire.queued();
    }

    private void serve(DomId guest) {
        ConsoleWire wire = wires.get(guest.value());
        if (wire != null) {
            serve(wire);
        }
    }

    private void serve(ConsoleWire wire) {
        if (wire.isUsable(xen)) {
            part.serve(wire.lent(xen, history(wire.guest())));
        }
    }

    private History history(DomId domain) {
        if (!histories.containsKey(domain.value())) {
            if (histories.size() >= CONSOLES_MAX) {
                histories.keySet().stream()
                        .filter(old -> !wires.containsKey(old))
                        .findFirst()
                        .ifPresent(histories::remove);
            }
            histories.put(domain.value(), new History());
        }
        return histories.get(domain.value());
    }

    @Override
    public void save(DataOutput out) throws IOException {
        out.writeInt(wires.size());
        for (ConsoleWire wire : wires.values()) {
            wire.save(out);
        }
        out.writeInt(histories.size());
        for (Map.Entry<Integer, History> entry : histories.entrySet()) {
            out.writeInt(entry.getKey());
            entry.getValue().save(out);
        }
    }

    @Override
    public void load(DataInput in) throws IOException {
        wires.clear();
        int count = in.readInt();
        for (int i = 0; i < count; i++) {
            ConsoleWire wire = ConsoleWire.read(in);
            wires.put(wire.guest().value(), wire);
            xen.control().handle(wire.port(), _ -> serve(wire.guest()));
        }
        histories.clear();
        int kept = in.readInt();
        for (int i = 0; i < kept; i++) {
            int domain = in.readInt();
            History history = new History();
            history.load(in);
            histories.put(domain, history);
        }
    }
}
