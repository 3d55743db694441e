package io.xenarium.bench.view;

import io.xenarium.parts.GuestTime;
import io.xenarium.terms.Who;
import io.xenarium.toolstack.Host;
import io.xenarium.toolstack.Refused;
import io.xenarium.trace.SchedEvent;
import io.xenarium.trace.SchedEvent.Runstate;
import io.xenarium.trace.XenEvent;
import io.xenarium.xen.Domain;
import io.xenarium.xen.Vcpu;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/// The three clocks of a vCPU, as its guest sees them: the counter, system time, which it makes of
/// the counter by its time record, and the wall clock, which it makes of system time. Beside them
/// its timers, its bill of run states, and what happened to all of it lately.
///
/// @param nanos Xen's own system time
/// @param marks what was done with record and timers in the stretch, in order
/// @param lane what the vCPU did in the stretch
/// @param madeNanos when the vCPU was made: where its bill begins
/// @param stolenNanos how long it wanted to run and had no processor, or was not allowed to
public record TimeView(
        int domain,
        int vcpu,
        int vcpus,
        String name,
        long nanos,
        long fromNanos,
        TimeRecord record,
        List<Alarm> alarms,
        List<Mark> marks,
        SchedView.Track lane,
        List<Bill> bill,
        long sinceNanos,
        long madeNanos,
        long stolenNanos,
        String text) {
    /// A timer.
    ///
    /// @param nanos when it goes off, −1 where it is not set
    /// @param periodNanos of a periodic one, else 0
    public record Alarm(String timer, long nanos, long periodNanos) {}

    /// Something that was done.
    ///
    /// @param kind odd or even, for the record; set or fired, for a timer
    /// @param deadlineNanos of a timer, −1 where that is never
    /// @param version of the record
    public record Mark(String kind, long nanos, long seq, long deadlineNanos, long version) {}

    /// What one state has been charged, and what it will have been with what is not charged yet.
    public record Bill(String state, long chargedNanos, long withNowNanos) {}

    private static final long STRETCH_NANOS = 3_000_000_000L;
    private static final int LOOK_BACK = 60_000;
    private static final int MARKS_MAX = 200;

    /// The clocks of the focused vCPU, with the stretch of `span` nanoseconds before now.
    static TimeView of(Scene scene, Focus focus) {
        Host host = scene.host();
        Vcpu vcpu = focus.vcpu(host);
        if (vcpu.domain().isControl()) {
            throw new Refused("Domain 0 is Java: it has no time record. Choose a guest.");
        }
        long to = scene.nanos();
        long span = Math.clamp(focus.number("span", STRETCH_NANOS), 1_000, 60_000_000_000L);
        long from = Math.max(0, to - span);
        List<SchedEvent> past = past(scene, vcpu);
        List<Mark> marks = marks(past, from);
        SchedView.Track lane = SchedView.track(vcpu, changes(past), from, to, 0);
        List<Bill> bill = bill(vcpu, to);
        TimeRecord record = TimeRecord.of(vcpu, host.machine().memory(), to);
        List<Alarm> alarms = alarms(vcpu);
        long whole = bill.stream().mapToLong(Bill::withNowNanos).sum();
        Domain domain = vcpu.domain();
        return new TimeView(
                domain.id().value(),
                vcpu.id().value(),
                domain.vcpus().size(),
                domain.name(),
                to,
                from,
                record,
                alarms,
                marks,
                lane,
                bill,
                vcpu.sinceNanos(),
                to - whole,
                bill.get(Runstate.RUNNABLE.ordinal()).withNowNanos()
                        + bill.get(Runstate.OFFLINE.ordinal()).withNowNanos(),
                text(vcpu, record, alarms, bill, to));
    }

    private static List<SchedEvent> past(Scene scene, Vcpu vcpu) {
        List<SchedEvent> past = new ArrayList<>();
        for (XenEvent event : scene.past().range(Math.max(1, scene.t() - LOOK_BACK), scene.t())) {
            if (event instanceof SchedEvent sched && isAbout(sched, vcpu)) {
                past.add(sched);
            }
        }
        return past;
    }

    private static boolean isAbout(SchedEvent event, Vcpu vcpu) {
        Who who = new Who(vcpu.domain().id(), vcpu.id());
        return switch (event) {
            case SchedEvent.RunstateChanged it -> who.equals(new Who(it.subject(), it.target()));
            case SchedEvent.TimerSet it -> who.equals(new Who(it.subject(), it.target()));
            case SchedEvent.TimerFired it -> who.equals(new Who(it.subject(), it.target()));
            case SchedEvent.TimeVersionChanged it -> who.equals(new Who(it.subject(), it.target()));
            default -> false;
        };
    }

    private static List<SchedEvent.RunstateChanged> changes(List<SchedEvent> past) {
        return past.stream()
                .filter(SchedEvent.RunstateChanged.class::isInstance)
                .map(SchedEvent.RunstateChanged.class::cast)
                .toList();
    }

    private static List<Mark> marks(List<SchedEvent> past, long from) {
        List<Mark> marks = new ArrayList<>();
        for (SchedEvent event : past) {
            long nanos = event.stamp().time().value();
            long seq = event.stamp().seq();
            if (nanos < from) {
                continue;
            }
            switch (event) {
                case SchedEvent.TimerSet it ->
                        marks.add(new Mark("set", nanos, seq, shown(it.deadline().value()), 0));
                case SchedEvent.TimerFired it ->
                        marks.add(new Mark("fired", nanos, seq, shown(it.deadline().value()), 0));
                case SchedEvent.TimeVersionChanged it ->
                        marks.add(
                                new Mark(
                                        it.to() % 2 == 0 ? "even" : "odd",
                                        nanos,
                                        seq,
                                        -1,
                                        it.to()));
                default -> {}
            }
        }
        return List.copyOf(marks.subList(Math.max(0, marks.size() - MARKS_MAX), marks.size()));
    }

    private static long shown(long deadlineNanos) {
        return deadlineNanos == GuestTime.NEVER ? -1 : deadlineNanos;
    }

    private static List<Alarm> alarms(Vcpu vcpu) {
        List<Alarm> alarms = new ArrayList<>();
        for (GuestTime.Timer timer : GuestTime.Timer.values()) {
            String name = timer.name().toLowerCase(Locale.ROOT).replace('_', '-');
            long period = timer == GuestTime.Timer.PERIODIC ? vcpu.periodNanos() : 0;
            alarms.add(new Alarm(name, shown(vcpu.deadlineNanos(timer)), period));
        }
        return alarms;
    }

    private static List<Bill> bill(Vcpu vcpu, long now) {
        List<Bill> bill = new ArrayList<>();
        for (Runstate state : Runstate.values()) {
            long charged = vcpu.spentNanos(state);
            long open = vcpu.runstate() == state ? now - vcpu.sinceNanos() : 0;
            bill.add(new Bill(state.name().toLowerCase(Locale.ROOT), charged, charged + open));
        }
        return bill;
    }

    private static String text(
            Vcpu vcpu, TimeRecord record, List<Alarm> alarms, List<Bill> bill, long now) {
        StringBuilder out = new StringBuilder();
        out.append(
                "d%dv%d %s at %d ns of Xen's own system time\n\n"
                        .formatted(
                                vcpu.domain().id().value(),
                                vcpu.id().value(),
                                vcpu.domain().name(),
                                now));
        out.append(record.text()).append("\ntimers\n");
        for (Alarm alarm : alarms) {
            String due = alarm.nanos < 0 ? "off" : alarm.nanos + " ns";
            String period = alarm.periodNanos == 0 ? "" : ", every " + alarm.periodNanos + " ns";
            out.append("  %-12s %s%s\n".formatted(alarm.timer, due, period));
        }
        out.append(
                "\nrun state: %s, since %d ns\n"
                        .formatted(
                                vcpu.runstate().name().toLowerCase(Locale.ROOT),
                                vcpu.sinceNanos()));
        for (Bill each : bill) {
            out.append(
                    "  %-9s charged %d ns, with now %d ns\n"
                            .formatted(each.state, each.chargedNanos, each.withNowNanos));
        }
        return out.toString();
    }
}
