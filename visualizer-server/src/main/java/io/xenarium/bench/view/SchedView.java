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

/// What every vCPU did in the stretch of time before now: running, ready to run, blocked.
///
/// @param fromNanos where the stretch begins: where asked for, or where the kept events begin
/// @param tracks one for each vCPU, in order
public record SchedView(long fromNanos, long toNanos, List<Track> tracks, String text) {
    /// One vCPU's stretch of time.
    ///
    /// @param state what it is doing now
    /// @param timerNanos when its timer goes off, −1 where none is set
    /// @param parts what it did, one after the other, without gaps
    /// @param shares of the stretch by run state, in thousandths
    public record Track(
            int domain,
            int vcpu,
            String name,
            String state,
            long timerNanos,
            List<Part> parts,
            Map<String, Integer> shares) {}

    /// A time in one run state.
    public record Part(long fromNanos, long toNanos, String state, int pcpu, long seq) {}

    private static final long STRETCH_NANOS = 50_000_000;
    private static final int LOOK_BACK = 60_000;
    private static final int PARTS_MAX = 400;

    /// The stretch of `span` nanoseconds before now.
    static SchedView of(Scene scene, Focus focus) {
        long to = scene.nanos();
        long span = Math.clamp(focus.number("span", STRETCH_NANOS), 1_000, 60_000_000_000L);
        long from = Math.max(0, to - span);
        Map<String, List<SchedEvent.RunstateChanged>> changes = new TreeMap<>();
        for (XenEvent event : scene.past().range(Math.max(1, scene.t() - LOOK_BACK), scene.t())) {
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
                    tracks.add(track(vcpu, own, from, to));
                }
            }
        }
        return new SchedView(from, to, tracks, text(from, to, tracks));
    }

    private static String key(int domain, int vcpu) {
        return "%05d.%04d".formatted(domain, vcpu);
    }

    private static Track track(
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
        List<Part> newest = parts.subList(Math.max(0, parts.size() - PARTS_MAX), parts.size());
        return new Track(
                vcpu.domain().id().value(),
                vcpu.id().value(),
                vcpu.domain().name(),
                name(vcpu.runstate()),
                vcpu.nextTimerNanos() == Long.MAX_VALUE ? -1 : vcpu.nextTimerNanos(),
                List.copyOf(newest),
                shares(newest));
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

    private static String text(long from, long to, List<Track> tracks) {
        StringBuilder out = new StringBuilder();
        out.append("from %d to %d ns\n".formatted(from, to));
        out.append("vCPU    now        running  runnable  blocked  offline  timer at\n");
        for (Track track : tracks) {
            out.append("d%dv%-4d %-9s".formatted(track.domain, track.vcpu, track.state));
            for (Runstate state : Runstate.values()) {
                int share = track.shares.getOrDefault(name(state), 0);
                out.append("  %5.1f %%".formatted(share / 10.0));
            }
            out.append(track.timerNanos < 0 ? "  -\n" : "  %d\n".formatted(track.timerNanos));
        }
        return out.toString();
    }
}
