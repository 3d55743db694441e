package io.xenarium.xen;

import io.xenarium.machine.Clock;
import io.xenarium.machine.Kept;
import io.xenarium.parts.GuestTime;
import io.xenarium.parts.Scheduler;
import io.xenarium.terms.Errno;
import io.xenarium.terms.Port;
import io.xenarium.terms.Who;
import io.xenarium.trace.SchedEvent.Runstate;

import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;

/// Which vCPU each physical processor runs, and which of the processors has its turn.
///
/// 1. All processors share the one clock of the machine, which counts the instructions of all of
///    them together: they take turns in *windows* of virtual time, and one that has nothing to run
///    takes none. So what happens has one order, and a processor that is signalled by another finds
///    out when its next window begins.
/// 2. A vCPU that a processor runs stays on it, and in its state of running, through the windows of
///    the others.
/// 3. Who runs where is [Scheduler]'s to decide, at the end of a slice and whenever a processor's
///    vCPU cannot go on.
///
/// With a single processor there are no windows, and a vCPU that runs alone is not disturbed.
final class RunQueue implements Kept {
    private final Domains domains;
    private final Clock clock;
    private final Chronicle chronicle;
    private final List<Pcpu> pcpus;
    private final SchedPlatform platform;
    private final Scheduler scheduler;
    private GuestTime time;
    private int turn;
    private long windowEndNanos;

    RunQueue(Domains domains, Xen xen, int processors, Scheduler.Maker maker) {
        this.domains = domains;
        clock = xen.clock();
        chronicle = xen.chronicle();
        pcpus = IntStream.range(0, processors).mapToObj(Pcpu::new).toList();
        platform = new SchedPlatform(domains, clock, pcpus, chronicle);
        scheduler = maker.make(platform);
    }

    /// Who is told when a vCPU begins to run, and what it does from now on. Before any domain is
    /// made: the two know each other.
    void keepTime(GuestTime newTime) {
        time = newTime;
    }

    List<Pcpu> pcpus() {
        return pcpus;
    }

    /// The processor that has its turn.
    int turn() {
        return turn;
    }

    /// The vCPU of the processor that has its turn, where it has one.
    Optional<Vcpu> current() {
        return current(pcpus.get(turn));
    }

    private Optional<Vcpu> current(Pcpu pcpu) {
        return pcpu.isBusy()
                ? domains.find(pcpu.domain()).map(domain -> domain.vcpu(pcpu.vcpu()))
                : Optional.empty();
    }

    /// Until when the vCPU that has the turn may run at the most.
    long turnEnd() {
        long end = pcpus.get(turn).sliceEnd();
        return pcpus.size() == 1 ? end : Math.min(end, windowEndNanos);
    }

    /// When a capped domain that spent its budget gets a new one, `Long.MAX_VALUE` where none
    /// waits.
    long next() {
        long next = Long.MAX_VALUE;
        for (Domain domain : domains.all()) {
            next = domain.isRunning() ? Math.min(next, domain.share().periodEnd()) : next;
        }
        return next;
    }

    /// Gives new budgets to capped domains whose period is over.
    void replenish() {
        for (Domain domain : domains.all()) {
            if (domain.share().isParked() && domain.share().replenish(clock.nanos())) {
                domain.vcpus().stream()
                        .filter(vcpu -> vcpu.isRunnable() && vcpu.runstate() == Runstate.RUNNABLE)
                        .forEach(vcpu -> scheduler.wake(vcpu.who));
            }
        }
    }

    /// The vCPU that runs from now on: that of the processor whose window it is, while it has one,
    /// else that of the next processor that has one.
    Optional<Vcpu> pick() {
        int count = pcpus.size();
        if (count == 1) {
            return pick(pcpus.getFirst());
        }
        if (clock.nanos() < windowEndNanos) {
            Optional<Vcpu> picked = pick(pcpus.get(turn));
            if (picked.isPresent()) {
                return picked;
            }
        }
        // Twice round, because one that was asked last may have let go of what the first can run.
        for (int i = 1; i <= 2 * count; i++) {
            Pcpu pcpu = pcpus.get((turn + i) % count);
            Optional<Vcpu> picked = pick(pcpu);
            if (picked.isPresent()) {
                turn = pcpu.number();
                windowEndNanos = clock.nanos() + Limits.WINDOW_NANOS;
                return picked;
            }
        }
        return Optional.empty();
    }

    private Optional<Vcpu> pick(Pcpu pcpu) {
        Optional<Vcpu> before = current(pcpu);
        boolean goesOn =
                before.isPresent()
                        && before.get().isRunnable()
                        && before.get().runstate() == Runstate.RUNNING
                        && clock.nanos() < pcpu.sliceEnd();
        return goesOn ? before : schedule(pcpu, before);
    }

