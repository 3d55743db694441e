package io.xenarium.toolstack;

import io.xenarium.dom0.XenStore;
import io.xenarium.machine.Input;
import io.xenarium.machine.Kept;
import io.xenarium.machine.Machine;
import io.xenarium.terms.Bug;
import io.xenarium.terms.DomId;
import io.xenarium.terms.Port;
import io.xenarium.terms.VcpuId;
import io.xenarium.trace.Trace;
import io.xenarium.xen.Hypervisor;
import io.xenarium.xen.Stopped;

import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.List;

/// One whole computer: the machine, Xen on it, domain 0 with its daemons, and the toolstack.
///
/// 1. It is a function of its configuration, the images, and the inputs in the journal: whoever
///    wants something of it from outside calls a method here or on [#xl], which records an input.
/// 2. [#save] writes all that changes but the pages of memory, which a keyframe shares.
///
/// Looking (everything that returns something) never changes the run. One thread at a time.
public final class Host implements Kept {
    private Host() {}

    /// A computer that has just been switched on: Xen runs, and domain 0.
    public static Host of(HostConfig config) {
        throw new Bug("the host comes with the next step: " + config);
    }

    public HostConfig config() {
        throw new Bug("the host comes with the next step");
    }

    public Machine machine() {
        return hypervisor().machine();
    }

    public Hypervisor hypervisor() {
        throw new Bug("the host comes with the next step");
    }

    public Trace trace() {
        return hypervisor().trace();
    }

    /// The store through which domains and toolstack talk.
    public XenStore store() {
        throw new Bug("the host comes with the next step");
    }

    /// The toolstack.
    public Xl xl() {
        throw new Bug("the host comes with the next step");
    }

    /// Images by name, for configurations that name no file.
    public Images images() {
        throw new Bug("the host comes with the next step");
    }

    /// Records an input, to be taken before anything else happens, and takes it.
    public void post(Input input) {
        throw new Bug("the host comes with the next step: " + input);
    }

    /// Somebody types at the console of `domain`.
    public void type(DomId domain, byte[] bytes) {
        StringBuilder chars = new StringBuilder(bytes.length);
        for (byte each : bytes) {
            chars.append((char) (each & 0xff));
        }
        post(new Input.Typed(domain, chars.toString()));
    }

    /// Somebody makes a hypercall on behalf of a vCPU. Its result is in the trace.
    public void hypercall(DomId domain, VcpuId vcpu, int number, Long... args) {
        post(new Input.Hypercalled(domain, vcpu, number, List.of(args)));
    }

    /// Somebody flips the pending or mask bit of a port: a fault on purpose.
    public void flip(DomId domain, Port port, Input.Bit bit) {
        post(new Input.BitFlipped(domain, port, bit));
    }

    /// What `domain` has put on its console up to now, through its ring or with console_io, as far
    /// back as it is kept. Survives the end of the domain.
    public Output consoleOutput(DomId domain) {
        throw new Bug("the host comes with the next step: " + domain);
    }

    /// Runs until virtual time `untilNanos`, or until nothing can happen any more without an input.
    public Stopped run(long untilNanos) {
        throw new Bug("the host comes with the next step: " + untilNanos);
    }

    /// A fingerprint of the whole state, memory included: equal for equal states.
    public long stateHash() {
        throw new Bug("the host comes with the next step");
    }

    @Override
    public void save(DataOutput out) throws IOException {
        throw new Bug("the host comes with the next step");
    }

    @Override
    public void load(DataInput in) throws IOException {
        throw new Bug("the host comes with the next step");
    }
}
