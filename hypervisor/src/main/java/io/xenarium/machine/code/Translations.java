package io.xenarium.machine.code;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.Consumer;

/// The regions of a processor: which blocks are to be translated, and what has become of it.
///
/// 1. A block is part of at most one translation under way.
/// 2. There are at most [#REGIONS_MAX] regions; the oldest goes first.
final class Translations {
    private static final int REGIONS_MAX = 8000;

    /// Translations under way; while there are more, no others begin.
    private static final int WAITING_MAX = 64;

    private final Interpreter interpreter;
    private final RegionFinder finder;
    private final List<Object> constants;
    private final int patience;
    private final Consumer<Runnable> worker;
    private final Deque<Region> regions = new ArrayDeque<>();
    private int waiting;

    /// What the worker has finished and the processor has not taken over yet.
    private final ConcurrentLinkedQueue<Region> finished = new ConcurrentLinkedQueue<>();

    /// @param patience how often a block is interpreted before it is translated
    /// @param worker who does the translating, now or later
    Translations(Interpreter interpreter, int patience, Consumer<Runnable> worker) {
        this.interpreter = interpreter;
        this.patience = patience;
        this.worker = worker;
        finder = new RegionFinder(interpreter, patience);
        constants = List.of(interpreter.core().memory.freePages(), interpreter.fetch().free());
    }

    /// Looks at a block that has been executed often.
    void consider(Block block, long rip) {
        takeOver();
        if (block.entry != null) {
            return;
        }
        if (!interpreter.core().isLong || block.translatable() == 0) {
            block.patience = Integer.MAX_VALUE;
            return;
        }
        if (waiting >= WAITING_MAX) {
            block.patience = patience;
            return;
        }
        begin(finder.find(rip));
    }

    private void begin(RegionPlan plan) {
        plan.connect();
        for (RegionPart part : plan.parts()) {
            part.frame.add(plan);
            if (part.block.entry == null) {
                part.block.patience = Integer.MAX_VALUE;
            }
        }
        waiting++;
        worker.accept(() -> finished.add(RegionClass.make(plan, constants)));
        takeOver();
    }

    /// Begins to use what is finished.
    void takeOver() {
        for (Region done = finished.poll(); done != null; done = finished.poll()) {
            waiting--;
            use(done);
        }
    }

    private void use(Region region) {
        RegionPlan plan = region.plan;
        for (RegionPart part : plan.parts()) {
            if (part.block.entry == null) {
                part.block.patience = patience;
            }
        }
        for (RegionPart part : plan.entries()) {
            if (part.block.entry == null || part == plan.root()) {
                part.block.entry = new RegionEntry(region, part.entry, part.at, part.need);
            }
            part.block.patience = 0;
        }
        regions.add(region);
        if (regions.size() > REGIONS_MAX) {
            regions.remove().plan.drop();
        }
    }

    /// The regions in use, the oldest first.
    List<RegionSight> look() {
        return regions.stream().filter(one -> !one.plan.isDropped()).map(Region::look).toList();
    }

    /// Forgets that a region could be entered at `block`.
    void forget(Block block) {
        block.entry = null;
        block.patience = patience;
    }
}
