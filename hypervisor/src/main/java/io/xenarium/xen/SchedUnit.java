package io.xenarium.xen;

import io.xenarium.machine.Kept;
import io.xenarium.parts.Scheduler;
import io.xenarium.terms.Check;

import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;

/// What the scheduler knows of one vCPU: its credit, where it is queued, where it may run.
///
/// 1. Running costs credit, the more the smaller the domain's weight; whoever has most goes first.
/// 2. It runs on no processor that its hard affinity leaves out. The soft one is a wish.
///
/// Xen: struct csched2_unit in xen/common/sched/credit2.c.
public final class SchedUnit implements Kept {
    private static final long ANYWHERE = -1L;

    private long credit = Scheduler.CREDIT;
    private long rest;
    private int pcpu;
    private int ranOn = -1;
    private long paidNanos;
    private long order;
    private boolean isYielding;
    private long hardAffinity = ANYWHERE;
    private long softAffinity = ANYWHERE;

    /// What is left to spend, in nanoseconds of a domain of default weight; can be below 0.
    public long credit() {
        return credit;
    }

    /// The processor that it runs on or is queued at.
    public int pcpu() {
        return pcpu;
    }

    /// One bit for each processor that it may run on.
    public long hardAffinity() {
        return hardAffinity;
    }

    /// One bit for each processor that it should rather run on.
    public long softAffinity() {
        return softAffinity;
    }

    public boolean mayRunOn(int number) {
        return (hardAffinity >>> number & 1) != 0;
    }

    boolean likesToRunOn(int number) {
        return (softAffinity >>> number & 1) != 0;
    }

    /// The processor whose translation buffer may still know it, -1 for none.
    int ranOn() {
        return ranOn;
    }

    /// Who came first among those of equal credit.
    long order() {
        return order;
    }

    boolean isYielding() {
        return isYielding;
    }

    void setYielding(boolean now) {
        isYielding = now;
    }

    void setAffinity(long hard, long soft) {
        Check.that(hard != 0, "a vCPU has to run somewhere");
        hardAffinity = hard;
        softAffinity = soft;
    }

    /// It is queued at `number`, behind all that were before.
    void queueAt(int number, long newOrder) {
        pcpu = number;
        order = newOrder;
    }

    /// It begins to run there.
    void beginOn(int number, long nowNanos) {
        pcpu = number;
        paidNanos = nowNanos;
        isYielding = false;
    }

    void setRanOn(int number) {
        ranOn = number;
    }

    void setCredit(long nanos) {
        credit = nanos;
    }

    /// What a division left over when it paid last.
    long rest() {
        return rest;
    }

    void setRest(long newRest) {
        rest = newRest;
    }

    /// Up to when it has paid for running.
    long paidUntil() {
        return paidNanos;
    }

    void setPaidUntil(long nanos) {
        paidNanos = nanos;
    }

    @Override
    public void save(DataOutput out) throws IOException {
        out.writeLong(credit);
        out.writeLong(rest);
        out.writeInt(pcpu);
        out.writeInt(ranOn);
        out.writeLong(paidNanos);
        out.writeLong(order);
        out.writeBoolean(isYielding);
        out.writeLong(hardAffinity);
        out.writeLong(softAffinity);
    }

    @Override
    public void load(DataInput in) throws IOException {
        credit = in.readLong();
        rest = in.readLong();
        pcpu = in.readInt();
        ranOn = in.readInt();
        paidNanos = in.readLong();
        order = in.readLong();
        isYielding = in.readBoolean();
        hardAffinity = in.readLong();
        softAffinity = in.readLong();
    }
}
