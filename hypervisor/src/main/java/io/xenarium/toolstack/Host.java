package io.xenarium.toolstack;

import io.xenarium.dom0.BlockBackends;
import io.xenarium.dom0.Console;
import io.xenarium.dom0.XenStore;
import io.xenarium.machine.Input;
import io.xenarium.machine.Kept;
import io.xenarium.machine.Machine;
import io.xenarium.machine.Memory;
import io.xenarium.machine.cpu.Cpu;
import io.xenarium.machine.cpu.Role;
import io.xenarium.machine.device.Disks;
import io.xenarium.parts.Parts;
import io.xenarium.parts.Slot;
import io.xenarium.terms.Bug;
import io.xenarium.terms.DomId;
import io.xenarium.terms.Port;
import io.xenarium.terms.VcpuId;
import io.xenarium.trace.Trace;
import io.xenarium.xen.CpuidLeaves;
import io.xenarium.xen.Hypervisor;
import io.xenarium.xen.Snapshot;
import io.xenarium.xen.Snapshots;
import io.xenarium.xen.StopWhen;
import io.xenarium.xen.Stopped;

import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.function.BooleanSupplier;

/// One whole computer: the machine, Xen on it, domain 0 with its daemons, and the toolstack.
///
/// 1. It is a function of its configuration, the images, and the inputs in the journal: whoever
///    wants something of it from outside calls a method here or on [#xl], which records an input.
/// 2. [#save] writes all that changes but the pages of memory, which keyframes share ([Snapshots]).
///
/// Looking (everything that returns something) never changes the run. One thread at a time.
public final class Host implements Kept {
    /// Who wants to know that something from outside is about to change the run.
    interface Guard {
        /// An input is about to be recorded.
        void before();

        /// It was taken.
        void after();
    }

    /// What a disk that is delayed is late by.
    private static final long DISK_DELAY_NANOS = 100_000_000;

    private final HostConfig config;
    private final Machine machine;
    private final Hypervisor xen;
    private final Console console;
    private final XenStore store;
    private final Images images = new Images();
    private final DiskImages diskImages;
    private final Disks disks;
    private final BlockBackends blocks;
    private final Xl xl;
    private final Snapshots snapshots;
    private Guard guard =
            new Guard() {
                @Override
                public void before() {}

                @Override
                public void after() {}
            };

    private Host(HostConfig config) {
        this.config = config;
        machine =
                new Machine(
                        config.seed(),
                        config.memoryMiB() * 256,
                        config.processors(),
                        (memory, _) -> processor(memory, config));
        xen = new Hypervisor(machine, config.parts(), new Trace());
        console = new Console(xen);
        store = new XenStore(xen);
        diskImages = new DiskImages(images);
        disks = new Disks(machine, diskImages::find);
        machine.attach(disks);
        blocks = new BlockBackends(xen, store, disks);
        xl = new Xl(this, console);
        xen.onEnd(xl::ended);
        xen.onConsole(console::written);
        xen.onInput(this::take);
        snapshots = new Snapshots(machine.memory(), disks, this);
    }

    /// The reference's processor is the machine's own, which is faster; the part that stands for it
    /// in the solutions does the same.
    private static Cpu processor(Memory memory, HostConfig config) {
        Parts parts = config.parts();
        return parts.isLent(Slot.PROCESSOR)
                ? LentProcessor.cpu(memory, new CpuidLeaves(), parts.processor())
                : config.engine().cpu(memory, new CpuidLeaves(), Role.PV_GUEST);
    }

    /// A computer that has just been switched on: Xen runs, and domain 0.
    public static Host of(HostConfig config) {
        return new Host(config);
    }

    public HostConfig config() {
        return config;
    }

    public Machine machine() {
        return machine;
    }

    public Hypervisor hypervisor() {
        return xen;
    }

    public Trace trace() {
        return xen.trace();
    }

    /// The store through which domains and toolstack talk.
    public XenStore store() {
        return store;
    }

    /// The machine's disks.
    public Disks disks() {
        return disks;
    }

    /// The driver of the guests' disks.
    public BlockBackends blocks() {
        return blocks;
    }

    /// The toolstack.
    public Xl xl() {
        return xl;
    }

    /// Images by name, for configurations that name no file.
    public Images images() {
        return images;
    }

