package io.xenarium.lab06.check;

import io.xenarium.lab.Search;
import io.xenarium.parts.GuestTime;
import io.xenarium.terms.Who;
import io.xenarium.trace.SchedEvent.Runstate;

import java.math.BigInteger;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/// A counter and two vCPUs of domain 1, with nothing else of Xen: what a part is lent in the first
/// three tiers. Every call is told in words, for whoever replays a case.
final class TimeWorld implements GuestTime.Platform, Search.World<TimeWorld> {
    static final int VCPUS = 2;

    private static final int FIELDS = GuestTime.Field.values().length;
    private static final int TIMERS = GuestTime.Timer.values().length;
    private static final int STATES = Runstate.values().length;

    long hertz = 2 * GuestTime.SECOND;
    long tsc;
    GuestTime.Stamp stamp = new GuestTime.Stamp(0, 0);

    final long[][] record = new long[VCPUS][FIELDS];
    final long[][] copy = new long[VCPUS][FIELDS];
    final long[][] deadlines = new long[VCPUS][TIMERS];
    final long[] periods = new long[VCPUS];

    /// How often VIRQ_TIMER was raised, and how often a poll was ended.
    final long[] interrupts = new long[VCPUS];

    final long[] wakes = new long[VCPUS];

    /// Whether the guest exchanged a deadline that had come before anybody acted on it.
    boolean isTakenBack;

    final Runstate[] states = new Runstate[VCPUS];
    final long[] since = new long[VCPUS];
    final long[][] spent = new long[VCPUS][STATES];

    /// Whether the guest wants its run-state record, and knows the mark.
    boolean hasArea = true;

    boolean knowsMark = true;

    /// What the guest sees of it: the state, the time of entry, and what was spent.
    final long[][] area = new long[VCPUS][STATES + 2];

    /// What a reader has in its hands.
    long[] read = {};

    String answer = "none";

    /// Takes what happens, in words; null while nobody wants to know, because words are slow.
    List<String> told;

    TimeWorld() {
        for (int vcpu = 0; vcpu < VCPUS; vcpu++) {
            Arrays.fill(deadlines[vcpu], GuestTime.NEVER);
            states[vcpu] = Runstate.RUNNING;
        }
    }

    @Override
    public TimeWorld copy() {
        TimeWorld other = new TimeWorld();
        other.hertz = hertz;
        other.tsc = tsc;
        other.stamp = stamp;
        for (int vcpu = 0; vcpu < VCPUS; vcpu++) {
            System.arraycopy(record[vcpu], 0, other.record[vcpu], 0, FIELDS);
            System.arraycopy(copy[vcpu], 0, other.copy[vcpu], 0, FIELDS);
            System.arraycopy(deadlines[vcpu], 0, other.deadlines[vcpu], 0, TIMERS);
            System.arraycopy(spent[vcpu], 0, other.spent[vcpu], 0, STATES);
            System.arraycopy(area[vcpu], 0, other.area[vcpu], 0, STATES + 2);
            other.periods[vcpu] = periods[vcpu];
            other.interrupts[vcpu] = interrupts[vcpu];
            other.wakes[vcpu] = wakes[vcpu];
            other.states[vcpu] = states[vcpu];
            other.since[vcpu] = since[vcpu];
        }
        other.isTakenBack = isTakenBack;
        other.hasArea = hasArea;
        other.knowsMark = knowsMark;
        other.read = read.clone();
        other.answer = answer;
        return other;
    }

    @Override
    public long fingerprint() {
        long hash = Arrays.deepHashCode(record);
        hash = hash * 31 + Arrays.deepHashCode(copy);
        hash = hash * 31 + Arrays.deepHashCode(deadlines);
        hash = hash * 31 + Arrays.deepHashCode(spent);
        hash = hash * 31 + Arrays.deepHashCode(area);
        hash = hash * 31 + Arrays.hashCode(interrupts);
        hash = hash * 31 + Arrays.hashCode(since);
        hash = hash * 31 + Arrays.hashCode(read);
        return hash * 31 + (isTakenBack ? 1 : 0) + 1000L * Arrays.hashCode(wakes);
    }

    @Override
    public void tell(String format, Object... values) {
        if (told != null) {
            told.add(format.formatted(values));
        }
    }

    /// System time by exact arithmetic, of a counter that started with Xen.
    long exactNanos() {
        return BigInteger.valueOf(tsc)
                .multiply(BigInteger.valueOf(GuestTime.SECOND))
                .divide(BigInteger.valueOf(hertz))
                .longValueExact();
    }

    /// Xen compares counter and system time.
    void compareClocks() {
        stamp = new GuestTime.Stamp(tsc, exactNanos());
    }

    @Override
    public long hertz() {
        return hertz;
    }

    @Override
    public long tsc() {
        tell("  the counter shows %,d", tsc);
        return tsc;
    }

    @Override
    public GuestTime.Stamp stamp() {
        tell("  when the counter showed %,d it was %,d ns", stamp.tsc(), stamp.nanos());
        return stamp;
    }

    @Override
    public long read(Who who, GuestTime.Field field) {
        return record[index(who)][field.ordinal()];
    }

