package io.xenarium.lab08.check;

import io.xenarium.lab.CheckFailed;
import io.xenarium.lab.Search;
import io.xenarium.parts.Scheduler;
import io.xenarium.terms.DomId;
import io.xenarium.terms.VcpuId;
import io.xenarium.terms.Who;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;

/// A few processors and domains of one vCPU each, with nothing else of Xen: what a part is lent in
/// the first three tiers. Domain n is at index n − 1. What the hypervisor does with the answers is
/// [#schedule].
final class SchedWorld implements Scheduler.Platform, Search.World<SchedWorld> {
    static final int NOBODY = -1;

    /// All processors, as an affinity.
    static final int ANYWHERE = -1;

    long now = 100_000_000;
    final boolean[] runnable;
    final boolean[] yielding;
    final int[] weights;
    final int[] hard;
    final int[] soft;
    final long[] budgets;
    final long[] credits;
    final long[] rests;
    final long[] paidUntil;
    final int[] queues;
    final long[] orders;

    /// How long each has run.
    final long[] ran;

    final int[] runs;
    final long[] since;
    final long[] sliceEnds;
    int refills;
    private long nextOrder;
    String answer = "none";

    /// Takes what happens, in words; null while nobody wants to know, because words are slow.
    List<String> told;

    /// `vcpus` that wait at processor 0, with all their credit, and `pcpus` that idle.
    SchedWorld(int vcpus, int pcpus) {
        runnable = new boolean[vcpus];
        yielding = new boolean[vcpus];
        weights = new int[vcpus];
        hard = new int[vcpus];
        soft = new int[vcpus];
        budgets = new long[vcpus];
        credits = new long[vcpus];
        rests = new long[vcpus];
        paidUntil = new long[vcpus];
        queues = new int[vcpus];
        orders = new long[vcpus];
        ran = new long[vcpus];
        runs = new int[pcpus];
        since = new long[pcpus];
        sliceEnds = new long[pcpus];
        Arrays.fill(runnable, true);
        Arrays.fill(weights, Scheduler.WEIGHT);
        Arrays.fill(hard, ANYWHERE);
        Arrays.fill(soft, ANYWHERE);
        Arrays.fill(budgets, Long.MAX_VALUE);
        Arrays.fill(credits, Scheduler.CREDIT);
        Arrays.fill(runs, NOBODY);
        for (int i = 0; i < vcpus; i++) {
            orders[i] = nextOrder++;
        }
    }

    @Override
    public SchedWorld copy() {
        SchedWorld other = new SchedWorld(runnable.length, runs.length);
        other.now = now;
        System.arraycopy(runnable, 0, other.runnable, 0, runnable.length);
        System.arraycopy(yielding, 0, other.yielding, 0, runnable.length);
        System.arraycopy(weights, 0, other.weights, 0, runnable.length);
        System.arraycopy(hard, 0, other.hard, 0, runnable.length);
        System.arraycopy(soft, 0, other.soft, 0, runnable.length);
        System.arraycopy(budgets, 0, other.budgets, 0, runnable.length);
        System.arraycopy(credits, 0, other.credits, 0, runnable.length);
        System.arraycopy(rests, 0, other.rests, 0, runnable.length);
        System.arraycopy(paidUntil, 0, other.paidUntil, 0, runnable.length);
        System.arraycopy(queues, 0, other.queues, 0, runnable.length);
        System.arraycopy(orders, 0, other.orders, 0, runnable.length);
        System.arraycopy(ran, 0, other.ran, 0, runnable.length);
        System.arraycopy(runs, 0, other.runs, 0, runs.length);
        System.arraycopy(since, 0, other.since, 0, runs.length);
        System.arraycopy(sliceEnds, 0, other.sliceEnds, 0, runs.length);
        other.refills = refills;
        other.nextOrder = nextOrder;
        return other;
    }

    @Override
    public long fingerprint() {
        long hash = Arrays.hashCode(runnable);
        hash = hash * 31 + Arrays.hashCode(credits);
        hash = hash * 31 + Arrays.hashCode(queues);
        hash = hash * 31 + Arrays.hashCode(orders);
        hash = hash * 31 + Arrays.hashCode(runs);
        return hash * 31 + Arrays.hashCode(sliceEnds);
    }

    @Override
    public void tell(String format, Object... values) {
        if (told != null) {
            told.add(format.formatted(values));
        }
    }

    static Who who(int index) {
        return new Who(new DomId(index + 1), new VcpuId(0));
    }

    private static int index(Who who) {
        return who.domain().value() - 1;
    }

    /// Time passes, and whoever has a processor runs.
    void pass(long nanos) {
        now += nanos;
        for (int runner : runs) {
            if (runner != NOBODY) {
                ran[runner] += nanos;
            }
        }
    }

    /// Whether no processor holds it, so that it can be queued.
    boolean isWaitingOrAsleep(int vcpu) {
        return Arrays.stream(runs).noneMatch(each -> each == vcpu);
    }

    /// Whether a processor has to be scheduled: it idles, its slice is over, or its vCPU sleeps.
    boolean isDue(int pcpu) {
        return runs[pcpu] == NOBODY || !runnable[runs[pcpu]] || sliceEnds[pcpu] <= now;
    }

