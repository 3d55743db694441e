package io.xenarium.xen;

import io.xenarium.machine.Input;
import io.xenarium.machine.Kept;
import io.xenarium.machine.Machine;
import io.xenarium.parts.EventChannels;
import io.xenarium.parts.Parts;
import io.xenarium.terms.Bug;
import io.xenarium.terms.DomId;
import io.xenarium.terms.Mfn;
import io.xenarium.trace.Trace;

import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/// Xen itself: the fixed half of it, holding together what the machine gives and what the parts
/// decide.
///
/// It makes domains, runs them, and answers what they ask. Domain 0 exists from the start and is
/// Java code ([ControlDomain]); other domains are made by the toolstack: [#createDomain], frames
/// from [#frames], contents into [Machine#memory], [#pinTable], [#start], [#unpause].
public final class Hypervisor implements Kept {
    private final Machine machine;
    private final Parts parts;
    private final Chronicle chronicle;
    private final FrameTable frames;

    /// Xen on a machine that has just been switched on.
    public Hypervisor(Machine machine, Parts parts, Trace trace) {
        this.machine = machine;
        this.parts = parts;
        chronicle = new Chronicle(trace);
        frames = new FrameTable(machine.memory(), chronicle);
    }

    public Machine machine() {
        return machine;
    }

    public Parts parts() {
        return parts;
    }

    public Trace trace() {
        return chronicle.trace();
    }

    public FrameTable frames() {
        return frames;
    }

    /// The part that decides about event channels, for the toolstack and domain 0.
    public EventChannels eventChannels() {
        throw new Bug("event channels come with the next step");
    }

    /// Domain 0.
    public ControlDomain control() {
        throw new Bug("domain 0 comes with the next step");
    }

    /// All domains, in ascending order; domain 0 first.
    public List<Domain> domains() {
        throw new Bug("domains come with the next step");
    }

    /// The domain of this number, which must exist.
    public Domain domain(DomId id) {
        return find(id).orElseThrow(() -> new Bug("there is no " + id));
    }

    /// The domain of this number, where it exists.
    public Optional<Domain> find(DomId id) {
        return domains().stream().filter(domain -> domain.id().equals(id)).findFirst();
    }

    /// Makes a domain that owns nothing yet but its shared-info page and the first frame of its
    /// grant table. Its number is the next one never used.
    public Domain createDomain(DomainConfig config) {
        throw new Bug("domains come with the next step");
    }

    /// Pins `table` of `domain` as an L4 table, which checks it and all tables below. Returns 0 or
    /// the error of the hypercall of the same name.
    public long pinTable(Domain domain, Mfn table) {
        throw new Bug("page tables come with the next step");
    }

    /// Sets the first vCPU of `domain` to its beginning: kernel mode, events masked. The domain
    /// still has to be unpaused. Returns 0 or the error that the page table was refused with.
    public long start(Domain domain, GuestStart at) {
        throw new Bug("starting a guest comes with the next step");
    }

    /// Keeps `domain` from running until it was unpaused as often as it was paused.
    public void pause(Domain domain) {
        domain.pause();
    }

    /// Ends the building of a domain, or takes back one pause.
    public void unpause(Domain domain) {
        domain.unpause();
    }

    /// Takes all that `domain` owns and forgets it.
    public void destroy(Domain domain) {
        throw new Bug("the end of a domain comes with the next step");
    }

    /// Records `input` to be applied now, before anything else happens.
    public void post(Input input) {
        machine.journal().record(machine.clock().nanos(), input);
    }

    /// Who takes the inputs that the hypervisor itself knows nothing about: what is typed, written
    /// to the XenStore, or asked of the toolstack.
    public void onInput(Consumer<Input> taker) {
        throw new Bug("inputs come with the next step");
    }

    /// Who takes what domains write to Xen's own console.
    public void onConsole(ConsoleListener listener) {
        throw new Bug("the console comes with the next step");
    }

    /// Instructions that guests have retired since the machine started.
    public long retired() {
        throw new Bug("running comes with the next step");
    }

    /// Runs until virtual time `untilNanos`, until `stop` is reached, or until nothing can happen
    /// any more. However a run is cut into pieces, it is the same run.
    public Stopped run(long untilNanos, StopWhen stop) {
        throw new Bug("running comes with the next step");
    }

    /// Takes what a domain writes to Xen's own console.
    @FunctionalInterface
    public interface ConsoleListener {
        void written(DomId domain, byte[] bytes, int count);
    }

    @Override
    public void save(DataOutput out) throws IOException {
        frames.save(out);
    }

    @Override
    public void load(DataInput in) throws IOException {
        frames.load(in);
    }
}
