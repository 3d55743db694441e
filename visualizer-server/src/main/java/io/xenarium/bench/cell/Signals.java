package io.xenarium.bench.cell;

import io.xenarium.abi.PortState;
import io.xenarium.machine.Input;
import io.xenarium.terms.Port;
import io.xenarium.xen.Domain;

/// What it means to signal through a port from outside.
public final class Signals {
    private Signals() {}

    /// The input for a signal through `port` of `domain`: it comes out at the other end of a wire,
    /// and at the port itself where Xen is the sender.
    public static Input through(Domain domain, Port port) {
        return domain.ports().state(port) instanceof PortState.Interdomain wire
                ? new Input.Signalled(wire.peer(), wire.peerPort())
                : new Input.Signalled(domain.id(), port);
    }
}
