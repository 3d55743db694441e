package io.xenarium.xen;

import io.xenarium.machine.Kept;
import io.xenarium.parts.Scheduler;
import io.xenarium.terms.Check;

import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;

/// How much of the processors a domain gets: its weight against others, and a cap that it does not
/// pass even where nobody else wants to run (`xl sched-credit2 -w -c`).
///
/// A capped domain has a budget for each period. Once it is spent its vCPUs are parked until the
/// next period begins; what it overdrew, it owes. Xen: struct csched2_dom.
public final class DomainShare implements Kept {
    /// What a domain is that has no cap.
    public static final int NO_CAP = 0;

    private int weight = Scheduler.WEIGHT;
    private int cap = NO_CAP;
    private long budgetNanos;
    private long periodEndNanos;

    /// 1 to 65535; 256 unless somebody says otherwise.
    public int weight() {
        return weight;
    }

    /// The most it may use, in percent of one processor; [#NO_CAP] for all there is.
    public int cap() {
        return cap;
    }

    /// Whether its budget for this period is spent.
    public boolean isParked() {
        return cap != NO_CAP && budgetNanos <= 0;
    }

    /// What is left of the budget.
    long budget() {
        return cap == NO_CAP ? Long.MAX_VALUE : budgetNanos;
    }

    /// When the next period begins, for a domain that waits for it.
    long periodEnd() {
        return isParked() ? periodEndNanos : Long.MAX_VALUE;
    }

    void set(int newWeight, int newCap, long nowNanos) {
        Check.that(newWeight > 0 && newWeight <= Limits.WEIGHT_MAX, "weight %d", newWeight);
        Check.that(newCap >= 0, "cap %d", newCap);
        weight = newWeight;
        cap = newCap;
        budgetNanos = quota();
        periodEndNanos = nowNanos - nowNanos % Limits.CAP_PERIOD_NANOS + Limits.CAP_PERIOD_NANOS;
    }

    private long quota() {
        return Limits.CAP_PERIOD_NANOS / 100 * cap;
    }

    void spend(long nanos) {
        budgetNanos -= cap == NO_CAP ? 0 : nanos;
    }

    /// Begins new periods as far as their time has come. Returns whether the domain is parked no
    /// more.
    boolean replenish(long nowNanos) {
        boolean wasParked = isParked();
        if (cap == NO_CAP || nowNanos < periodEndNanos) {
            return false;
        }
        long periods = (nowNanos - periodEndNanos) / Limits.CAP_PERIOD_NANOS + 1;
        periodEndNanos += periods * Limits.CAP_PERIOD_NANOS;
        budgetNanos = Math.min(quota(), budgetNanos + periods * quota());
        return wasParked && !isParked();
    }

    @Override
    public void save(DataOutput out) throws IOException {
        out.writeInt(weight);
        out.writeInt(cap);
        out.writeLong(budgetNanos);
        out.writeLong(periodEndNanos);
    }

    @Override
    public void load(DataInput in) throws IOException {
        weight = in.readInt();
        cap = in.readInt();
        budgetNanos = in.readLong();
        periodEndNanos = in.readLong();
    }
}
