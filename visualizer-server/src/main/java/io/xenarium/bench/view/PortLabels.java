package io.xenarium.bench.view;

import io.xenarium.abi.PortState;
import io.xenarium.dom0.XenStore;
import io.xenarium.terms.DomId;
import io.xenarium.terms.Port;
import io.xenarium.toolstack.Host;

/// What a port is for, told by the XenStore, where the toolstack writes the ports that it made.
final class PortLabels {
    private final XenStore store;

    PortLabels(Host host) {
        store = host.store();
    }

    /// The label of a guest's own port.
    String of(DomId domain, Port port) {
        String home = "/local/domain/" + domain.value();
        if (is(home + "/console/port", port)) {
            return "console";
        }
        return is(home + "/store/port", port) ? "xenstore" : disk(domain, port);
    }

    /// The name under which the back-end knows the disk that this port is of, empty where it is of
    /// none.
    private String disk(DomId domain, Port port) {
        String home = "/local/domain/" + domain.value() + "/device/vbd";
        for (String device : store.list(home)) {
            if (is(home + "/" + device + "/event-channel", port)) {
                String back = "/local/domain/0/backend/vbd/" + domain.value() + "/" + device;
                return "disk " + store.read(back + "/dev").orElse(device);
            }
        }
        return "";
    }

    /// The label of one end of a wire: the guest's end has the name, domain 0's borrows it.
    String of(DomId domain, Port port, PortState.Interdomain wire) {
        String own = of(domain, port);
        String peers = of(wire.peer(), wire.peerPort());
        return own.isEmpty() && !peers.isEmpty() ? peers + " of " + wire.peer() : own;
    }

    private boolean is(String path, Port port) {
        return store.read(path).map(value -> value.equals(port.value() + "")).orElse(false);
    }
}