    /// Opens the image of a disk, so that it can be plugged in later.
    ///
    /// @throws Refused where it cannot be used
    void checkDisk(String name) {
        diskImages.find(name);
    }

    void guardWith(Guard newGuard) {
        guard = newGuard;
    }

    /// Records an input and takes it, a nanosecond from now.
    public void post(Input input) {
        guard.before();
        xen.post(input);
        xen.takeInputs();
        guard.after();
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

    /// Somebody writes to the store, as domain 0 may.
    ///
    /// @throws Refused where no node can have that name
    public void writeStore(String path, String value) {
        if (!XenStore.isPath(path)) {
            throw new Refused(
                    "%s cannot be a node: give an absolute path of letters, digits and -/_@"
                            .formatted(path));
        }
        if (value.length() + path.length() > XenStore.VALUE_MAX) {
            throw new Refused("a value of %d characters is too long".formatted(value.length()));
        }
        post(new Input.StoreWritten(path, value));
    }

    /// Somebody sets the clock of the machine. Guests that start from now on know that date; one
    /// that runs keeps the date that it has, unless it looks again.
    public void setDate(Instant date) {
        post(new Input.DateSet(date.getEpochSecond(), date.getNano()));
    }

    /// What `domain` has put on its console up to now, through its ring or with console_io, as far
    /// back as it is kept. Survives the end of the domain.
    public Output consoleOutput(DomId domain) {
        return new Output(console.dropped(domain), console.shown(domain));
    }

    /// Bytes that were typed at a domain's console and that it has not taken yet.
    public int consoleWaiting(DomId domain) {
        return console.waiting(domain);
    }

    /// Runs until virtual time `untilNanos`, or until nothing can happen any more without an input.
    public Stopped run(long untilNanos) {
        return xen.run(untilNanos, StopWhen.never());
    }

    private void take(Input input) {
        switch (input) {
            case Input.Typed typed -> console.type(typed.domain(), bytes(typed.bytes()));
            case Input.Created created -> xl.build(XlConfig.parse(created.config()));
            case Input.StoreWritten written -> store.write(written.path(), written.value());
            case Input.Ordered ordered -> xl.obey(ordered);
            case Input.Faulted faulted -> fault(faulted);
            default -> throw new Bug("Xen takes this by itself: " + input);
        }
    }

    /// The part of a fault that concerns the daemons of domain 0.
    private void fault(Input.Faulted faulted) {
        switch (faulted.fault()) {
            case DELAY_DISK -> blocks.stall(faulted.domain(), DISK_DELAY_NANOS);
            case KILL_BACKEND -> {
                blocks.detach(faulted.domain());
                console.detach(faulted.domain());
            }
            default -> {}
        }
    }

    private static byte[] bytes(String chars) {
        return chars.getBytes(java.nio.charset.StandardCharsets.ISO_8859_1);
    }

    /// The state as it is now, to go back to.
    Snapshot keyframe() {
        return snapshots.take();
    }

    /// Reads a keyframe that was written: see [Snapshots#read].
    BooleanSupplier read(DataInput keyframe) throws IOException {
        return snapshots.read(keyframe);
    }

    void restore(Snapshot keyframe) {
        snapshots.restore(keyframe);
    }

    /// Keeps the whole machine in a file, without its past.
    ///
    /// @throws Refused where it cannot be written
    public void keep(Path file) {
        MachineFile.write(file, this);
    }

    /// The machine that a file keeps, as it was at that moment.
    ///
    /// @throws Refused where the file is none, is damaged, or another version wrote it
    public static Host from(Path file, Parts parts) {
        return MachineFile.read(file, parts);
    }

    /// A fingerprint of the whole state, memory included: equal for equal states.
    public long stateHash() {
        return keyframe().hash();
    }

    @Override
    public void save(DataOutput out) throws IOException {
        machine.save(out);
        xen.save(out);
        store.save(out);
        console.save(out);
        disks.save(out);
        blocks.save(out);
        xl.save(out);
    }

    @Override
    public void load(DataInput in) throws IOException {
        machine.load(in);
        xen.load(in);
        store.load(in);
        console.load(in);
        disks.load(in);
        blocks.load(in);
        xl.load(in);
    }
}
