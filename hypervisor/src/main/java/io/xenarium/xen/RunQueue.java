package io.xenarium.xen;

import io.xenarium.machine.Clock;
import io.xenarium.machine.Kept;
import io.xenarium.terms.DomId;
import io.xenarium.terms.Port;
import io.xenarium.terms.VcpuId;
import io.xenarium.trace.SchedEvent.Runstate;

import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.Optional;

/// Whose turn it is: the runnable vCPUs one after the other, in the order of their domains and
/// numbers, each for a slice.
///
/// The end of a slice is a moment of virtual time and part of the state, so a run that is cut in
/// the middle of a slice goes on with the rest of it.
final class RunQueue implements Kept {
    private final Domains domains;
    private final Clock clock;
    private final RunstateAreas areas;
    private final Wallclock wallclock;
    private final Chronicle chronicle;
    private DomId currentDomain = DomId.DOM0;
    private VcpuId currentVcpu = new VcpuId(0);
    private boolean hasCurrent;
    private long sliceEndNanos;

    RunQueue(Domains domains, RunstateAreas areas, Xen xen) {
        this.domains = domains;
        this.areas = areas;
        clock = xen.clock();
        wallclock = xen.wallclock();
        chronicle = xen.chronicle();
    }

    /// The vCPU that has the turn, where one has.
    Optional<Vcpu> current() {
        return hasCurrent
                ? domains.find(currentDomain).map(domain -> domain.vcpu(currentVcpu))
                : Optional.empty();
    }

    /// When its slice ends.
    long sliceEnd() {
        return sliceEndNanos;
    }

    /// The vCPU that runs from now on: the current one while its slice lasts and it can run, else
    /// the next one that can.
    Optional<Vcpu> pick() {
        Optional<Vcpu> before = current();
        boolean isSliceOver = clock.nanos() >= sliceEndNanos;
        if (before.isPresent() && before.get().isRunnable() && !isSliceOver) {
            return before;
        }
        Optional<Vcpu> next = nextRunnable();
        before.filter(vcpu -> next.isEmpty() || next.get() != vcpu).ifPresent(this::settle);
        hasCurrent = next.isPresent();
        next.ifPresent(this::begin);
        return next;
    }

    /// Whether any vCPU can run.
    boolean hasRunnable() {
        return nextRunnable().isPresent();
    }

    /// Ends the slice of the current vCPU early.
    void yield() {
        sliceEndNanos = clock.nanos();
    }

    /// Lets `vcpu` sleep until it is woken.
    void block(Vcpu vcpu) {
        vcpu.isBlocked = true;
        change(vcpu, Runstate.BLOCKED);
    }

    /// Wakes `vcpu` if it sleeps.
    void wake(Vcpu vcpu) {
        if (vcpu.isBlocked) {
            vcpu.isBlocked = false;
            vcpu.isPolling = false;
            vcpu.timers.setPoll(VcpuTimers.OFF);
            settle(vcpu);
        }
    }

    /// Sets the upcall flag of `vcpu` and wakes it.
    void raiseUpcall(Vcpu vcpu) {
        boolean before = vcpu.isUpcallPending();
        vcpu.setUpcallPending(true);
        vcpu.isDeliveryDue = true;
        chronicle.upcallRaised(vcpu, before);
        vcpu.upcallCause = chronicle.trace().seq();
        wake(vcpu);
    }

    /// Wakes the vCPUs of `domain` that poll `port`, or may do so.
    void endPolls(Domain domain, Port port) {
        for (Vcpu vcpu : domain.vcpus()) {
            boolean isMeant = vcpu.polledPort == 0 || vcpu.polledPort == port.value();
            if (vcpu.isPolling && isMeant) {
                wake(vcpu);
            }
        }
    }

    /// Gives `vcpu` the run state of one that does not run.
    void settle(Vcpu vcpu) {
        if (!vcpu.isUp) {
            change(vcpu, Runstate.OFFLINE);
        } else {
            change(vcpu, vcpu.isBlocked ? Runstate.BLOCKED : Runstate.RUNNABLE);
        }
    }

    private void begin(Vcpu vcpu) {
        currentDomain = vcpu.domain().id();
        currentVcpu = vcpu.id();
        sliceEndNanos = clock.nanos() + Limits.SLICE_NANOS;
        vcpu.isDeliveryDue = true;
        change(vcpu, Runstate.RUNNING);
        wallclock.update(vcpu, false);
    }

    private Optional<Vcpu> nextRunnable() {
        Vcpu first = null;
        for (Domain domain : domains.all()) {
            for (Vcpu vcpu : domain.vcpus()) {
                if (!vcpu.isRunnable()) {
                    continue;
                }
                if (isAfterCurrent(vcpu)) {
                    return Optional.of(vcpu);
                }
                first = first == null ? vcpu : first;
            }
        }
        return Optional.ofNullable(first);
    }

    private boolean isAfterCurrent(Vcpu vcpu) {
        int byDomain = vcpu.domain().id().compareTo(currentDomain);
        return byDomain > 0 || byDomain == 0 && vcpu.id().compareTo(currentVcpu) > 0;
    }

    private void change(Vcpu vcpu, Runstate to) {
        Runstate from = vcpu.runstate();
        if (from != to) {
            vcpu.runstates.change(to, clock.nanos());
            chronicle.runstateChanged(vcpu, from, to);
            areas.show(vcpu);
        }
    }

    @Override
    public void save(DataOutput out) throws IOException {
        out.writeInt(currentDomain.value());
        out.writeInt(currentVcpu.value());
        out.writeBoolean(hasCurrent);
        out.writeLong(sliceEndNanos);
    }

    @Override
    public void load(DataInput in) throws IOException {
        currentDomain = new DomId(in.readInt());
        currentVcpu = new VcpuId(in.readInt());
        hasCurrent = in.readBoolean();
        sliceEndNanos = in.readLong();
    }
}
