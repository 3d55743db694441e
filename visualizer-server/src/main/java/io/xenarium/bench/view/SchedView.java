package io.xenarium.bench.view;

import io.xenarium.toolstack.Host;
import io.xenarium.trace.SchedEvent;
import io.xenarium.trace.SchedEvent.Runstate;
import io.xenarium.trace.XenEvent;
import io.xenarium.xen.Domain;
import io.xenarium.xen.Vcpu;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/// What every vCPU did in the stretch of time before now: running, ready to run, blocked; and by
/// what the scheduler chose: weights, caps, credit, and who waits where.
///
/// @param fromNanos where the stretch begins: where asked for, or where the kept events begin
/// @param tracks one for each vCPU, in order
public record SchedView(
        long fromNanos,
        long toNanos,
        List<Track> tracks,
        List<SchedState.Share> shares,
        List<SchedState.Processor> processors,
        List<SchedState.Curve> curves,
        String text) {
    /// One vCPU's stretch of time.
    ///
    /// @param state what it is doing now
    /// @param timerNanos when its timer goes off, −1 where none is set
    /// @param parts what it did, one after the other, without gaps
    /// @param shares of the stretch by run state, in thousandths
    /// @param second how much of the last second it ran, in thousandths; −1 where so much has
    ///   happened that nobody knows any more
    /// @param ten how much of the last ten seconds
    /// @param credit what it has left, in nanoseconds
    /// @param waits how often it waited for a processor after it woke or was interrupted: for less
    ///   than 1 µs, 10 µs, 100 µs, 1 ms, 10 ms, and longer
    public record Track(
            int domain,
            int vcpu,
            String name,
            String state,
            long timerNanos,
            List<Part> parts,
            Map<String, Integer> shares,
            int second,
            int ten,
            long credit,
            int[] waits) {}

    /// A time in one run state.
    public record Part(long fromNanos, long toNanos, String state, int pcpu, long seq) {}

    private static final long STRETCH_NANOS = 50_000_000;
    private static final int LOOK_BACK = 60_000;
    private static final int PARTS_MAX = 400;
    private static final long SECOND_NANOS = 1_000_000_000;
    private static final int WAITS = 6;

    /// The stretch of `span` nanoseconds before now.
    static SchedView of(Scene scene, Focus focus) {
        long to = scene.nanos();
        long span = Math.clamp(focus.number("span", STRETCH_NANOS), 1_000, 60_000_000_000L);
        long from = Math.max(0, to - span);
        Map<String, List<SchedEvent.RunstateChanged>> changes = new TreeMap<>();
        List<XenEvent> past = scene.past().range(Math.max(1, scene.t() - LOOK_BACK), scene.t());
        long known = knownFrom(scene, past);
        for (XenEvent event : past) {
            if (event instanceof SchedEvent.RunstateChanged changed) {
                changes.computeIfAbsent(
                                key(changed.subject().value(), changed.target().value()),
                                _ -> new ArrayList<>())
                        .add(changed);
            }
        }
        List<Track> tracks = new ArrayList<>();
        Host host = scene.host();
        for (Domain domain : host.hypervisor().domains()) {
            for (Vcpu vcpu : domain.vcpus()) {
                List<SchedEvent.RunstateChanged> own =
                        changes.getOrDefault(
                                key(domain.id().value(), vcpu.id().value()), List.of());
                if (!domain.isControl()) {
                    tracks.add(track(vcpu, own, from, to, known));
                }
            }
        }
        List<SchedState.Share> shares = SchedState.shares(host);
        List<SchedState.Processor> processors = SchedState.processors(host);
        return new SchedView(
                from,
                to,
                tracks,
                shares,
                processors,
                SchedState.curves(scene, from),
                text(from, to, tracks) + SchedState.text(shares, processors));
    }

    private static String key(int domain, int vcpu) {
        return "%05d.%04d".formatted(domain, vcpu);
    }

    private static List<Part> parts(
            Vcpu vcpu, List<SchedEvent.RunstateChanged> changes, long from, long to) {
        List<Part> parts = new ArrayList<>();
        long at = from;
        String state = changes.isEmpty() ? name(vcpu.runstate()) : name(changes.getFirst().from());
        int pcpu = 0;
        long seq = 0;
        for (SchedEvent.RunstateChanged change : changes) {
            long time = change.stamp().time().value();
            if (time > at) {
                parts.add(new Part(at, time, state, pcpu, seq));
                at = time;
            }
            state = name(change.to());
            pcpu = change.stamp().pcpu();
            seq = change.stamp().seq();
        }
        parts.add(new Part(at, Math.max(at, to), state, pcpu, seq));
        return List.copyOf(parts);
    }

    /// From when on all events are known: from the beginning, unless so much has happened since.
    private static long knownFrom(Scene scene, List<XenEvent> past) {
        boolean isWhole = scene.t() <= LOOK_BACK || past.isEmpty();
        return isWhole ? 0 : past.getFirst().stamp().time().value();
    }

    static Track track(
            Vcpu vcpu, List<SchedEvent.RunstateChanged> changes, long from, long to, long known) {
        List<Part> parts = parts(vcpu, changes, from, to);
        List<Part> newest = parts.subList(Math.max(0, parts.size() - PARTS_MAX), parts.size());
        return new Track(
                vcpu.domain().id().value(),
                vcpu.id().value(),
                vcpu.domain().name(),
                name(vcpu.runstate()),
                vcpu.nextTimerNanos() == Long.MAX_VALUE ? -1 : vcpu.nextTimerNanos(),
                List.copyOf(newest),
                shares(newest),
                ran(vcpu, changes, to, SECOND_NANOS, known),
                ran(vcpu, changes, to, 10 * SECOND_NANOS, known),
                vcpu.sched().credit(),
                waits(changes));
    }

    /// Of the time since the beginning, where that is less; −1 where not all of it is known.
    private static int ran(
            Vcpu vcpu, List<SchedEvent.RunstateChanged> changes, long to, long span, long known) {
        long from = Math.max(0, to - span);
        return known > from
                ? -1
                : shares(parts(vcpu, changes, from, to)).getOrDefault(name(Runstate.RUNNING), 0);
    }

    private static int[] waits(List<SchedEvent.RunstateChanged> changes) {
        int[] waits = new int[WAITS];
        long since = -1;
        for (SchedEvent.RunstateChanged change : changes) {
            long now = change.stamp().time().value();
            if (change.to() == Runstate.RUNNING && since >= 0) {
                int at = 0;
                for (long limit = 1_000; at < WAITS - 1 && now - since >= limit; limit *= 10) {
                    at++;
                }
                waits[at]++;
            }
            since = change.to() == Runstate.RUNNABLE ? now : -1;
        }
        return waits;
    }

    private static Map<String, Integer> shares(List<Part> parts) {
        Map<String, Long> nanos = new TreeMap<>();
        long all = 0;
        for (Part part : parts) {
            long took = part.toNanos - part.fromNanos;
            nanos.merge(part.state, took, Long::sum);
            all += took;
        }
        Map<String, Integer> shares = new TreeMap<>();
        long whole = Math.max(1, all);
        nanos.forEach((state, took) -> shares.put(state, (int) (took * 1000 / whole)));
        return shares;
    }

    private static String name(Runstate state) {
        return state.name().toLowerCase(Locale.ROOT);
    }

    private static String share(int thousandths) {
        return thousandths < 0 ? "-" : "%.1f %%".formatted(thousandths / 10.0);
    }

    private static String text(long from, long to, List<Track> tracks) {
        StringBuilder out = new StringBuilder();
        out.append("from %d to %d ns\n".formatted(from, to));
        out.append(
                "vCPU    now        running  runnable  blocked  offline  in 1 s  in 10 s   credit"
                        + " ns  timer at\n");
        for (Track track : tracks) {
            out.append("d%dv%-4d %-9s".formatted(track.domain, track.vcpu, track.state));
            for (Runstate state : Runstate.values()) {
                int share = track.shares.getOrDefault(name(state), 0);
                out.append("  %5.1f %%".formatted(share / 10.0));
            }
            out.append(
                    "  %6s  %7s  %10d"
                            .formatted(share(track.second), share(track.ten), track.credit));
            out.append(track.timerNanos < 0 ? "  -\n" : "  %d\n".formatted(track.timerNanos));
        }
        return out.toString();
    }
}
