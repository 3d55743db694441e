package io.xenarium.xen;

import io.xenarium.abi.VcpuInfo;
import io.xenarium.machine.Kept;
import io.xenarium.machine.Memory;
import io.xenarium.machine.cpu.Registers;
import io.xenarium.parts.GuestTime;
import io.xenarium.terms.VcpuId;
import io.xenarium.terms.Who;
import io.xenarium.trace.SchedEvent.Runstate;

import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.Arrays;
import java.util.stream.LongStream;

/// A virtual processor of a domain: its registers while it is not running, what the guest has
/// registered with Xen, and what it is doing.
///
/// 1. Guest kernel and guest programs both run at CPL 3; [#isKernelMode] alone tells them apart.
/// 2. While [#kernelTable] is not 0 the vCPU holds a reference and an L4 type reference on that
///    frame; so it does for [#userTable].
///
/// Fields are open to this package and closed to others, because every hypercall is about them.
/// Xen: struct vcpu and struct pv_vcpu.
public final class Vcpu implements Kept {
    private final Domain domain;
    private final VcpuId id;
    private final Memory memory;

    /// What parts call it.
    final Who who;

    final Registers registers = new Registers();
    final TrapTable traps = new TrapTable();
    final Callbacks callbacks = new Callbacks();
    final VcpuTimers timers = new VcpuTimers();
    final Runstates runstates = new Runstates();
    final SchedUnit sched = new SchedUnit();
    final long[] gdtFrames = new long[Limits.GDT_FRAMES];
    final long[] ldtFrames = new long[Limits.LDT_FRAMES];

    boolean isKernelMode = true;

    /// Whether it has a state to begin with.
    boolean isInitialised;

    boolean isUp;

    /// Whether it sleeps until an event comes.
    boolean isBlocked;

    /// Whether it sleeps in a poll of ports.
    boolean isPolling;

    /// The one port that it polls, 0 where it polls several: then any event ends the poll, as in
    /// Xen.
    int polledPort;

    /// Whether a non-maskable interrupt is to be delivered, and whether it is inside one.
    boolean isNmiPending;

    boolean isInNmi;

    /// Where the guest wants a copy of its time record, 0 for nowhere.
    long timeAreaVaddr;

    /// Whether the upcall flag is to be looked at before the guest goes on: set by whatever may
    /// have raised it, because a look at any other time would let the guest see where a run was
    /// cut.
    boolean isDeliveryDue = true;

    /// Sequence number of the event that raised the upcall flag last, for the chain behind "why?".
    long upcallCause;

    long kernelTableMfn;
    long userTableMfn;
    int kernelStackSelector;
    long kernelStackVaddr;

    /// The GS bases that are not in the processor now: the user's while the kernel runs, and the
    /// other way round.
    long otherGsBase;

    int gdtEntries;
    long ldtVaddr;
    int ldtEntries;

    /// The virtual task-switched flag: the next floating-point instruction raises #NM.
    boolean isTaskSwitched;

    int ioPrivilege;

    /// Where the guest says for each port whether its programs may use it, and for how many ports.
    long ioBitmapVaddr;

    int ioBitmapPorts;

    /// The breakpoints on ports in debug register 7, which the processor does not see.
    long portBreakpoints;

    long infoMaddr;
    boolean isInfoRegistered;

    Vcpu(Domain domain, VcpuId id, Memory memory, long infoMaddr) {
        this.domain = domain;
        this.id = id;
        who = new Who(domain.id(), id);
        this.memory = memory;
        this.infoMaddr = infoMaddr;
        registers.cpuid = domain.cpuid();
    }

    public Domain domain() {
        return domain;
    }

    public VcpuId id() {
        return id;
    }

    /// Its registers. While it runs these are the processor's own; look, do not change.
    public Registers registers() {
        return registers;
    }

    /// Whether the guest's kernel runs, not one of its programs.
    public boolean isKernelMode() {
        return isKernelMode;
    }

    /// Whether it ever gave its processor away to wait for an event.
    public boolean hasEverBlocked() {
        return runstates.spent(Runstate.BLOCKED) > 0;
    }

    /// What the scheduler knows of it.
    public SchedUnit sched() {
        return sched;
    }

    public Runstate runstate() {
        return runstates.now();
    }

    /// How long it was in `state`, up to the last change of state.
    public long spentNanos(Runstate state) {
        return runstates.spent(state);
    }

    /// How long it has had a processor, up to `nowNanos`.
    public long ranNanos(long nowNanos) {
        long before = runstates.spent(Runstate.RUNNING);
        return runstate() == Runstate.RUNNING ? before + nowNanos - runstates.since() : before;
    }

    /// Machine address of its vcpu_info.
    public long infoMaddr() {
        return infoMaddr;
    }

    /// Whether the upcall flag is set: an event may be pending.
    public boolean isUpcallPending() {
        return memory.getByte(infoMaddr + VcpuInfo.UPCALL_PENDING) != 0;
    }

    /// Whether the guest has masked upcalls: its interrupt flag, inverted.
    public boolean isUpcallMasked() {
        return memory.getByte(infoMaddr + VcpuInfo.UPCALL_MASK) != 0;
    }

    /// The selector word.
    public long selector() {
        return memory.getLong(infoMaddr + VcpuInfo.PENDING_SEL);
    }

    /// The L4 table of the guest's kernel, as a bare mfn; 0 before it has one.
    public long kernelTable() {
        return kernelTableMfn;
    }

    /// The L4 table of the program that the guest runs; 0 where there is none.
    public long userTable() {
        return userTableMfn;
    }