    @Override
    public void write(Who who, GuestTime.Place place, GuestTime.Field field, long value) {
        long[][] where = place == GuestTime.Place.RECORD ? record : copy;
        long fits =
                switch (field) {
                    case VERSION, TSC_TO_SYSTEM_MUL -> value & 0xffff_ffffL;
                    case TSC_TIMESTAMP, SYSTEM_TIME -> value;
                    case TSC_SHIFT, FLAGS -> (byte) value;
                };
        where[index(who)][field.ordinal()] = fits;
        tell("  %s of the %s of %s becomes %s", name(field), name(place), who, shown(field, fits));
    }

    @Override
    public long deadline(Who who, GuestTime.Timer timer) {
        long deadline = deadlines[index(who)][timer.ordinal()];
        tell("  the %s timer of %s is %s", name(timer), who, due(deadline));
        return deadline;
    }

    @Override
    public void setDeadline(Who who, GuestTime.Timer timer, long nanos) {
        deadlines[index(who)][timer.ordinal()] = nanos;
        tell("  the %s timer of %s is now %s", name(timer), who, due(nanos));
    }

    @Override
    public boolean replaceDeadline(Who who, GuestTime.Timer timer, long seen, long next) {
        boolean isSame = deadlines[index(who)][timer.ordinal()] == seen;
        if (isSame) {
            deadlines[index(who)][timer.ordinal()] = next;
        }
        tell(
                "  the %s timer of %s is %s",
                name(timer),
                who,
                isSame ? "now " + due(next) : "not exchanged: it is another one by now");
        return isSame;
    }

    @Override
    public long period(Who who) {
        return periods[index(who)];
    }

    @Override
    public void interrupt(Who who, long deadlineNanos) {
        interrupts[index(who)]++;
        tell("  VIRQ_TIMER for %s, whose deadline was %s", who, due(deadlineNanos));
    }

    @Override
    public void wake(Who who) {
        wakes[index(who)]++;
        tell("  the poll of %s ends", who);
    }

    @Override
    public long since(Who who) {
        return since[index(who)];
    }

    @Override
    public void setSince(Who who, long nanos) {
        since[index(who)] = nanos;
        tell("  %s is in its state since %,d ns", who, nanos);
    }

    @Override
    public long spent(Who who, Runstate state) {
        return spent[index(who)][state.ordinal()];
    }

    @Override
    public void setSpent(Who who, Runstate state, long nanos) {
        spent[index(who)][state.ordinal()] = nanos;
        tell("  %s was %s for %,d ns", who, name(state), nanos);
    }

    @Override
    public boolean hasArea(Who who) {
        return hasArea;
    }

    @Override
    public boolean knowsMark(Who who) {
        return knowsMark;
    }

    @Override
    public void showState(Who who, Runstate state) {
        area[index(who)][0] = state.ordinal();
        tell("  %s reads: %s", who, name(state));
    }

    @Override
    public void showSince(Who who, long nanos) {
        area[index(who)][1] = nanos;
        tell("  %s reads: since %s", who, marked(nanos));
    }

    @Override
    public void showSpent(Who who, Runstate state, long nanos) {
        area[index(who)][2 + state.ordinal()] = nanos;
        tell("  %s reads: %s for %,d ns", who, name(state), nanos);
    }

    private static int index(Who who) {
        return who.vcpu().value();
    }

    static String name(Enum<?> any) {
        return any.name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    private static String shown(GuestTime.Field field, long value) {
        return field == GuestTime.Field.TSC_TO_SYSTEM_MUL
                ? "0x%x".formatted(value)
                : "%,d".formatted(value);
    }

    static String due(long deadline) {
        return deadline == GuestTime.NEVER ? "off" : "due at %,d ns".formatted(deadline);
    }

    private static String marked(long nanos) {
        String words = "%,d ns".formatted(nanos & ~GuestTime.UPDATING);
        return nanos < 0 ? words + ", being changed" : words;
    }

    /// Everything that can be seen of this world, by name.
    Map<String, String> facts() {
        Map<String, String> facts = new LinkedHashMap<>();
        facts.put("the answer", answer);
        for (int vcpu = 0; vcpu < VCPUS; vcpu++) {
            String who = " of d1 v" + vcpu;
            for (GuestTime.Field field : GuestTime.Field.values()) {
                int at = field.ordinal();
                facts.put(name(field) + who, shown(field, record[vcpu][at]));
                facts.put(name(field) + " in the copy" + who, shown(field, copy[vcpu][at]));
            }
            for (GuestTime.Timer timer : GuestTime.Timer.values()) {
                facts.put(
                        "the " + name(timer) + " timer" + who,
                        due(deadlines[vcpu][timer.ordinal()]));
            }
            facts.put("timer interrupts" + who, "" + interrupts[vcpu]);
            facts.put("polls ended" + who, "" + wakes[vcpu]);
            for (Runstate state : Runstate.values()) {
                int at = state.ordinal();
                facts.put("time " + name(state) + who, "%,d ns".formatted(spent[vcpu][at]));
                facts.put(
                        "shown time " + name(state) + who, "%,d ns".formatted(area[vcpu][2 + at]));
            }
            facts.put("time of entry" + who, "%,d ns".formatted(since[vcpu]));
            facts.put("shown state" + who, name(Runstate.values()[(int) area[vcpu][0]]));
            facts.put("shown time of entry" + who, marked(area[vcpu][1]));
        }
        return facts;
    }
}
