package io.xenarium.bench.cell;

import io.xenarium.abi.PortState;
import io.xenarium.machine.Input;
import io.xenarium.terms.DomId;
import io.xenarium.terms.Port;
import io.xenarium.terms.VcpuId;
import io.xenarium.trace.DomainEvent.Life;
import io.xenarium.xen.Domain;
import io.xenarium.xen.GrantTable;
import io.xenarium.xen.PortTable;

import java.nio.charset.StandardCharsets;

/// `dom(1)` in a cell: one domain.
public final class Dom {
    private final Grip grip;
    private final DomId id;

    Dom(Grip grip, DomId id) {
        this.grip = grip;
        this.id = id;
    }

    private Domain domain() {
        return grip.host().hypervisor().domain(id);
    }

    public DomId id() {
        return id;
    }

    public String name() {
        return grip.look(() -> domain().name());
    }

    /// Where it is in its life.
    public Life life() {
        return grip.look(() -> domain().life());
    }

    /// Its event channels.
    public PortTable ports() {
        return grip.look(() -> domain().ports());
    }

    /// Its grants.
    public GrantTable grants() {
        return grip.look(() -> domain().grants());
    }

    /// One of its vCPUs.
    public VcpuHold vcpu(VcpuId vcpu) {
        return new VcpuHold(grip, grip.look(() -> domain().vcpu(vcpu)));
    }

    /// One of its vCPUs.
    public VcpuHold vcpu(int vcpu) {
        return vcpu(new VcpuId(vcpu));
    }

    /// What its console shows.
    public Text console() {
        return new Text(grip.look(() -> grip.host().consoleOutput(id).text()));
    }

    /// Types at its console; `\n` is the return key.
    public Dom type(String text) {
        byte[] bytes = text.replace('\n', '\r').getBytes(StandardCharsets.UTF_8);
        grip.act(() -> grip.host().type(id, bytes));
        return this;
    }

    /// Signals through a port of its: over a wire the other end, else the port itself.
    public Dom send(int port) {
        grip.act(() -> grip.host().post(Signals.through(domain(), new Port(port))));
        return this;
    }

    /// Sets the mask bit of a port from outside.
    public Dom mask(int port) {
        grip.act(() -> {
            if (!domain().ports().isMasked(new Port(port))) {
                grip.host().flip(id, new Port(port), Input.Bit.MASK);
            }
        });
        return this;
    }

    /// Unmasks a port on behalf of the domain: what was held back is delivered.
    public Dom unmask(int port) {
        grip.act(() -> grip.host().post(new Input.Unmasked(id, new Port(port))));
        return this;
    }

    /// Makes a hypercall on behalf of its first vCPU, with up to five arguments.
    public Dom hypercall(int number, Long... args) {
        grip.act(() -> grip.host().hypercall(id, new VcpuId(0), number, args));
        return this;
    }

    public Dom pause() {
        grip.act(() -> grip.host().xl().pause(id));
        return this;
    }

    public Dom unpause() {
        grip.act(() -> grip.host().xl().unpause(id));
        return this;
    }

    public Dom destroy() {
        grip.act(() -> grip.host().xl().destroy(id));
        return this;
    }

    @Override
    public String toString() {
        return grip.look(() ->
                grip.host().hypervisor().find(id).isEmpty()
                        ? "d%d is gone".formatted(id.value())
                        : "%s “%s”, %s, %d pages, %d ports"
                                .formatted(
                                        id,
                                        domain().name(),
                                        domain().life().name().toLowerCase(java.util.Locale.ROOT),
                                        domain().config().pages(),
                                        boundPorts()));
    }

    private long boundPorts() {
        PortTable ports = domain().ports();
        long bound = 0;
        for (int port = 1; port < ports.end(); port++) {
            bound += ports.state(new Port(port)) instanceof PortState.Free ? 0 : 1;
        }
        return bound;
    }
}
