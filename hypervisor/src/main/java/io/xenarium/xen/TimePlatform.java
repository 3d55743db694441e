package io.xenarium.xen;

import io.xenarium.abi.VcpuInfo;
import io.xenarium.machine.Clock;
import io.xenarium.machine.Memory;
import io.xenarium.parts.EventChannels;
import io.xenarium.parts.GuestTime;
import io.xenarium.terms.Port;
import io.xenarium.terms.Who;
import io.xenarium.trace.SchedEvent.Runstate;

/// What the hypervisor lends to [GuestTime]: the counter, the timers and run states of all vCPUs,
/// and the records in the memory that guests see.
///
/// The time-stamp counter counts virtual nanoseconds, so every record of it is right for ever.
/// Still a vCPU finds a new one when it begins to run in another second than that of its record:
/// guests shall meet what they meet under Xen, which compares its counters once a second.
final class TimePlatform implements GuestTime.Platform {
    private static final int VIRQ_TIMER = 0;

    /// The type of vm_assist by which a guest says that it knows the mark.
    private static final int ASSIST_UPDATE_FLAG = 5;

    private final Memory memory;
    private final Clock clock;
    private final GuestMemory guest;
    private final Domains domains;
    private final RunQueue queue;
    private final EventChannels events;
    private final Chronicle chronicle;

    TimePlatform(Xen xen, Domains domains, RunQueue queue, EventChannels events) {
        memory = xen.memory();
        clock = xen.clock();
        guest = xen.guest();
        chronicle = xen.chronicle();
        this.domains = domains;
        this.queue = queue;
        this.events = events;
    }

    private Vcpu vcpu(Who who) {
        return domains.get(who.domain()).vcpu(who.vcpu());
    }

    @Override
    public long hertz() {
        return GuestTime.SECOND;
    }

    @Override
    public long tsc() {
        return clock.nanos();
    }

    @Override
    public GuestTime.Stamp stamp() {
        long nanos = clock.nanos() - clock.nanos() % Limits.CALIBRATION_NANOS;
        return new GuestTime.Stamp(nanos, nanos);
    }

    @Override
    public long read(Who who, GuestTime.Field field) {
        long maddr = vcpu(who).infoMaddr + VcpuInfo.TIME + offset(field);
        return switch (field) {
            case VERSION, TSC_TO_SYSTEM_MUL -> memory.getInt(maddr) & 0xffff_ffffL;
            case TSC_TIMESTAMP, SYSTEM_TIME -> memory.getLong(maddr);
            case TSC_SHIFT, FLAGS -> memory.getByte(maddr);
        };
    }

    private static int offset(GuestTime.Field field) {
        int offset =
                switch (field) {
                    case VERSION -> VcpuInfo.TIME_VERSION;
                    case TSC_TIMESTAMP -> VcpuInfo.TSC_TIMESTAMP;
                    case SYSTEM_TIME -> VcpuInfo.SYSTEM_TIME;
                    case TSC_TO_SYSTEM_MUL -> VcpuInfo.TSC_TO_SYSTEM_MUL;
                    case TSC_SHIFT -> VcpuInfo.TSC_SHIFT;
                    case FLAGS -> VcpuInfo.TIME_FLAGS;
                };
        return offset - VcpuInfo.TIME;
    }

    @Override
    public void write(Who who, GuestTime.Place place, GuestTime.Field field, long value) {
        Vcpu vcpu = vcpu(who);
        if (place == GuestTime.Place.COPY) {
            copy(vcpu, field, value);
            return;
        }
        if (field == GuestTime.Field.VERSION) {
            writeVersion(who, value & 0xffff_ffffL);
            return;
        }
        long maddr = vcpu.infoMaddr + VcpuInfo.TIME + offset(field);
        switch (field) {
            case VERSION, TSC_TO_SYSTEM_MUL -> memory.setInt(maddr, (int) value);
            case TSC_TIMESTAMP, SYSTEM_TIME -> memory.setLong(maddr, value);
            case TSC_SHIFT, FLAGS -> memory.setByte(maddr, (byte) value);
        }
    }

    /// The sign at the door: whoever watches shall see it turn.
    private void writeVersion(Who who, long version) {
        long before = read(who, GuestTime.Field.VERSION);
        memory.setInt(vcpu(who).infoMaddr + VcpuInfo.TIME_VERSION, (int) version);
        chronicle.timeVersionChanged(who, before, version);
    }

