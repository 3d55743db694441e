package io.xenarium.xen;

import io.xenarium.machine.Input;
import io.xenarium.machine.Kept;
import io.xenarium.machine.Machine;
import io.xenarium.machine.cpu.Cpu;
import io.xenarium.machine.cpu.PageWalk;
import io.xenarium.machine.cpu.Registers;
import io.xenarium.parts.DomainBuilder;
import io.xenarium.parts.EventChannels;
import io.xenarium.parts.Grants;
import io.xenarium.parts.GuestTime;
import io.xenarium.parts.Parts;
import io.xenarium.terms.Check;
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
    private final Xen xen;
    private final Domains domains;
    private final MmuextCalls mmuextCalls;
    private final VcpuContexts contexts;
    private final HypercallPages hypercallPages;
    private final RunQueue queue;
    private final EventChannels events;
    private final GuestTime time;
    private final EventCalls eventCalls;
    private final ConsoleCalls console;
    private final GrantMappings grantMappings;
    private final GrantAccess grants;
    private final Hypercalls hypercalls;
    private final ControlDomain control;
    private final Inputs inputs;
    private final RunLoop loop;
    private Consumer<Domain> endListener = _ -> {};

    /// Xen on a machine that has just been switched on.
    public Hypervisor(Machine machine, Parts parts, Trace trace) {
        this.machine = machine;
        this.parts = parts;
        xen = Xen.on(machine, parts, trace);
        domains = new Domains(xen);
        queue = new RunQueue(domains, xen, machine.cpus().size(), parts.scheduler());
        FifoPorts fifo = new FifoPorts(xen, queue);
        Ports ports = new Ports(domains, queue, fifo, xen.chronicle());
        events = parts.eventChannels().make(ports);
        time = parts.guestTime().make(new TimePlatform(xen, domains, queue, events));
        queue.keepTime(time);
        hypercallPages = new HypercallPages(xen.memory(), xen.frames());
        Emulation emulation = new Emulation(xen, new Msrs(hypercallPages));
        Entries doors = new Entries(xen, parts.pvEntry());
        Traps traps = new Traps(xen, doors, emulation);

        hypercalls = new Hypercalls(doors, xen.chronicle());
        Owners owners = new Owners(domains);
        Batches batches = new Batches(hypercalls, xen.guest());
        mmuextCalls = new MmuextCalls(xen, owners, batches);
        mmuextCalls.register(hypercalls);
        new MmuCalls(xen, owners, batches).register(hypercalls);
        new MemoryCalls(xen, owners, hypercalls).register();
        console = new ConsoleCalls(xen, parts);
        eventCalls = new EventCalls(xen, domains, ports, fifo, events);
        GrantEntries entries = new GrantEntries(xen, domains);
        GrantPlaces places = new GrantPlaces(xen, domains);
        Grants granted = parts.grants().make(new GrantPlatform(xen, domains, entries, places));
        grantMappings = new GrantMappings(domains, entries, places, granted);
        CopyPins copyPins = new CopyPins(entries, granted);
        GrantCopies copies = new GrantCopies(xen, domains, entries, copyPins);
        new GrantCalls(xen, domains, grantMappings, copies).register(hypercalls);
        SchedCalls sched = new SchedCalls(xen, domains, queue);
        sched.register(hypercalls);
        new CallbackCalls(xen, doors, traps, hypercalls).register();
        contexts = new VcpuContexts(xen, mmuextCalls, queue);
        new VcpuCalls(xen, queue, time, contexts).register(hypercalls);
        registerOthers();
        emulation.connect((vcpu, table) -> mmuextCalls.newBase(vcpu, table) == 0, sched::block);

        Timers timers = new Timers(domains, machine.clock(), time);
        inputs = new Inputs(machine.journal(), domains, hypercalls, events, xen);
        inputs.onDestroy(this::destroy);
        inputs.onSchedule(queue);
        control = new ControlDomain(makeControlDomain(), events, xen.chronicle());
        Vcpu controlVcpu = control.domain().vcpus().getFirst();
        grants = new GrantAccess(controlVcpu, grantMappings, copies);
        loop = new RunLoop(machine, queue, timers, inputs, control, hypercalls, traps, xen);
        loop.onEndings(this::tellEndings);
        for (Cpu cpu : machine.cpus()) {
            cpu.onPageTableStore(this::guestStore);
            PagingUnit.into(cpu, machine.memory(), parts.paging());
        }
    }

    private void registerOthers() {
        console.register(hypercalls);
        eventCalls.register(hypercalls);
        new CpuCalls(xen).register(hypercalls);
        new VersionCalls(xen).register(hypercalls);
        new PrivilegedCalls(xen).register(hypercalls);
    }

    private Domain makeControlDomain() {
        Domain domain = domains.create(new DomainConfig("Domain-0", 0, 1, true));
        writeTimes(domain);
        domain.vcpus().getFirst().setUpcallMasked(false);
        domain.unpause();
        return domain;
    }

    private boolean guestStore(long maddr, int bytes, long value) {
        return queue.current()
                .filter(Vcpu::isKernelMode)
                .filter(vcpu -> vcpu.domain().assists(VersionCalls.WRITABLE_PAGE_TABLES))
                .map(vcpu -> xen.mmu().guestStore(vcpu.domain(), maddr, bytes, value))
                .orElse(false);
    }

    /// How an access of a guest would end, by its page tables. Looking changes nothing.
    ///
    /// @param access a set of [PageWalk#WRITE], [PageWalk#USER] and [PageWalk#FETCH]
    public PageWalk.Result look(Registers registers, long vaddr, int access) {
        return new PagingUnit(machine.memory(), parts.paging()).look(registers, vaddr, access);
    }

    public Machine machine() {
        return machine;
    }

    public Parts parts() {
        return parts;
    }

    public Trace trace() {
        return xen.chronicle().trace();
    }

    public FrameTable frames() {
        return xen.frames();
    }

    /// The table of hypercalls, for looking at its counters.
    public Hypercalls hypercalls() {
        return hypercalls;
    }

    /// Writes the page of ready-made hypercalls for guests whose image asks for one.
    public HypercallPages hypercallPages() {
        return hypercallPages;
    }

    /// The part that decides about event channels, for the toolstack and domain 0.
    public EventChannels eventChannels() {
        return events;
    }

    /// Domain 0.
    public ControlDomain control() {
        return control;
    }

    /// What the daemons of domain 0 were granted by guests.
    public GrantAccess grants() {
        return grants;
    }

    /// Domains that were destroyed, but for frames that others still use.
    public List<Domain> zombies() {
        return domains.zombies();
    }

    /// All domains, in ascending order; domain 0 first.
    public List<Domain> domains() {
        return domains.all();
    }

    /// The domain of this number, which must exist.
    public Domain domain(DomId id) {
        return domains.get(id);
    }

    /// The domain of this number, where it exists.
    public Optional<Domain> find(DomId id) {
        return domains.find(id);
    }

    /// Makes a domain that owns nothing yet but its shared-info page and the first frame of its
    /// grant table. Its number is the next one never used.
    public Domain createDomain(DomainConfig config) {
        Domain domain = domains.create(config);
        writeTimes(domain);
        return domain;
    }

    private void writeTimes(Domain domain) {
        xen.wallclock().writeDate(domain);
        domain.vcpus().forEach(vcpu -> time.publishTime(vcpu.who, true));
    }

    /// Pins `table` of `domain` as an L4 table, which checks it and all tables below. Returns 0 or
    /// the error of the hypercall of the same name.
    public long pinTable(Domain domain, Mfn table) {
        return xen.mmu().pin(domain, table.value(), 4);
    }

    /// Sets the first vCPU of `domain` to its beginning: kernel mode, events masked. The domain
    /// still has to be unpaused. Returns 0 or the error that it was refused with.
    public long start(Domain domain, DomainBuilder.Context at) {
        return contexts.start(domain.vcpus().getFirst(), at);
    }

    /// Ends a domain that cannot be carried on with, for a reason that the toolstack knows.
    public void crash(Domain domain, String why) {
        domain.crash(domain.vcpus().getFirst(), why);
    }

    /// Keeps `domain` from running until it was unpaused as often as it was paused.
    public void pause(Domain domain) {
        domain.pause();
    }

    /// Ends the building of a domain, or takes back one pause.
    public void unpause(Domain domain) {
        domain.unpause();
    }

    /// Closes the ports of `domain`, takes all that it owns, and forgets it.
    public void destroy(Domain domain) {
        Check.that(!domain.isControl(), "domain 0 cannot be destroyed");
        eventCalls.closeAll(domain);
        grantMappings.releaseAll(domain);
        domains.destroy(domain);
        xen.tlbs().flushAll();
    }

    /// Records `input` to be applied a nanosecond from now: what happens at this moment may have
    /// happened already, and a replay could not tell before which part of it the input came.
    public void post(Input input) {
        machine.journal().record(machine.clock().nanos() + 1, input);
    }

    /// Goes on to the moment at which the posted inputs are due and applies them, but nothing that
    /// comes after them.
    public void takeInputs() {
        long due = machine.journal().nextNanos();
        if (due != Long.MAX_VALUE) {
            loop.run(due, StopWhen.never());
            loop.takeInputs();
        }
    }

    /// Who takes the inputs that the hypervisor itself knows nothing about: what is typed, written
    /// to the XenStore, or asked of the toolstack.
    public void onInput(Consumer<Input> taker) {
        inputs.onInput(taker);
    }

    /// Who takes what domains write to Xen's own console.
    public void onConsole(ConsoleListener listener) {
        console.onWrite(listener);
    }

    /// Who is told, once, of each domain that has shut down or crashed. It may destroy that domain
    /// and make others.
    public void onEnd(Consumer<Domain> listener) {
        endListener = listener;
    }

    private void tellEndings() {
        for (Domain domain : domains.all()) {
            if (domain.takeEnd()) {
                queue.ended(domain);
                endListener.accept(domain);
            }
        }
    }

    /// Instructions that guests have retired since the machine started.
    public long retired() {
        return loop.retired();
    }

    /// The moment up to which nothing can happen by itself: now while a vCPU can run,
    /// `Long.MAX_VALUE` where nothing will ever happen without an input. Whoever runs the machine
    /// for a person may sleep until then.
    public long idleUntil() {
        return loop.idleUntil();
    }

    /// What each physical processor runs.
    public List<Pcpu> pcpus() {
        return queue.pcpus();
    }

    /// Gives a domain another weight and cap, as `xl sched-credit2` does. Returns 0 or an error.
    public long setShare(Domain domain, int weight, int cap) {
        return queue.setShare(domain, weight, cap);
    }

    /// Says on which processors a vCPU may run and on which it should, one bit each, as `xl
    /// vcpu-pin` does. Returns 0 or an error.
    public long pin(Vcpu vcpu, long hard, long soft) {
        return queue.pin(vcpu, hard, soft);
    }

    /// The vCPU that has the turn, where one has.
    public Optional<Vcpu> running() {
        return queue.current();
    }

    /// Runs until virtual time `untilNanos`, until `stop` is reached, or until nothing can happen
    /// any more. However a run is cut into pieces, it is the same run.
    public Stopped run(long untilNanos, StopWhen stop) {
        return loop.run(untilNanos, stop);
    }

    /// Takes what a domain writes to Xen's own console.
    @FunctionalInterface
    public interface ConsoleListener {
        void written(DomId domain, byte[] bytes, int count);
    }

    /// All but the machine, which is kept by itself; memory pages are shared between keyframes
    /// ([Snapshots]).
    @Override
    public void save(DataOutput out) throws IOException {
        out.writeLong(xen.chronicle().trace().seq());
        xen.frames().save(out);
        xen.tlbs().save(out);
        xen.wallclock().save(out);
        domains.save(out);
        queue.save(out);
        hypercalls.save(out);
        loop.save(out);
    }

    @Override
    public void load(DataInput in) throws IOException {
        xen.chronicle().trace().rewindTo(in.readLong());
        xen.frames().load(in);
        xen.tlbs().load(in);
        xen.wallclock().load(in);
        domains.load(in);
        queue.load(in);
        hypercalls.load(in);
        loop.load(in);
    }
}
