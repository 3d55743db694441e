package io.xenarium.xen;

import io.xenarium.machine.Clock;
import io.xenarium.machine.Kept;
import io.xenarium.parts.Scheduler;
import io.xenarium.terms.Who;

import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// What the hypervisor lends to [Scheduler]: the vCPUs with what is known of them, and the
/// processors.
final class SchedPlatform implements Scheduler.Platform, Kept {
    private final Domains domains;
    private final Clock clock;
    private final List<Pcpu> pcpus;
    private final Chronicle chronicle;
    private long orders;

    SchedPlatform(Domains domains, Clock clock, List<Pcpu> pcpus, Chronicle chronicle) {
        this.domains = domains;
        this.clock = clock;
        this.pcpus = pcpus;
        this.chronicle = chronicle;
    }

    Vcpu vcpu(Who who) {
        return domains.get(who.domain()).vcpu(who.vcpu());
    }

    private DomainShare share(Who who) {
        return domains.get(who.domain()).share();
    }

    @Override
    public List<Who> vcpus() {
        List<Who> all = new ArrayList<>();
        for (Domain domain : domains.all()) {
            for (Vcpu vcpu : domain.vcpus()) {
                all.add(vcpu.who);
            }
        }
        return all;
    }

    @Override
    public int pcpus() {
        return pcpus.size();
    }

    @Override
    public Optional<Who> running(int number) {
        Pcpu pcpu = pcpus.get(number);
        return pcpu.isBusy()
                ? domains.find(pcpu.domain()).map(domain -> domain.vcpu(pcpu.vcpu()).who)
                : Optional.empty();
    }

    @Override
    public boolean isRunnable(Who who) {
        return vcpu(who).isRunnable();
    }

    @Override
    public boolean isWaiting(Who who) {
        Vcpu vcpu = vcpu(who);
        return vcpu.isRunnable() && pcpus.stream().noneMatch(pcpu -> pcpu.runs(vcpu));
    }

    @Override
    public boolean mayRunOn(Who who, int pcpu) {
        return vcpu(who).sched.mayRunOn(pcpu);
    }

    @Override
    public boolean likesToRunOn(Who who, int pcpu) {
        return vcpu(who).sched.likesToRunOn(pcpu);
    }

    @Override
    public boolean isYielding(Who who) {
        return vcpu(who).sched.isYielding();
    }

    @Override
    public int weight(Who who) {
        return share(who).weight();
    }

    @Override
    public long budget(Who who) {
        return share(who).budget();
    }

    @Override
    public long credit(Who who) {
        return vcpu(who).sched.credit();
    }

    @Override
    public void setCredit(Who who, long nanos) {
        vcpu(who).sched.setCredit(nanos);
    }

    @Override
    public long rest(Who who) {
        return vcpu(who).sched.rest();
    }

    @Override
    public void setRest(Who who, long rest) {
        vcpu(who).sched.setRest(rest);
    }

    @Override
    public long unpaid(Who who) {
        return clock.nanos() - vcpu(who).sched.paidUntil();
    }

    /// The budget of a capped domain is spent with it.
    @Override
    public void paid(Who who) {
        share(who).replenish(clock.nanos());
        share(who).spend(unpaid(who));
        vcpu(who).sched.setPaidUntil(clock.nanos());
    }

    @Override
    public void refilled(Who best) {
        chronicle.creditsRefilled(best.domain(), best.vcpu());
    }

    @Override
    public int queuedAt(Who who) {
        return vcpu(who).sched.pcpu();
    }

    @Override
    public void queueAt(Who who, int pcpu) {
        Vcpu vcpu = vcpu(who);
        if (vcpu.sched.pcpu() != pcpu) {
            chronicle.migrated(vcpu, vcpu.sched.pcpu(), pcpu);
        }
        vcpu.sched.queueAt(pcpu, orders++);
    }

    @Override
    public long order(Who who) {
        return vcpu(who).sched.order();
    }

    @Override
    public long now() {
        return clock.nanos();
    }

    @Override
    public long since(int pcpu) {
        return pcpus.get(pcpu).since();
    }

    @Override
    public long sliceEnd(int pcpu) {
        return pcpus.get(pcpu).sliceEnd();
    }

    @Override
    public void setSliceEnd(int pcpu, long nanos) {
        pcpus.get(pcpu).setSliceEnd(nanos);
    }

    @Override
    public void save(DataOutput out) throws IOException {
        out.writeLong(orders);
    }

    @Override
    public void load(DataInput in) throws IOException {
        orders = in.readLong();
    }
}
