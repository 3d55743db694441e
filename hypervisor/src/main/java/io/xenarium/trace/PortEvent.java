package io.xenarium.trace;

import io.xenarium.abi.PortState;
import io.xenarium.terms.DomId;
import io.xenarium.terms.Port;
import io.xenarium.terms.VcpuId;

/// An event channel was made, signalled, masked or closed.
public sealed interface PortEvent extends XenEvent {
    @Override
    default Topic topic() {
        return Topic.PORTS;
    }

    /// A port came into being or changed what it is bound to.
    record Bound(Stamp stamp, DomId subject, Port port, PortState from, PortState to)
            implements PortEvent {}

    /// A port was closed and is free again.
    record Closed(Stamp stamp, DomId subject, Port port, PortState from) implements PortEvent {}

    /// Someone signalled: a domain through its own end, or Xen for a virtual interrupt.
    record Sent(Stamp stamp, DomId to, Port port) implements PortEvent {}

    /// The pending bit of a port was set or cleared by Xen.
    record PendingChanged(Stamp stamp, DomId subject, Port port, boolean before, boolean after)
            implements PortEvent {}

    /// The mask bit of a port was set or cleared by Xen.
    record MaskChanged(Stamp stamp, DomId subject, Port port, boolean before, boolean after)
            implements PortEvent {}

    /// A bit of the selector word of a vCPU was set or cleared by Xen; `word` is the index of the
    /// 64 ports it stands for.
    record SelectorChanged(
            Stamp stamp, DomId subject, VcpuId target, int word, boolean before, boolean after)
            implements PortEvent {}

    /// The upcall flag of a vCPU was set by Xen.
    record UpcallRaised(Stamp stamp, DomId subject, VcpuId target, boolean before)
            implements PortEvent {}

    /// A port that is pending was joined to the end of a queue of a vCPU (FIFO ABI).
    record Queued(Stamp stamp, DomId subject, Port port, VcpuId target, int priority)
            implements PortEvent {}

    /// A domain changed over to the FIFO ABI, or was set back to two levels of bits.
    record AbiChosen(Stamp stamp, DomId subject, boolean isFifo) implements PortEvent {}
}