    /// What the hypervisor does at the end of a slice: charges, asks, and obeys.
    void schedule(Scheduler part, int pcpu) {
        tell("p%d is scheduled:", pcpu);
        Optional<Who> before = running(pcpu);
        before.ifPresent(part::burnCredits);
        Optional<Who> next = part.pickNext(pcpu, before);
        tell("  picked: %s", next.map(Who::toString).orElse("nobody"));
        next.ifPresent(who -> requireFit(who, pcpu));
        if (before.isPresent() && !before.equals(next) && runnable[index(before.get())]) {
            orders[index(before.get())] = nextOrder++;
        }
        boolean isNew = !before.equals(next);
        runs[pcpu] = next.map(SchedWorld::index).orElse(NOBODY);
        next.ifPresent(who -> begin(part, who, pcpu, isNew));
    }

    private void begin(Scheduler part, Who who, int pcpu, boolean isNew) {
        int index = index(who);
        since[pcpu] = isNew ? now : since[pcpu];
        queues[index] = pcpu;
        paidUntil[index] = now;
        yielding[index] = false;
        sliceEnds[pcpu] = now + part.slice(who, pcpu);
        tell("  %s has p%d until %,d ns", who, pcpu, sliceEnds[pcpu]);
    }

    private void requireFit(Who who, int pcpu) {
        boolean isElsewhere =
                IntStream.range(0, runs.length)
                        .anyMatch(other -> other != pcpu && runs[other] == index(who));
        if (!runnable[index(who)] || isElsewhere || !mayRunOn(who, pcpu)) {
            String why =
                    isElsewhere
                            ? "runs elsewhere"
                            : runnable[index(who)] ? "may not run there" : "sleeps";
            throw new CheckFailed(
                    Rules.FORBIDDEN,
                    "p%d was to run %s, which %s".formatted(pcpu, who, why),
                    "picks one that can go on, runs nowhere, and may run there");
        }
    }

    @Override
    public List<Who> vcpus() {
        return IntStream.range(0, runnable.length).mapToObj(SchedWorld::who).toList();
    }

    @Override
    public int pcpus() {
        return runs.length;
    }

    @Override
    public Optional<Who> running(int pcpu) {
        return runs[pcpu] == NOBODY ? Optional.empty() : Optional.of(who(runs[pcpu]));
    }

    @Override
    public boolean isRunnable(Who who) {
        return runnable[index(who)];
    }

    @Override
    public boolean isWaiting(Who who) {
        return runnable[index(who)] && Arrays.stream(runs).noneMatch(each -> each == index(who));
    }

    @Override
    public boolean mayRunOn(Who who, int pcpu) {
        return (hard[index(who)] >>> pcpu & 1) != 0;
    }

    @Override
    public boolean likesToRunOn(Who who, int pcpu) {
        return (soft[index(who)] >>> pcpu & 1) != 0;
    }

    @Override
    public boolean isYielding(Who who) {
        return yielding[index(who)];
    }

    @Override
    public int weight(Who who) {
        return weights[index(who)];
    }

    @Override
    public long budget(Who who) {
        return budgets[index(who)];
    }

    @Override
    public long credit(Who who) {
        return credits[index(who)];
    }

    @Override
    public void setCredit(Who who, long nanos) {
        credits[index(who)] = nanos;
        tell("  %s has a credit of %,d ns", who, nanos);
    }

    @Override
    public long rest(Who who) {
        return rests[index(who)];
    }

    @Override
    public void setRest(Who who, long rest) {
        rests[index(who)] = rest;
    }

    @Override
    public long unpaid(Who who) {
        return now - paidUntil[index(who)];
    }

    @Override
    public void paid(Who who) {
        paidUntil[index(who)] = now;
    }

    @Override
    public void refilled(Who best) {
        refills++;
        tell("  everybody has new credit");
    }

    @Override
    public int queuedAt(Who who) {
        return queues[index(who)];
    }

    @Override
    public void queueAt(Who who, int pcpu) {
        queues[index(who)] = pcpu;
        orders[index(who)] = nextOrder++;
        tell("  %s is queued at p%d", who, pcpu);
    }

    @Override
    public long order(Who who) {
        return orders[index(who)];
    }

    @Override
    public long now() {
        return now;
    }

    @Override
    public long since(int pcpu) {
        return since[pcpu];
    }

    @Override
    public long sliceEnd(int pcpu) {
        return sliceEnds[pcpu];
    }

    @Override
    public void setSliceEnd(int pcpu, long nanos) {
        sliceEnds[pcpu] = nanos;
        tell("  the slice of p%d ends at %,d ns", pcpu, nanos);
    }

    /// Everything that can be seen of this world, by name.
    Map<String, String> facts() {
        Map<String, String> facts = new LinkedHashMap<>();
        facts.put("the answer", answer);
        for (int pcpu = 0; pcpu < runs.length; pcpu++) {
            facts.put(
                    "on p" + pcpu + " runs",
                    runs[pcpu] == NOBODY ? "nobody" : who(runs[pcpu]).toString());
            facts.put("the slice of p" + pcpu + " ends at", "%,d ns".formatted(sliceEnds[pcpu]));
        }
        for (int i = 0; i < runnable.length; i++) {
            facts.put("credit of " + who(i), "%,d ns".formatted(credits[i]));
            facts.put("rest of " + who(i), "%,d".formatted(rests[i]));
            facts.put("paid by " + who(i) + " until", "%,d ns".formatted(paidUntil[i]));
            facts.put("queue of " + who(i), "p" + queues[i]);
        }
        facts.put("refills", "" + refills);
        return facts;
    }
}