    /// The frames that hold its descriptor tables, as bare mfns: GDT, then LDT.
    public long[] descriptorFrames() {
        return LongStream.concat(Arrays.stream(gdtFrames), Arrays.stream(ldtFrames))
                .filter(frame -> frame != 0)
                .toArray();
    }

    /// Whether the guest gave its vcpu_info a place of its own.
    public boolean isInfoRegistered() {
        return isInfoRegistered;
    }

    /// When its next timer goes off, `Long.MAX_VALUE` where none is set.
    public long nextTimerNanos() {
        return timers.next();
    }

    /// When one of its timers goes off, `Long.MAX_VALUE` where it is not set.
    public long deadlineNanos(GuestTime.Timer timer) {
        return switch (timer) {
            case SINGLE_SHOT -> timers.singleShot();
            case PERIODIC -> timers.periodic();
            case POLL -> timers.poll();
        };
    }

    /// The period of its periodic timer, 0 where there is none.
    public long periodNanos() {
        return timers.period();
    }

    /// Since when it is in the run state that it is in.
    public long sinceNanos() {
        return runstates.since();
    }

    /// Where the guest wants a copy of its time record, 0 for nowhere.
    public long timeCopyVaddr() {
        return timeAreaVaddr;
    }

    /// Shows the guest the address of a page fault, in CR2 and in its vcpu_info.
    void setFaultAddress(long vaddr) {
        registers.cr2 = vaddr;
        memory.setLong(infoMaddr + VcpuInfo.CR2, vaddr);
    }

    void setUpcallPending(boolean pending) {
        memory.setByte(infoMaddr + VcpuInfo.UPCALL_PENDING, (byte) (pending ? 1 : 0));
    }

    void setUpcallMasked(boolean masked) {
        memory.setByte(infoMaddr + VcpuInfo.UPCALL_MASK, (byte) (masked ? 1 : 0));
    }

    void setSelector(long word) {
        memory.setLong(infoMaddr + VcpuInfo.PENDING_SEL, word);
    }

    /// The privilege level that the guest's kernel counts as running at, where that matters: 1, or
    /// 0 where the guest asked for that.
    int kernelLevel() {
        return domain.assists(VersionCalls.ARCHITECTURAL_IOPL) ? 0 : 1;
    }

    /// Whether an upcall would be delivered now.
    boolean wantsUpcall() {
        return isUpcallPending() && !isUpcallMasked();
    }

    /// Whether it is up and waits for nothing.
    public boolean isAwake() {
        return isUp && !isBlocked;
    }

    /// Whether it could go on if it had a processor.
    boolean isRunnable() {
        return isAwake() && domain.isRunning() && !domain.share().isParked();
    }

    @Override
    public void save(DataOutput out) throws IOException {
        registers.save(out);
        traps.save(out);
        callbacks.save(out);
        timers.save(out);
        runstates.save(out);
        sched.save(out);
        for (long frame : gdtFrames) {
            out.writeLong(frame);
        }
        for (long frame : ldtFrames) {
            out.writeLong(frame);
        }
        saveDoings(out);
        out.writeLong(kernelTableMfn);
        out.writeLong(userTableMfn);
        out.writeInt(kernelStackSelector);
        out.writeLong(kernelStackVaddr);
        out.writeLong(otherGsBase);
        out.writeInt(gdtEntries);
        out.writeLong(ldtVaddr);
        out.writeInt(ldtEntries);
        out.writeBoolean(isTaskSwitched);
        out.writeInt(ioPrivilege);
        out.writeLong(ioBitmapVaddr);
        out.writeInt(ioBitmapPorts);
        out.writeLong(portBreakpoints);
        out.writeLong(infoMaddr);
        out.writeBoolean(isInfoRegistered);
    }

    @Override
    public void load(DataInput in) throws IOException {
        registers.load(in);
        traps.load(in);
        callbacks.load(in);
        timers.load(in);
        runstates.load(in);
        sched.load(in);
        for (int i = 0; i < gdtFrames.length; i++) {
            gdtFrames[i] = in.readLong();
        }
        for (int i = 0; i < ldtFrames.length; i++) {
            ldtFrames[i] = in.readLong();
        }
        loadDoings(in);
        kernelTableMfn = in.readLong();
        userTableMfn = in.readLong();
        kernelStackSelector = in.readInt();
        kernelStackVaddr = in.readLong();
        otherGsBase = in.readLong();
        gdtEntries = in.readInt();
        ldtVaddr = in.readLong();
        ldtEntries = in.readInt();
        isTaskSwitched = in.readBoolean();
        ioPrivilege = in.readInt();
        ioBitmapVaddr = in.readLong();
        ioBitmapPorts = in.readInt();
        portBreakpoints = in.readLong();
        infoMaddr = in.readLong();
        isInfoRegistered = in.readBoolean();
    }

    private void saveDoings(DataOutput out) throws IOException {
        out.writeBoolean(isKernelMode);
        out.writeBoolean(isInitialised);
        out.writeBoolean(isUp);
        out.writeBoolean(isBlocked);
        out.writeBoolean(isPolling);
        out.writeInt(polledPort);
        out.writeBoolean(isNmiPending);
        out.writeBoolean(isInNmi);
        out.writeLong(timeAreaVaddr);
        out.writeBoolean(isDeliveryDue);
        out.writeLong(upcallCause);
    }

    private void loadDoings(DataInput in) throws IOException {
        isKernelMode = in.readBoolean();
        isInitialised = in.readBoolean();
        isUp = in.readBoolean();
        isBlocked = in.readBoolean();
        isPolling = in.readBoolean();
        polledPort = in.readInt();
        isNmiPending = in.readBoolean();
        isInNmi = in.readBoolean();
        timeAreaVaddr = in.readLong();
        isDeliveryDue = in.readBoolean();
        upcallCause = in.readLong();
    }
}
