package io.xenarium.bench.view;

import io.xenarium.abi.PortState;
import io.xenarium.terms.Port;
import io.xenarium.toolstack.Host;
import io.xenarium.xen.Domain;
import io.xenarium.xen.Vcpu;

import java.util.ArrayList;
import java.util.List;

/// The event channels of all domains.
///
/// @param changed which lamps differ from the picture before: `d1.p3.pending`, `d1.v0.upcall`
/// @param text the same as text, in the form of Xen's debug key `e`
public record ChannelsView(List<DomainPorts> domains, List<String> changed, String text) {
    /// The ports and vCPUs of one domain.
    public record DomainPorts(int id, List<VcpuFlags> vcpus, List<PortView> ports) {}

    /// What Xen tells a vCPU about its events.
    ///
    /// @param upcall the upcall flag: something may be pending
    /// @param masked whether the vCPU holds upcalls back
    /// @param selector the selector word, in hex
    public record VcpuFlags(int id, boolean upcall, boolean masked, String selector) {}

    /// A port that is not free.
    ///
    /// @param kind unbound, interdomain, virq or ipi
    /// @param label what it is for, as far as one can tell
    /// @param selector the bit of the selector word under which this port is found
    /// @param peerDomain the other end, −1 where there is none
    /// @param peerPort the other end's port, −1 where there is none
    public record PortView(
            int port,
            String kind,
            String label,
            int vcpu,
            boolean pending,
            boolean masked,
            boolean selector,
            int peerDomain,
            int peerPort) {}

    private static final int NONE = -1;
    private static final List<String> VIRQS =
            List.of("timer", "debug", "console", "domain died", "trace buffers", "debugger");

    /// The event channels of `host` as they are now.
    public static ChannelsView of(Host host) {
        List<DomainPorts> domains = new ArrayList<>();
        StringBuilder text = new StringBuilder();
        for (Domain domain : host.hypervisor().domains()) {
            DomainPorts ports = ports(domain, new PortLabels(host));
            domains.add(ports);
            text.append(PortDump.of(domain, ports));
        }
        return new ChannelsView(domains, List.of(), text.toString());
    }

    /// The same picture, with what differs from `before` named.
    public ChannelsView since(ChannelsView before) {
        return new ChannelsView(domains, ChannelChanges.between(before, this), text);
    }

    private static DomainPorts ports(Domain domain, PortLabels labels) {
        List<PortView> ports = new ArrayList<>();
        for (int number = 1; number < domain.ports().end(); number++) {
            Port port = new Port(number);
            PortState state = domain.ports().state(port);
            if (!(state instanceof PortState.Free)) {
                ports.add(port(domain, port, state, labels));
            }
        }
        return new DomainPorts(
                domain.id().value(),
                domain.vcpus().stream().map(ChannelsView::flags).toList(),
                ports);
    }

    private static VcpuFlags flags(Vcpu vcpu) {
        return new VcpuFlags(
                vcpu.id().value(),
                vcpu.isUpcallPending(),
                vcpu.isUpcallMasked(),
                Long.toHexString(vcpu.selector()));
    }

    private static PortView port(Domain domain, Port port, PortState state, PortLabels labels) {
        int vcpu = state.notifies().value();
        boolean isSelected =
                vcpu < domain.vcpus().size()
                        && (domain.vcpus().get(vcpu).selector() >>> (port.value() >> 6) & 1) != 0;
        End end = end(domain, port, state, labels);
        return new PortView(
                port.value(),
                end.kind,
                end.label,
                vcpu,
                domain.ports().isPending(port),
                domain.ports().isMasked(port),
                isSelected,
                end.peerDomain,
                end.peerPort);
    }

    /// What a port is one end of.
    private record End(String kind, String label, int peerDomain, int peerPort) {}

    private static End end(Domain domain, Port port, PortState state, PortLabels labels) {
        return switch (state) {
            case PortState.Free _ -> new End("free", "", NONE, NONE);
            case PortState.Unbound unbound ->
                    new End(
                            "unbound",
                            labels.of(domain.id(), port),
                            unbound.remote().value(),
                            NONE);
            case PortState.Interdomain wire ->
                    new End(
                            "interdomain",
                            labels.of(domain.id(), port, wire),
                            wire.peer().value(),
                            wire.peerPort().value());
            case PortState.Virq virq -> new End("virq", virqName(virq.virq()), NONE, NONE);
            case PortState.Ipi _ -> new End("ipi", "ipi", NONE, NONE);
        };
    }

    private static String virqName(int virq) {
        return virq < VIRQS.size() ? VIRQS.get(virq) : "virq " + virq;
    }
}
