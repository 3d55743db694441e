package io.xenarium.machine.code;

import java.util.Comparator;
import java.util.HashSet;
import java.util.PriorityQueue;
import java.util.Set;

/// Chooses the blocks of a region: from a block that is executed often along the ways that are
/// executed often, the hottest first, until the region is as large as it may be.
///
/// It only looks at what is decoded and may be fetched without a further look, so it changes
/// nothing.
final class RegionFinder {
    /// Instructions of a region, at first.
    private static final int STEPS_MAX = 200;

    /// Instructions of a region that has grown.
    private static final int GROWN_STEPS_MAX = 400;

    /// A block belongs to a region if it was executed at least this fraction of what made the root
    /// hot.
    private static final int RARELY = 16;

    /// A block belongs to a region that grows if it was executed this often.
    private static final int ONCE_OR_TWICE = 2;

    private final Interpreter interpreter;
    private final Fetch fetch;
    private final int patience;

    RegionFinder(Interpreter interpreter, int patience) {
        this.interpreter = interpreter;
        this.fetch = interpreter.fetch();
        this.patience = patience;
    }

    /// The plan of a region that begins with the block at `rip`.
    RegionPlan find(long rip) {
        return find(rip, STEPS_MAX, patience - patience / RARELY);
    }

    /// The plan of a larger region there, empty where nothing is decoded: it takes in what other
    /// regions have found worth a translation.
    RegionPlan findLarge(long rip) {
        RegionPlan plan = find(rip, GROWN_STEPS_MAX, patience - ONCE_OR_TWICE);
        plan.setLarge();
        return plan;
    }

    private RegionPlan find(long rip, int stepsMax, int coldest) {
        RegionPlan plan = new RegionPlan(interpreter);
        long base = rip & -4096L;
        PriorityQueue<RegionPart> waiting =
                new PriorityQueue<>(
                        Comparator.<RegionPart>comparingInt(part -> coolness(part.block))
                                .thenComparingLong(part -> part.at));
        Set<Long> seen = new HashSet<>();
        consider(rip - base, base, seen, waiting, Integer.MAX_VALUE);
        int steps = 0;
        while (!waiting.isEmpty()) {
            RegionPart part = waiting.remove();
            steps += part.count;
            if (steps > stepsMax) {
                break;
            }
            plan.add(part);
            for (long at : BlockEnd.targets(part)) {
                consider(at, base, seen, waiting, coldest);
            }
            if (part.isWhole() && part.last().op == Op.CALL) {
                consider(part.behind(part.count - 1), base, seen, waiting, coldest);
            }
        }
        return plan;
    }

    /// The less, the hotter.
    private static int coolness(Block block) {
        return block.isTranslated ? Integer.MIN_VALUE : block.patience;
    }

    private void consider(
            long at, long base, Set<Long> seen, PriorityQueue<RegionPart> waiting, int coldest) {
        if (!seen.add(at)) {
            return;
        }
        CodeFrame frame = fetch.frame(base + at);
        if (frame == null) {
            return;
        }
        Block block = frame.blocks[(int) (base + at & 0xfff)];
        if (block == null || coolness(block) > coldest) {
            return;
        }
        RegionPart part = new RegionPart(at, block, frame);
        if (part.count > 0) {
            waiting.add(part);
        }
    }
}
