package io.xenarium.bench.view;

import io.xenarium.toolstack.Host;
import io.xenarium.trace.SchedEvent.Runstate;
import io.xenarium.xen.Domain;
import io.xenarium.xen.Pcpu;
import io.xenarium.xen.Vcpu;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/// By what the scheduler chooses, as it is now: weights and caps, who has a processor and who waits
/// for it, and how credit came to be what it is.
final class SchedState {
    private static final int POINTS_MAX = 400;

    private SchedState() {}

    /// What a domain may have of the processors.
    ///
    /// @param cap in percent of one processor, 0 for none
    /// @param isParked whether it has used its budget up, and waits for the next period
    public record Share(int domain, String name, int weight, int cap, boolean isParked) {}

    /// A processor.
    ///
    /// @param runs who has it, such as d1v0; empty where it idles
    /// @param waiting who is queued here, whoever has most credit first
    public record Processor(int number, String runs, long sliceEndNanos, List<String> waiting) {}

    /// The credit of a vCPU in the stretch.
    ///
    /// @param points moments and credits, one after the other
    public record Curve(int domain, int vcpu, List<Long> points) {}

    static List<Share> shares(Host host) {
        List<Share> shares = new ArrayList<>();
        for (Domain domain : host.hypervisor().domains()) {
            if (!domain.isControl()) {
                shares.add(
                        new Share(
                                domain.id().value(),
                                domain.name(),
                                domain.share().weight(),
                                domain.share().cap(),
                                domain.share().isParked()));
            }
        }
        return shares;
    }

    static List<Processor> processors(Host host) {
        List<Processor> processors = new ArrayList<>();
        List<Vcpu> waiting = new ArrayList<>();
        for (Domain domain : host.hypervisor().domains()) {
            domain.vcpus().stream()
                    .filter(vcpu -> vcpu.runstate() == Runstate.RUNNABLE)
                    .forEach(waiting::add);
        }
        waiting.sort(Comparator.comparingLong((Vcpu vcpu) -> vcpu.sched().credit()).reversed());
        for (Pcpu pcpu : host.hypervisor().pcpus()) {
            String runs = pcpu.isBusy() ? name(pcpu.domain().value(), pcpu.vcpu().value()) : "";
            processors.add(
                    new Processor(
                            pcpu.number(),
                            runs,
                            pcpu.sliceEnd(),
                            waiting.stream()
                                    .filter(vcpu -> vcpu.sched().pcpu() == pcpu.number())
                                    .map(vcpu ->
                                            name(vcpu.domain().id().value(), vcpu.id().value()))
                                    .toList()));
        }
        return processors;
    }

    private static String name(int domain, int vcpu) {
        return "d%dv%d".formatted(domain, vcpu);
    }

    /// The curves from `from` on, without points that say nothing new.
    static List<Curve> curves(Scene scene, long from) {
        Map<Long, List<Long>> points = new TreeMap<>();
        for (Scene.Credits row : scene.credit().range(1, scene.t())) {
            long[] pairs = row.pairs();
            for (int i = 0; row.nanos() >= from && i < pairs.length; i += 2) {
                add(
                        points.computeIfAbsent(pairs[i], _ -> new ArrayList<>()),
                        row.nanos(),
                        pairs[i + 1]);
            }
        }
        List<Curve> curves = new ArrayList<>();
        for (Domain domain : scene.host().hypervisor().domains()) {
            for (Vcpu vcpu : domain.vcpus()) {
                List<Long> own = points.getOrDefault(Scene.Credits.key(vcpu), List.of());
                if (!domain.isControl()) {
                    curves.add(new Curve(domain.id().value(), vcpu.id().value(), newest(own)));
                }
            }
        }
        return curves;
    }

    /// In the midst of a level stretch, only its two ends count.
    private static void add(List<Long> points, long nanos, long credit) {
        int size = points.size();
        boolean isLevel =
                size >= 4 && points.get(size - 1) == credit && points.get(size - 3) == credit;
        if (isLevel) {
            points.set(size - 2, nanos);
        } else {
            points.add(nanos);
            points.add(credit);
        }
    }

    private static List<Long> newest(List<Long> points) {
        return List.copyOf(
                points.subList(Math.max(0, points.size() - 2 * POINTS_MAX), points.size()));
    }

    static String text(List<Share> shares, List<Processor> processors) {
        StringBuilder out = new StringBuilder("\ndomain               weight  cap %\n");
        for (Share share : shares) {
            out.append(
                    "d%-3d %-15s %6d  %5s%s\n"
                            .formatted(
                                    share.domain,
                                    share.name,
                                    share.weight,
                                    share.cap == 0 ? "none" : share.cap,
                                    share.isParked ? "  parked" : ""));
        }
        out.append('\n');
        for (Processor each : processors) {
            out.append(
                    "processor %d runs %s; waiting: %s\n"
                            .formatted(
                                    each.number,
                                    each.runs.isEmpty() ? "nobody" : each.runs,
                                    each.waiting.isEmpty()
                                            ? "nobody"
                                            : String.join(", ", each.waiting)));
        }
        return out.toString();
    }
}
