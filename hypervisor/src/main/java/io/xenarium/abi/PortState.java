package io.xenarium.abi;

import io.xenarium.terms.DomId;
import io.xenarium.terms.Port;
import io.xenarium.terms.VcpuId;

/// What a port is bound to. EVTCHNOP_status reports these same states (public/event_channel.h,
/// EVTCHNSTAT_*).
public sealed interface PortState {
    /// The vCPU that is told when the port is signalled; EVTCHNOP_bind_vcpu moves it.
    VcpuId notifies();

    /// Nobody uses the port.
    record Free() implements PortState {
        @Override
        public VcpuId notifies() {
            return new VcpuId(0);
        }
    }

    /// The port waits for domain `remote` to bind to it.
    record Unbound(DomId remote, VcpuId notifies) implements PortState {}

    /// The port is one end of a wire; the other is `peerPort` of domain `peer`.
    record Interdomain(DomId peer, Port peerPort, VcpuId notifies) implements PortState {}

    /// The port carries a virtual interrupt from Xen, such as the timer's (public/xen.h, VIRQ_*).
    record Virq(int virq, VcpuId notifies) implements PortState {}

    /// The port carries interrupts between the vCPUs of one domain.
    record Ipi(VcpuId notifies) implements PortState {}
}