    private Optional<Vcpu> schedule(Pcpu pcpu, Optional<Vcpu> before) {
        Optional<Who> running = before.map(vcpu -> vcpu.who);
        running.ifPresent(scheduler::burnCredits);
        Optional<Vcpu> next = scheduler.pickNext(pcpu.number(), running).map(platform::vcpu);
        before.filter(vcpu -> next.isEmpty() || next.get() != vcpu).ifPresent(this::settle);
        if (next.isPresent()) {
            begin(pcpu, next.get());
        } else {
            pcpu.setIdle();
        }
        return next;
    }

    private void begin(Pcpu pcpu, Vcpu vcpu) {
        boolean isNew = !pcpu.runs(vcpu);
        if (vcpu.sched.pcpu() != pcpu.number()) {
            chronicle.migrated(vcpu, vcpu.sched.pcpu(), pcpu.number());
        }
        pcpu.begin(vcpu, clock.nanos());
        vcpu.sched.beginOn(pcpu.number(), clock.nanos());
        pcpu.setSliceEnd(clock.nanos() + scheduler.slice(vcpu.who, pcpu.number()));
        if (isNew) {
            chronicle.dispatched(vcpu, pcpu.number(), pcpu.sliceEnd());
        }
        vcpu.isDeliveryDue = true;
        change(vcpu, Runstate.RUNNING);
        time.publishTime(vcpu.who, false);
    }

    /// Whether any vCPU can run.
    boolean hasRunnable() {
        return domains.all().stream()
                .flatMap(domain -> domain.vcpus().stream())
                .anyMatch(Vcpu::isRunnable);
    }

    /// The vCPU that has the turn lets others go first: its slice ends, and for the choice of the
    /// next its credit counts for less.
    void yield() {
        current().ifPresent(vcpu -> vcpu.sched.setYielding(true));
        pcpus.get(turn).setSliceEnd(clock.nanos());
    }

    /// `xl sched-credit2`: gives a domain another weight and cap. Returns 0 or an error.
    long setShare(Domain domain, int weight, int cap) {
        int most = domain.vcpus().size() * 100;
        if (weight < 1 || weight > Limits.WEIGHT_MAX || cap < 0 || cap > most) {
            return Errno.EINVAL.rc();
        }
        domain.share().set(weight, cap, clock.nanos());
        chronicle.shareSet(domain.id(), weight, cap);
        return 0;
    }

    /// `xl vcpu-pin`: says where a vCPU may run, and where it should. Returns 0 or an error.
    long pin(Vcpu vcpu, long hard, long soft) {
        long all = pcpus.size() == 64 ? -1 : (1L << pcpus.size()) - 1;
        if ((hard & all) == 0 || (soft & all) == 0) {
            return Errno.EINVAL.rc();
        }
        vcpu.sched.setAffinity(hard, soft);
        for (Pcpu pcpu : pcpus) {
            if (pcpu.runs(vcpu) && !vcpu.sched.mayRunOn(pcpu.number())) {
                pcpu.setSliceEnd(clock.nanos());
            }
        }
        chronicle.affinitySet(vcpu, hard, soft);
        return 0;
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

    /// A domain has ended: no vCPU of it runs any more, or is ever runnable again.
    void ended(Domain domain) {
        domain.vcpus().forEach(this::settle);
    }

    /// Gives `vcpu` the run state of one that does not run. An event for a domain that has ended
    /// wakes nobody: a vCPU that would be runnable but for that is offline, as Xen has it.
    void settle(Vcpu vcpu) {
        boolean isStopped = vcpu.domain().isOver() && !vcpu.isBlocked;
        if (!vcpu.isUp || isStopped) {
            change(vcpu, Runstate.OFFLINE);
        } else if (vcpu.isBlocked) {
            change(vcpu, Runstate.BLOCKED);
        } else if (vcpu.runstate() != Runstate.RUNNABLE) {
            if (vcpu.runstate() == Runstate.RUNNING) {
                platform.queueAt(vcpu.who, vcpu.sched.pcpu());
            } else {
                scheduler.wake(vcpu.who);
            }
            change(vcpu, Runstate.RUNNABLE);
        }
    }

    private void change(Vcpu vcpu, Runstate to) {
        Runstate from = vcpu.runstate();
        if (from != to) {
            time.accountRunstate(vcpu.who, from, to);
            vcpu.runstates.enter(to);
            chronicle.runstateChanged(vcpu, from, to);
        }
    }

    @Override
    public void save(DataOutput out) throws IOException {
        out.writeInt(turn);
        out.writeLong(windowEndNanos);
        for (Pcpu pcpu : pcpus) {
            pcpu.save(out);
        }
        platform.save(out);
    }

    @Override
    public void load(DataInput in) throws IOException {
        turn = in.readInt();
        windowEndNanos = in.readLong();
        for (Pcpu pcpu : pcpus) {
            pcpu.load(in);
        }
        platform.load(in);
    }
}