    private void copy(Vcpu vcpu, GuestTime.Field field, long value) {
        long vaddr = vcpu.timeAreaVaddr + offset(field);
        if (vcpu.timeAreaVaddr == 0 || vcpu.kernelTableMfn == 0) {
            return;
        }
        asKernel(
                vcpu,
                () -> {
                    switch (field) {
                        case VERSION, TSC_TO_SYSTEM_MUL -> guest.putInt(vcpu, vaddr, (int) value);
                        case TSC_TIMESTAMP, SYSTEM_TIME -> guest.putLong(vcpu, vaddr, value);
                        case TSC_SHIFT, FLAGS ->
                                guest.write(vcpu, vaddr, new byte[] {(byte) value});
                    }
                });
    }

    /// Does something in a guest's memory at an address of its kernel, even while one of its
    /// programs runs. Returns whether it could be done: where not, that is the guest's own fault.
    private static boolean asKernel(Vcpu vcpu, Runnable doing) {
        boolean wasKernel = vcpu.isKernelMode;
        vcpu.isKernelMode = true;
        try {
            doing.run();
            return true;
        } catch (BadPointer unusable) {
            return false;
        } finally {
            vcpu.isKernelMode = wasKernel;
        }
    }

    @Override
    public long deadline(Who who, GuestTime.Timer timer) {
        return vcpu(who).deadlineNanos(timer);
    }

    @Override
    public void setDeadline(Who who, GuestTime.Timer timer, long nanos) {
        set(who, timer, nanos);
        chronicle.timerSet(who.domain(), who.vcpu(), nanos);
    }

    private void set(Who who, GuestTime.Timer timer, long nanos) {
        VcpuTimers timers = vcpu(who).timers;
        switch (timer) {
            case SINGLE_SHOT -> timers.setSingleShot(nanos);
            case PERIODIC -> timers.setPeriodic(nanos);
            case POLL -> timers.setPoll(nanos);
        }
    }

    @Override
    public boolean replaceDeadline(Who who, GuestTime.Timer timer, long seen, long next) {
        boolean isSame = deadline(who, timer) == seen;
        if (isSame) {
            set(who, timer, next);
        }
        return isSame;
    }

    @Override
    public long period(Who who) {
        return vcpu(who).timers.period();
    }

    @Override
    public void interrupt(Who who, long deadlineNanos) {
        chronicle.timerFired(who.domain(), who.vcpu(), deadlineNanos);
        Port port = domains.get(who.domain()).ports().virqPort(VIRQ_TIMER, who.vcpu());
        if (port.value() != 0) {
            long cause = chronicle.trace().because(chronicle.trace().seq());
            chronicle.sent(who.domain(), port);
            events.setPending(who.domain(), port);
            chronicle.trace().because(cause);
        }
    }

    @Override
    public void wake(Who who) {
        queue.wake(vcpu(who));
    }

    @Override
    public long since(Who who) {
        return vcpu(who).runstates.since();
    }

    @Override
    public void setSince(Who who, long nanos) {
        vcpu(who).runstates.setSince(nanos);
    }

    @Override
    public long spent(Who who, Runstate state) {
        return vcpu(who).runstates.spent(state);
    }

    @Override
    public void setSpent(Who who, Runstate state, long nanos) {
        vcpu(who).runstates.setSpent(state, nanos);
    }

    @Override
    public boolean hasArea(Who who) {
        Vcpu vcpu = vcpu(who);
        long area = vcpu.runstates.areaVaddr;
        return area != 0
                && vcpu.kernelTableMfn != 0
                && asKernel(vcpu, () -> guest.require(vcpu, area, RunstateAreas.BYTES, true));
    }

    @Override
    public boolean knowsMark(Who who) {
        return vcpu(who).domain().assists(ASSIST_UPDATE_FLAG);
    }

    @Override
    public void showState(Who who, Runstate state) {
        Vcpu vcpu = vcpu(who);
        long vaddr = vcpu.runstates.areaVaddr + RunstateAreas.STATE;
        asKernel(vcpu, () -> guest.putInt(vcpu, vaddr, state.ordinal()));
    }

    @Override
    public void showSince(Who who, long nanos) {
        show(vcpu(who), RunstateAreas.SINCE, nanos);
    }

    @Override
    public void showSpent(Who who, Runstate state, long nanos) {
        show(vcpu(who), RunstateAreas.SPENT + state.ordinal() * 8, nanos);
    }

    private void show(Vcpu vcpu, int offset, long nanos) {
        asKernel(vcpu, () -> guest.putLong(vcpu, vcpu.runstates.areaVaddr + offset, nanos));
    }
}
