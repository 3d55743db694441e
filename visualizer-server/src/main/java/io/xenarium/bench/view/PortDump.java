package io.xenarium.bench.view;

import io.xenarium.xen.Domain;

import java.util.Locale;

/// The event channels of a domain as Xen prints them for its debug key `e`
/// (xen/common/event_channel.c, domain_dump_evtchn_info): pending, mask and selector bit in
/// brackets, then the state's number, the vCPU that is told, and what the port is bound to.
final class PortDump {
    private PortDump() {}

    static String of(Domain domain, ChannelsView.DomainPorts ports) {
        StringBuilder text = new StringBuilder();
        text.append("Event channel information for domain %d:%n".formatted(ports.id()));
        for (ChannelsView.VcpuFlags vcpu : ports.vcpus()) {
            text.append(
                    "  v%d: upcall_pending %d, upcall_mask %d, pending_sel %s%n"
                            .formatted(
                                    vcpu.id(),
                                    bit(vcpu.upcall()),
                                    bit(vcpu.masked()),
                                    vcpu.selector()));
        }
        text.append("    port [p/m/s]%n".formatted());
        for (ChannelsView.PortView port : ports.ports()) {
            text.append(line(domain, port));
        }
        return text.toString().replace("\r\n", "\n");
    }

    private static String line(Domain domain, ChannelsView.PortView port) {
        return String.format(
                Locale.ROOT,
                "    %4d [%d/%d/%d]: s=%d n=%d%s%s%n",
                port.port(),
                bit(port.pending()),
                bit(port.masked()),
                bit(port.selector()),
                number(port.kind()),
                port.vcpu(),
                particulars(domain, port),
                port.label().isEmpty() ? "" : "   " + port.label());
    }

    private static String particulars(Domain domain, ChannelsView.PortView port) {
        return switch (port.kind()) {
            case "unbound" -> " d=" + port.peerDomain();
            case "interdomain" -> " d=%d p=%d".formatted(port.peerDomain(), port.peerPort());
            case "virq" -> " v=" + virq(domain, port.port());
            default -> "";
        };
    }

    private static int virq(Domain domain, int port) {
        return domain.ports().state(new io.xenarium.terms.Port(port))
                        instanceof io.xenarium.abi.PortState.Virq virq
                ? virq.virq()
                : 0;
    }

    /// The states' numbers (xen/include/xen/sched.h, ECS_*).
    private static int number(String kind) {
        return switch (kind) {
            case "unbound" -> 2;
            case "interdomain" -> 3;
            case "virq" -> 5;
            case "ipi" -> 6;
            default -> 0;
        };
    }

    private static int bit(boolean set) {
        return set ? 1 : 0;
    }
}
