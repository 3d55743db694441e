package io.xenarium.bench.view;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/// What differs between two pictures of the event channels, by the names of the lamps.
final class ChannelChanges {
    private ChannelChanges() {}

    static List<String> between(ChannelsView before, ChannelsView after) {
        Map<String, String> then = lamps(before);
        List<String> changed = new ArrayList<>();
        lamps(after)
                .forEach((name, value) -> {
                    if (!value.equals(then.remove(name))) {
                        changed.add(name);
                    }
                });
        changed.addAll(then.keySet());
        return changed;
    }

    private static Map<String, String> lamps(ChannelsView view) {
        Map<String, String> lamps = new TreeMap<>();
        for (ChannelsView.DomainPorts domain : view.domains()) {
            String d = "d" + domain.id();
            for (ChannelsView.VcpuFlags vcpu : domain.vcpus()) {
                String v = d + ".v" + vcpu.id();
                lamps.put(v + ".upcall", "" + vcpu.upcall());
                lamps.put(v + ".masked", "" + vcpu.masked());
                lamps.put(v + ".selector", vcpu.selector());
            }
            for (ChannelsView.PortView port : domain.ports()) {
                String p = d + ".p" + port.port();
                lamps.put(p + ".pending", "" + port.pending());
                lamps.put(p + ".masked", "" + port.masked());
                lamps.put(p + ".selector", "" + port.selector());
                lamps.put(
                        p + ".bound",
                        port.kind() + port.peerDomain() + "." + port.peerPort() + port.vcpu());
            }
        }
        return lamps;
    }
}
