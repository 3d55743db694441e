package io.xenarium.machine.code;

import java.util.Comparator;
import java.util.HashSet;
import java.util.PriorityQueue;
import java.util.Set;
import java.util.function.Predicate;

/// Chooses the blocks of a region: from a block that is executed often along the ways that are
/// executed often, the hottest first, until the region is as large as it may be.
///
/// It only looks at what is decoded and may be fetched without a further look, so it changes
/// nothing.
final class RegionFinder {
    /// Instructions of a small region.
    private static final int STEPS_MAX = 200;

    /// Instructions of a large one.
    private static final int LARGE_STEPS_MAX = 400;

    /// A block belongs to a small region if it was executed at least this fraction of what made the
    /// root hot.
    private static final int RARELY = 16;

    /// A block belongs to a large region if it was executed this often.
    private static final int ONCE_OR_TWICE = 2;

    private final Interpreter interpreter;
    private final Fetch fetch;
    private int patience;

    RegionFinder(Interpreter interpreter, int patience) {
        this.interpreter = interpreter;
        this.fetch = interpreter.fetch();
        this.patience = patience;
    }

    void setPatience(int newPatience) {
        patience = newPatience;
    }

    /// The plan of a small region that begins with the block at `rip`. What other regions have
    /// already it leaves to them, but for a lone return: a kernel that guards its returns has one
    /// for all functions.
    RegionPlan find(long rip) {
        RegionPlan plan = new RegionPlan(interpreter, rip & -4096L);
        fill(plan, rip, STEPS_MAX, patience - patience / RARELY);
        return plan;
    }

    /// The plan of a large region there, empty where nothing is decoded: it takes in what other
    /// regions have found worth a translation.
    RegionPlan findLarge(long rip) {
        RegionPlan plan = new RegionPlan(interpreter, rip & -4096L);
        plan.setLarge();
        fill(plan, rip, LARGE_STEPS_MAX, patience - ONCE_OR_TWICE);
        return plan;
    }

    private void fill(RegionPlan plan, long rip, int stepsMax, int coldest) {
        long base = plan.base;
        PriorityQueue<RegionPart> waiting =
                new PriorityQueue<>(
                        Comparator.<RegionPart>comparingInt(part -> part.block.coolness())
                                .thenComparingLong(part -> part.at));
        Set<Long> seen = new HashSet<>();
        add(rip - base, base, seen, waiting, _ -> true);
        Predicate<Block> isWanted =
                plan.isLarge()
                        ? block -> block.coolness() <= coldest
                        : block ->
                                (block.entry == null || block.isReturn())
                                        && block.coolness() <= coldest;
        int steps = 0;
        while (!waiting.isEmpty()) {
            RegionPart part = waiting.remove();
            steps += part.count;
            if (steps > stepsMax) {
                break;
            }
            plan.add(part);
            for (long at : BlockEnd.targets(part)) {
                add(at, base, seen, waiting, isWanted);
            }
            if (part.isWhole() && part.last().op == Op.CALL) {
                add(part.behind(part.count - 1), base, seen, waiting, isWanted);
            }
        }
    }

    private void add(
            long at,
            long base,
            Set<Long> seen,
            PriorityQueue<RegionPart> waiting,
            Predicate<Block> isWanted) {
        if (!seen.add(at)) {
            return;
        }
        CodeFrame frame = fetch.frame(base + at);
        if (frame == null) {
            return;
        }
        Block block = frame.block((int) (base + at & 0xfff));
        if (block == null || !isWanted.test(block)) {
            return;
        }
        RegionPart part = new RegionPart(at, block, frame);
        if (part.count > 0) {
            waiting.add(part);
        }
    }
}
