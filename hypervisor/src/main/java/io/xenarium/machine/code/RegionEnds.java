package io.xenarium.machine.code;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/// How often a region has ended at each of its points, from when somebody began to look.
final class RegionEnds {
    private final RegionPlan plan;
    private final RegionPoint[] points;
    private final long[] counts;

    RegionEnds(RegionPlan plan) {
        this.plan = plan;
        points = plan.points();
        counts = new long[points.length];
    }

    /// It has ended at the point of this number.
    void add(int point) {
        counts[point]++;
    }

    /// Where it has ended, the commonest first.
    List<RegionListing.Ending> list() {
        List<RegionListing.Ending> endings = new ArrayList<>();
        for (int i = 0; i < counts.length; i++) {
            if (counts[i] > 0) {
                endings.add(ending(points[i], counts[i]));
            }
        }
        endings.sort(Comparator.comparingLong(RegionListing.Ending::count).reversed());
        return endings;
    }

    private RegionListing.Ending ending(RegionPoint point, long count) {
        if (point.isDynamic()) {
            Step step = point.step();
            boolean isCut = step.form == Form.STRING;
            return new RegionListing.Ending(
                    isCut ? RegionListing.Reason.STOPPED : RegionListing.Reason.COMPUTED,
                    plan.base + point.blockAt() + step.start,
                    count);
        }
        return new RegionListing.Ending(reason(point), plan.base + point.at(), count);
    }

    private RegionListing.Reason reason(RegionPoint point) {
        if (point.isOut()) {
            return plan.part(point.at()) == null
                    ? RegionListing.Reason.ELSEWHERE
                    : RegionListing.Reason.STOPPED;
        }
        return RegionListing.Reason.FAULT;
    }
}
